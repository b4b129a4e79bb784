"""People with browsers, in one process: look at lists and cases, open tasks and send them; how long each answer took."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import cycle
from random import Random
from typing import Any

import httpx

LISTS = ("/aufgaben", "/aufgaben?sicht=ueberfaellig", "/faelle", "/aufgaben?sortierung=schritt")
# What somebody does next: of ten times five lists, three cases, two tasks (opened, sent, and the case that follows).
NEXT = ("liste",) * 5 + ("fall",) * 3 + ("aufgabe",) * 2
# Shorter than gunicorn keeps a connection: a browser would quietly try again when the two meet, this client does not.
KEPT_SECONDS = 1
FIELDS = re.compile(r'<input[^>]*type="hidden"[^>]*name="(csrf_token|_stand|_revision|_fenster)"[^>]*value="([^"]*)"')


def cookies(session: str) -> httpx.Cookies:
    """A browser's jar; with the server's address, so that what the server sets later takes the place of this one."""
    jar = httpx.Cookies()
    jar.set("fallfluss", session, domain="127.0.0.1", path="/")
    return jar


class Times:
    """Milliseconds of each kind of answer, and how often it was which."""

    def __init__(self) -> None:
        self.of: dict[str, list[float]] = defaultdict(list)
        self.answers: Counter[tuple[str, int]] = Counter()

    def row(self, kind: str) -> dict[str, float]:
        values = sorted(self.of[kind])
        return {"n": len(values)} | {f"p{part}": round(values[min(len(values) - 1, len(values) * part // 100)], 1) for part in (50, 95, 99) if values}

    @property
    def total(self) -> int:
        return sum(self.answers.values())


class Mensch:
    """One person and the browser; ``plan`` is a row of ``tests.belastung.bestand``."""

    def __init__(self, address: str, plan: Mapping[str, Any], number: int):
        self.client = httpx.AsyncClient(base_url=address, cookies=cookies(plan["sitzung"]), timeout=90, limits=httpx.Limits(keepalive_expiry=KEPT_SECONDS))
        self.rng = Random(number)
        self.lists, self.cases, self.tasks = cycle(LISTS), cycle(plan["faelle"]), iter(plan["aufgaben"])

    async def work(self, times: Times, until: float, pause: float) -> None:
        await asyncio.sleep(self.rng.random() * pause)
        while time.monotonic() < until:
            await self.act(self.rng.choice(NEXT), times)
            await asyncio.sleep(self.rng.expovariate(1 / pause) if pause else 0)

    async def act(self, what: str, times: Times) -> None:
        if what == "liste":
            await self._get("liste", next(self.lists), times)
        elif what == "fall" or (task := next(self.tasks, None)) is None:
            await self._get("fall", f"/faelle/{next(self.cases)}", times)
        else:
            await self._send(*task, times)

    async def _send(self, key: int, form: Mapping[str, list[str]], times: Times) -> None:
        page = await self._get("aufgabe", f"/aufgaben/{key}", times)
        if page.status_code != 200:
            return
        answer = await self._timed("absenden", times, self.client.post(f"/aufgaben/{key}", data={**_hidden(page.text), **form}))
        if answer.status_code == 303:
            await self._get("fall", answer.headers["location"], times)

    async def _get(self, kind: str, path: str, times: Times) -> httpx.Response:
        try:
            return await self._timed(kind, times, self.client.get(path))
        except httpx.RemoteProtocolError:  # the server closed what was kept just then: a browser asks again, too
            return await self._timed(kind, times, self.client.get(path))

    async def _timed(self, kind: str, times: Times, asked: Any) -> httpx.Response:
        began = time.perf_counter()
        answer: httpx.Response = await asked
        # A refused form costs less than one that was saved: it must not make the mean look better.
        name = "abgelehnt" if kind == "absenden" and answer.status_code != 303 else kind
        times.of[name].append((time.perf_counter() - began) * 1000)
        times.answers[name, answer.status_code] += 1
        return answer


async def together(people: list[Mensch], seconds: float, pause: float) -> Times:
    """All at once for so long; ``pause`` is the mean time to think in seconds."""
    times = Times()
    until = time.monotonic() + seconds
    await asyncio.gather(*(one.work(times, until, pause) for one in people))
    return times


async def alone(people: list[Mensch], kind: str, count: int) -> Times:
    """One after the other, nobody else: what a single call costs."""
    times = Times()
    for one, _ in zip(cycle(people), range(count), strict=False):
        await one.act(kind, times)
    return times


def _hidden(html: str) -> dict[str, str]:
    return dict(_found(html))


def _found(html: str) -> Iterator[tuple[str, str]]:
    for name, value in FIELDS.findall(html):
        yield name, value.replace("&#34;", '"').replace("&amp;", "&")
