"""What happens around the tasks of a case: somebody begins something beside it, reports an event, moves away; and what a region does besides its cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from math import ceil
from random import Random
from secrets import token_urlsafe
from typing import Any

from engine import commands
from engine.cases.formkontext import form_context
from engine.commands import einfuehrung, ewk, start_form
from engine.commands.cases import case_variables, own_instance, released_form
from engine.commands.neben import NotBeside
from engine.commands.uebergabe import PROCESS as MOVE
from engine.definitions.forms import Form
from engine.demo.answers import fill
from engine.demo.history import History, office_hour
from engine.model.access import system
from engine.model.calendar import ZURICH
from engine.model.errors import NobodyWaits, NotFound
from engine.queries.ereignisse import ereignis
from engine.store import konten
from engine.store.session import Database, FallSession
from engine.store.tables import Fall, Instanz

EVERYTHING = system("simulation")
# So many people lead the cases of each region.
STAFF = 4
ADVICE = "proaktiv"


class Umgebung:
    """Plans into a ``History``. ``places`` are the communes of each region that takes part; quantities as in ``mengen.toml``.

    It throws dice of its own, so that what happens around cases changes nothing of what fate holds for them.
    """

    def __init__(self, life: History, quantities: Mapping[str, Any], places: Mapping[str, list[int]], *, seed: int):
        self.life = life
        self.beside: Mapping[str, list[float]] = quantities["daneben"]
        self.shares: Mapping[str, float] = quantities["region"]
        self.messages: Mapping[str, list[float]] = quantities["meldungen"]
        self.places = places
        self.rng = Random(f"Umgebung {seed}")

    def of_regions(self) -> None:
        """What so many of the regions, at least one, begin once in the first weeks."""
        for name, begin in (("einfuehrung", self._introduce), ("ewk_abgleich", self._compare)):
            for region in self.rng.sample(sorted(self.places), ceil(self.shares[name] * len(self.places))):
                self._plan(5, 40, partial(begin, region))

    def of_case(self, fall_id: int, region: str) -> None:
        """What will be begun beside a new case, and who else asks for advice at that time."""
        for process, (likely, shortest, longest) in self.beside.items():
            # Whoever lives for itself has no other region to hand cases to.
            if self.rng.random() < likely and (process != MOVE or len(self.places) > 1):
                self._plan(shortest, longest, partial(self._begin, fall_id, process))
        if self.rng.random() < self.shares[ADVICE]:
            self._plan(1, 30, partial(self._advise, region))

    def of_message(self, instanz: int, key: int, name: str) -> None:
        """Whether and when somebody reports the event that a case began to wait for."""
        if name not in self.messages:
            return
        likely, shortest, longest = self.messages[name]
        if self.rng.random() < likely:
            self._plan(shortest, longest, partial(self._report, instanz, key))

    def _plan(self, shortest: float, longest: float, act: partial[None]) -> None:
        days = self.rng.randint(int(shortest), int(longest))
        self.life._plan(office_hour(self.life.clock.at + timedelta(days=days), self.rng), act)

    # What is done

    def _introduce(self, region: str) -> None:
        with self.life.database.begin(EVERYTHING) as session:
            start = (session.now.astimezone(ZURICH).date() + timedelta(days=30)).isoformat()
            form = start_form(session, einfuehrung.PROCESS, region=region)
            einfuehrung.begin(session, region, self._filled(session, form, region, {}, {"start_am": start}))

    def _compare(self, region: str) -> None:
        with self.life.database.begin(EVERYTHING) as session:
            ewk.begin_comparison(session, region)

    def _advise(self, region: str) -> None:
        with self.life.database.begin(EVERYTHING) as session:
            given = {"wohngemeinde_bfs": str(self.rng.choice(self.places[region])), "kontakt_name": "Ratsuchende", "kontakt_vorname": "Person"}
            raw = self._filled(session, start_form(session, ADVICE, region=region), region, {}, given)
            commands.open_case(session, region, raw, process=ADVICE)

    def _begin(self, fall_id: int, process: str) -> None:
        try:
            with self.life.database.begin(EVERYTHING) as session:
                fall = session.get_one(Fall, fall_id)
                if process == MOVE:
                    commands.begin_move(session, fall.fall_nr, self._move(session, fall))
                    return
                form, known = commands.beside_form(session, fall.fall_nr, process)
                commands.begin_beside(session, fall.fall_nr, process, self._filled(session, form, fall.region, known, {}))
        except (NotFound, NotBeside, commands.AlreadyMoving):
            return  # the case is over by now, or its diagram has reasons against it

    def _move(self, session: FallSession, fall: Fall) -> dict[str, Any]:
        form = released_form(session, MOVE, fall.region)
        day = session.now.astimezone(ZURICH).date() + timedelta(days=self.rng.randint(10, 45))
        place = self.rng.choice(self.places[self.rng.choice(sorted(self.places))])
        known = case_variables(session, own_instance(session, fall.id))
        return self._filled(session, form, fall.region, known, {"neue_gemeinde_bfs": str(place), "per": day.isoformat()})

    def _report(self, instanz: int, key: int) -> None:
        try:
            with self.life.database.begin(EVERYTHING) as session:
                fall = session.get_one(Instanz, instanz).fall
                form = commands.event_form(session, ereignis(session, fall.fall_nr, key))
                known = commands.event_context(session, fall.fall_nr, form) if form else {}
                raw = fill(form, known, given={}, rng=self.rng, now=session.now) if form else {}
                commands.report_event(session, fall.fall_nr, key, raw)
        except (NotFound, NobodyWaits):
            return  # the case went on meanwhile

    def _filled(self, session: FallSession, form: Form | None, region: str, known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        if form is None:
            return dict(given)
        return fill(form, form_context(session, form, region, known), given=given, rng=self.rng, now=session.now)


def staff(database: Database, regions: Sequence[str]) -> dict[str, list[str]]:
    """Accounts of a Fallführung in each region, made where there are none; nobody knows their passwords."""
    found: dict[str, list[str]] = {}
    with database.begin(EVERYTHING) as session:
        known = {one.login for one in konten.all_konten(session)}
        for region in regions:
            found[region] = [f"simulation{number}.{region.lower()}" for number in range(1, STAFF + 1)]
            for number, login in enumerate(found[region], 1):
                if login not in known:
                    konten.create_konto(session, login, f"Fallführung {number} {region}", token_urlsafe(24))
                    konten.grant(session, login, "fallfuehrung", region)
    return found
