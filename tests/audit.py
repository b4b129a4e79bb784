"""``make audit``: known holes in packages, dangerous code, secrets in the files. A check that could not run says so and is no pass.

Exit code 0: all clean. 1: something was found. 2: nothing was found, but not everything could be checked.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
NPM = (".", "tests/clients")
# What a secret looks like whatever it is called, and what is one by its name.
SECRETS = (
    re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{60,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\bsk-[A-Za-z0-9_-]{32,}|\bnpm_[A-Za-z0-9]{36}\b"),
    re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    re.compile(r"(?i)\b(?:password|passwort|secret|token|api_?key|schluessel)\w*\s*[=:]\s*[\"'](?=[^\"']*\d)(?=[^\"']*[A-Za-z])[A-Za-z0-9+/=_-]{24,}[\"']"),
    re.compile(r"\b\w+://[^\s/:@'\"{}$]+:[^\s/:@'\"{}$%]{6,}@[^\s'\"]+"),
)
# Made up for tests and documentation; each is looked at here, once.
HARMLESS = re.compile(r"(benutzer:passwort|user:password)@|smtp\+plain://|example|beispiel|geheim", re.IGNORECASE)
# What bandit finds and why it stays: each was looked at.
ACCEPTED = {
    ("engine/cli/serve.py", "B104"): "vergleicht eine Adresse, öffnet keine",
    ("engine/replay/spool.py", "B608"): "eine von zwei festen Sortierungen",
    ("engine/store/backup/__init__.py", "B608"): "Namen aus dem Schema",
    ("engine/store/gather.py", "B608"): "Namen aus dem Schema, die Grenze ist eine Zahl",
    ("engine/store/migrations/versions/0012_konten.py", "B608"): "Konstanten der Migration",
    ("engine/store/migrations/versions/0013_austausch.py", "B608"): "Konstanten der Migration",
    ("engine/store/migrations/versions/0014_akte.py", "B608"): "Konstanten der Migration",
    ("engine/store/migrations/versions/0016_aufbewahrung.py", "B608"): "Konstanten der Migration",
    ("webui/markdown.py", "B704"): "jeder Teil wird vorher entschärft (tests/web/test_words.py)",
}
BINARY = {".png", ".jpg", ".ico", ".woff2", ".pdf", ".gz", ".xlsx", ".ttf"}


class NotChecked(Exception):
    """A source of advisories did not answer."""


def code() -> Iterator[str]:
    """Bandit, from medium severity; what it is told to pass over carries its reason in the code."""
    done = _run(sys.executable, "-m", "bandit", "-q", "-ll", "-f", "json", "-r", "engine", "webui")
    for one in json.loads(done.stdout)["results"]:
        if (one["filename"], one["test_id"]) in ACCEPTED:
            continue
        yield f"{one['filename']}:{one['line_number']}: {one['test_id']} {one['issue_text']}"


def packages() -> Iterator[str]:
    """Python packages, exactly as locked."""
    for lock in LOCKS:
        done = _run(sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off", "-f", "json", "-r", lock)
        if not done.stdout.strip().startswith("{"):
            raise NotChecked(_last(done.stderr))
        for one in json.loads(done.stdout)["dependencies"]:
            yield from (f"{lock}: {one['name']} {one['version']}: {hole['id']}, behoben in {', '.join(hole['fix_versions']) or 'keiner Fassung'}" for hole in one.get("vulns", ()))


def browser_packages() -> Iterator[str]:
    for folder in NPM:
        done = _run("npm", "audit", "--json", "--prefix", folder)
        try:
            found = json.loads(done.stdout)
        except ValueError as error:
            raise NotChecked(_last(done.stderr)) from error
        if "vulnerabilities" not in found:
            raise NotChecked(str(found.get("message") or found.get("error"))[:200])
        yield from (f"{folder}: {name} ({one['severity']})" for name, one in found["vulnerabilities"].items())


def secrets() -> Iterator[str]:
    """In every file that is committed."""
    for name in _run("git", "ls-files", "-z").stdout.split("\0"):
        path = ROOT / name
        if not name or path.suffix in BINARY or not path.is_file() or name.endswith(".lock") or path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if any(pattern.search(line) for pattern in SECRETS) and not HARMLESS.search(line):
                yield f"{name}:{number}"


CHECKS: dict[str, Callable[[], Iterator[str]]] = {
    "Code (bandit)": code,
    "Geheimnisse in den Dateien": secrets,
    "Python-Pakete (pip-audit)": packages,
    "Browserpakete (npm audit)": browser_packages,
}


def main() -> int:
    codes = [_told(name, check) for name, check in CHECKS.items()]
    return 1 if 1 in codes else max(codes)


def _told(name: str, check: Callable[[], Iterator[str]]) -> int:
    try:
        found = list(check())
    except (NotChecked, subprocess.TimeoutExpired, FileNotFoundError) as error:
        print(f"{name}: NICHT GEPRÜFT, {error}")
        return 2
    print(f"{name}: {'sauber' if not found else f'{len(found)} Befunde'}", *found, sep="\n  ")
    return 1 if found else 0


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["ohne Antwort"])[-1][:200]


if __name__ == "__main__":
    sys.exit(main())
