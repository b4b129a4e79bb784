"""A mail server on a real socket: EHLO, STARTTLS with a certificate of its own, AUTH PLAIN, one mail after the other."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Postamt:
    """What came in: mails, how somebody signed in, and whether the line was encrypted by then. ``refuses`` turns every mail away."""

    certificate: Path
    key: Path
    port: int = 0
    refuses: bool = False
    mails: list[EmailMessage] = field(default_factory=list)
    signed_in: list[tuple[str, str, bool]] = field(default_factory=list)


@contextmanager
def opened(folder: Path) -> Iterator[Postamt]:
    """The server, until the end of the block."""
    amt = Postamt(*_certificate(folder))

    class Handler(_Handler):
        postamt = amt

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        amt.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield amt
        server.shutdown()


class _Handler(socketserver.BaseRequestHandler):
    postamt: Postamt

    def handle(self) -> None:
        self.is_encrypted = False
        self._listen()
        self._say("220 post.example.ch ESMTP")
        while line := self.lines.readline():
            command, _, rest = line.decode().strip().partition(" ")
            answer = getattr(self, f"_{command.lower()}", self._unknown)(rest)
            if answer is None:
                return
            self._say(answer)

    def _listen(self) -> None:
        self.lines = self.request.makefile("rb")

    def _say(self, text: str) -> None:
        self.request.sendall(f"{text}\r\n".encode())

    def _ehlo(self, _: str) -> str:
        return "250-post.example.ch\r\n250 AUTH PLAIN" if self.is_encrypted else "250-post.example.ch\r\n250 STARTTLS"

    def _starttls(self, _: str) -> str:
        self._say("220 go ahead")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.postamt.certificate, self.postamt.key)
        self.request = context.wrap_socket(self.request, server_side=True)
        self.is_encrypted = True
        self._listen()
        command = self.lines.readline().decode().partition(" ")[0]
        return self._ehlo("") if command.strip().lower() == "ehlo" else "503 say EHLO again"

    def _auth(self, rest: str) -> str:
        _, user, password = base64.b64decode(rest.removeprefix("PLAIN ")).decode().split("\0")
        self.postamt.signed_in.append((user, password, self.is_encrypted))
        return "235 welcome"

    def _mail(self, _: str) -> str:
        return "451 the box is full" if self.postamt.refuses else "250 ok"

    def _rcpt(self, _: str) -> str:
        return "250 ok"

    def _data(self, _: str) -> str:
        self._say("354 end with a dot")
        body = b""
        while (line := self.lines.readline()) != b".\r\n":
            body += line[1:] if line.startswith(b".") else line
        self.postamt.mails.append(message_from_bytes(body, _class=EmailMessage, policy=policy.default))
        return "250 taken"

    def _rset(self, _: str) -> str:
        return "250 ok"

    def _quit(self, _: str) -> Any:
        self._say("221 bye")

    def _unknown(self, _: str) -> str:
        return "502 never heard of it"


def _certificate(folder: Path) -> tuple[Path, Path]:
    """One for 127.0.0.1 that signs itself; valid whatever the clock of a test says."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"
