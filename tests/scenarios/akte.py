"""One case as a caseworker lives it: real commands on a real database, a clock that travels, timers and Hinweise as they fall due."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine import commands, queries
from engine.commands.stepping import settle
from engine.definitions.feel import shared
from engine.definitions.forms import Text, flatten
from engine.model.access import Access, system
from engine.model.clock import FixedClock
from engine.queries.ereignisse import ereignisse
from engine.scheduling.due import next_due, run_due
from engine.store import library
from engine.store.session import Database
from engine.store.steps import Act
from engine.store.tables import (
    Aufgabe,
    Dossier,
    Fall,
    Hinweis,
    Incident,
    Instanz,
    Person,
    Segmentzuordnung,
    Subscription,
    Verknuepfung,
    Verlauf,
)
from webui.fallsicht import Fallsicht, fallsicht

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ZURICH = ZoneInfo("Europe/Zurich")
ROLLEN = ("intake", "administration", "fallfuehrung", "teamleitung", "leitung", "sozialkommission")
FIELDS = (
    "wohnen", "finanzen", "gesundheit_koerper", "gesundheit_psyche", "sucht", "arbeit", "bildung", "sprache", "soziales_netz", "betreuung",
)  # fmt: skip
ANMELDUNG = {
    "gemeinde_bfs": "2546", "adresse": "Hauptstrasse 1, 2540 Grenchen", "anmeldegrund": "arbeitslosigkeit", "information_pflichten_am": "2.3.2026",
}  # fmt: skip
BEWERTUNG: dict[str, Any] = {
    **dict.fromkeys((*FIELDS, "motivation"), "1"),
    "wohnform": "miete",
    "erwerbsfaehigkeit": "voll",
    "horizont": "offen",
}
KIND: dict[str, Any] = {
    "betreuung_tagsueber": "schule",
    "schule": "primar",
    "gesundheit_kind": "1",
    "sprache_kind": "1",
    "wohnen_kind": "2",
}
ZIEL = {
    "lebensbereich": "arbeit", "ziel": "Zehn Bewerbungen", "indikator": "Anzahl", "termin": "1.6.2026", "beitrag_person": "schreibt",
    "beitrag_dienst": "liest",
}  # fmt: skip
# Ratings by which the rules propose each segment.
ABLOESEN: dict[str, Any] = {}
VERAENDERN = {"arbeit": "3", "bildung": "2", "sprache": "2", "gesundheit_koerper": "2", "betreuung": "2"}
STABILISIEREN = {"erwerbsfaehigkeit": "keine"}
ORIENTIEREN = {"erwerbsfaehigkeit": "unklar"}


def _iso(day: str) -> str:
    tag, monat, jahr = day.split(".")
    return f"{jahr}-{monat:0>2}-{tag:0>2}"


def person(vorname: str, geboren: str, rolle: str = "antragstellend") -> dict[str, str]:
    return {"name": "Muster", "vorname": vorname, "geburtsdatum": geboren, "geschlecht": "2", "rolle_ue": rolle}


ANNA = person("Anna", "12.4.1990")
BEAT = person("Beat", "3.9.1985", "partner")
CARLA = person("Carla", "1.6.2015", "kind")


class Akte:
    """``do`` completes an open task by its element, ``send`` a message, ``travel`` lets days pass; the rest only looks."""

    def __init__(self, database: Database, clock: FixedClock, region: str = "SDOL"):
        self.database, self.clock, self.region = database, clock, region
        self.access = Access("meier", {region: frozenset(ROLLEN)})
        self.fall_id = 0
        self.fall_nr = ""
        # Whether the scenario looked at a segment, a date or an end: only then do the flows it took count as tested.
        self.proves = False

    # acting

    def open(self, *personen: Mapping[str, str], **more: Any) -> Self:
        with self.database.begin(self.access) as session:
            ref = commands.open_case(session, self.region, {**ANMELDUNG, "personen": [dict(p) for p in personen], **more})
        self.fall_id, self.fall_nr = ref.fall_id, ref.fall_nr
        self._settle()
        return self

    def do(self, element: str, name: str | None = None, **raw: Any) -> Self:
        """``name`` picks the person whose task it is, where several have the same one."""
        with self.database.begin(self.access) as session:
            commands.complete_task(session, self.task(element, name).key, raw)
        self._settle()
        return self

    def send(self, message: str, **values: Any) -> Self:
        with self.database.begin(self.access) as session:
            commands.correlate(session, message, self.fall_nr, values)
        self._settle()
        return self

    def report(self, label: str, **raw: Any) -> Self:
        """As on the case's page: an event by its name there, with what the diagram's form asks."""
        with self.database.begin(self.access) as session:
            found = {one.label: one.key for one in ereignisse(session, self.fall_nr)}
            commands.report_event(session, self.fall_nr, found[label], raw)
        self._settle()
        return self

    def reportable(self) -> list[str]:
        with self.database.read(self.access) as session:
            return [one.label for one in ereignisse(session, self.fall_nr)]

    def travel(self, to: str) -> Self:
        """Until 08:00 of that day; what falls due on the way happens at its own moment."""
        end = datetime.combine(date.fromisoformat(to), time(8), ZURICH).astimezone(UTC)
        while (due := next_due(self.database)) is not None and due <= end:
            self.clock.at = max(due, self.clock.at)
            self._settle()
        self.clock.at = end
        return self

    def parameter(self, **values: str) -> Self:
        """What the canton set instead of the defaults."""
        with self.database.begin(system()) as session:
            for key, value in values.items():
                commands.set_parameter(session, key, value, von=self.clock.at.astimezone(ZURICH).date(), note="Szenario")
        return self

    def put(self, **values: Any) -> Self:
        """What the operator wrote into the case."""
        with self.database.begin(system()) as session:
            commands.set_variables(session, self._instance().key, values, grund="Szenario")
        self._settle()
        return self

    def enter(self, *personen: Mapping[str, str], segmente: Mapping[str, str], naechste_sb: str, **more: Any) -> Self:
        """A case that was led before: it enters at its next Standortbestimmung, as an import or a new region starts it."""
        people = [{**p, "person_id": f"P{n}", "geburtsdatum": _iso(p["geburtsdatum"])} for n, p in enumerate(personen, start=1)]
        rows = [
            {
                "person_id": p["person_id"],
                "segment": segmente[p["vorname"]],
                "vorschlag": segmente[p["vorname"]],
                "regel": "",
                "naechste_sb": naechste_sb,
            }
            for p in people
            if p["vorname"] in segmente
        ]
        values = {
            "einstieg": "standortbestimmung",
            "personen": people,
            "segmente": rows,
            "naechste_sb": naechste_sb,
            "anspruch": "ja",
            "region": self.region,
            **more,
        }
        with self.database.begin(self.access) as session:
            release = library.latest_release(session)
            fall = Fall(fall_nr="2019-00077", region=self.region, eroeffnet_am=date(2019, 4, 1))
            version = library.contents(session, release).version("fall")
            instanz = Instanz(
                fall=fall, region=self.region, release_id=release, process="fall", version=version, state="", started_at=session.now
            )
            session.add(instanz)
            session.flush()
            self.fall_id, self.fall_nr = fall.id, fall.fall_nr
            runtime = library.runtime(session, release, self.region)
            step = runtime.start(runtime.find("fall", version), {**values, "fall_nr": fall.fall_nr}, key=instanz.key)
            settle(session, instanz, step, Act("open_case", name="Bestandsfall", values=values), runtime)
        self._settle()
        return self

    def _settle(self) -> None:
        """Hinweise and what is due now; nothing may fail."""
        assert run_due(self.database).failures == 0
        assert [row.message for row in self._rows(Incident)] == []

    # looking

    @property
    def today(self) -> str:
        """As people type it."""
        day = self.clock.at.astimezone(ZURICH).date()
        return f"{day.day}.{day.month}.{day.year}"

    def tasks(self) -> list[str]:
        return sorted(task.element for task in self._open())

    def task(self, element: str, name: str | None = None) -> Aufgabe:
        found = [task for task in self._open() if task.element == element and (name is None or (task.person_name or "").startswith(name))]
        assert len(found) == 1, f"{element} ({name}): {len(found)} offen; offen sind {self.tasks()}"
        return found[0]

    def due(self, element: str, name: str | None = None) -> str:
        """The day by whose end a task is due."""
        self.proves = True
        due = self.task(element, name).faellig_am
        assert due is not None
        return (due - timedelta(seconds=1)).astimezone(ZURICH).date().isoformat()

    def shows(self, element: str, name: str | None = None) -> dict[str, Any]:
        """What stands in the task's form when somebody opens it."""
        with self.database.begin(self.access) as session:
            view = queries.task(session, self.task(element, name).key)
            assert view.form is not None
            return {**view.values, **view.form.prefill(view.values)}

    def texts(self, element: str) -> str:
        """The sentences that stand in the task's form."""
        with self.database.begin(self.access) as session:
            view = queries.task(session, self.task(element).key)
            assert view.form is not None
            return "\n".join(one.component.text for one in flatten(view.form.show({}, view.values, feel=shared(), now=self.clock.now())) if isinstance(one.component, Text) and not one.hidden)

    def segments(self) -> dict[str, str]:
        """Who has which segment now, by first name."""
        self.proves = True
        people = {p.person_id: p.vorname for p in self._rows(Person)}
        return {people[s.person_id]: s.segment for s in self._rows(Segmentzuordnung) if s.bis is None and s.person_id in self._present()}

    def rules(self) -> dict[str, str]:
        people = {p.person_id: p.vorname for p in self._rows(Person)}
        return {people[s.person_id]: s.regel for s in self._rows(Segmentzuordnung) if s.bis is None}

    def household(self) -> list[str]:
        return [p.vorname for p in self._rows(Person) if p.bis is None]

    def _present(self) -> set[str]:
        return {p.person_id for p in self._rows(Person) if p.bis is None}

    def notices(self) -> list[str]:
        return [row.an_rolle for row in self._rows(Hinweis)]

    @property
    def phase(self) -> str:
        return str(self._fall().phase)

    @property
    def closed(self) -> str | None:
        self.proves = True
        day = self._fall().abgeschlossen_am
        return day.isoformat() if day else None

    @property
    def ended(self) -> str:
        """The end event of the process at which the case ended."""
        self.proves = True
        return next(
            str(e[2]) for row in reversed(self._rows(Verlauf)) for e in reversed(row.events) if e[0] == "completed" and e[3] == "END_EVENT"
        )

    def waits_for(self) -> set[str]:
        return {row.name for row in self._rows(Subscription)}

    def value(self, name: str) -> Any:
        """A variable of the case, from its history."""
        root = self._instance().key
        written = [change for row in self._rows(Verlauf) for change in row.changes if change[0] == root and change[1] == name]
        found = written[-1][3] if written else None
        self.proves |= isinstance(found, str) and bool(_DAY.fullmatch(found))
        return found

    def page(self) -> Fallsicht:
        """What the case's page says to the caseworker."""
        with self.database.begin(self.access) as session:
            return fallsicht(session, queries.case(session, self.fall_nr), None)

    def turn_to(self, fall_nr: str) -> Self:
        """From here on the story is about another case."""
        with self.database.read(system()) as session:
            self.fall_id = session.scalars(select(Fall.id).where(Fall.fall_nr == fall_nr)).one()
        self.fall_nr = fall_nr
        return self

    @property
    def vorfall(self) -> int | None:
        return self._fall().vorfall_id

    def links(self) -> list[tuple[str, str]]:
        """The cases this one was linked with, and why."""
        with self.database.read(system()) as session:
            rows = session.execute(select(Fall.fall_nr, Verknuepfung.grund).join(Fall, Fall.id == Verknuepfung.anderer_fall_id).where(Verknuepfung.fall_id == self.fall_id))
            return [(fall_nr, grund) for fall_nr, grund in rows]

    def dossiers(self) -> list[tuple[int | None, str | None]]:
        return [(d.gemeinde_bfs, d.bis.isoformat() if d.bis else None) for d in self._rows(Dossier)]

    def taken(self) -> set[tuple[str, str]]:
        """Process and id of all sequence flows that were taken, from the history."""
        return {(event[4], event[2]) for row in self._rows(Verlauf) for event in row.events if event[0] == "taken"}

    def _open(self) -> list[Aufgabe]:
        return [task for task in self._rows(Aufgabe) if task.zustand == "CREATED"]

    def _fall(self) -> Fall:
        (fall,) = [row for row in self._rows(Fall) if row.id == self.fall_id]
        assert isinstance(fall, Fall)
        return fall

    def _instance(self) -> Instanz:
        row = self._rows(Instanz)[0]
        assert isinstance(row, Instanz)
        return row

    def _rows(self, table: Any) -> list[Any]:
        with self.database.read(system()) as session:
            rows = session.scalars(select(table).order_by(*table.__table__.primary_key.columns)).all()
        return [row for row in rows if getattr(row, "fall_id", self.fall_id) == self.fall_id]

    # told in one go

    def assess(self, name: str, *, entscheid: str | None = None, begruendung: str | None = None, **bewertung: Any) -> Self:
        """An adult's Kurzassessment; the proposal is confirmed unless ``entscheid`` says otherwise."""
        self.do(
            "kurzassessment_durchfuehren", name, erschienen="ja", ka_datum=self.today, ka_modus="persoenlich", **{**BEWERTUNG, **bewertung}
        )
        proposed = self.shows("segment_bestaetigen", name)["vorschlag"]
        return self.do("segment_bestaetigen", name, entscheid=entscheid or proposed, begruendung_uebersteuerung=begruendung)

    def assess_child(self, name: str, **more: Any) -> Self:
        return self.do("kind_abklaeren", name, erschienen="ja", ka_datum=self.today, **{**KIND, **more})

    def decide_claim(self, anspruch: str = "ja", **more: Any) -> Self:
        self.do("subsidiaritaet_pruefen")
        return self.do("anspruch_erfassen", anspruch=anspruch, anspruch_ab=self.today, anspruch_quelle="Budget", **more)

    def finish_intake(self, anspruch: str = "ja", **more: Any) -> Self:
        self.do("unterlagen_einfordern", unterlagen_vollstaendig="ja")
        return self.decide_claim(anspruch, **more).do("fall_zuteilen", fallfuehrung="Keller")

    def agree(self, **more: Any) -> Self:
        signed = {"unterschrift": "ja", "unterschrift_am": self.today}
        return self.do("ziele_vereinbaren", **{"gesamtziel": "Wieder arbeiten", "ziele": [ZIEL], **signed, **more})

    def assign_all(self, **raw: Any) -> Self:
        """Every open Massnahme, with what its form already shows."""
        for task in [task for task in self._open() if task.element == "massnahmen_zuweisen"]:
            with self.database.begin(self.access) as session:
                view = queries.task(session, task.key)
                assert view.form is not None
                commands.complete_task(session, task.key, {**view.form.prefill(view.values), "grundlage_art": "keine", **raw})
        return self

    def supported(self, **bewertung: Any) -> Self:
        """Anna alone, registered, assessed, with goals: from here on the case waits for its Standortbestimmung."""
        return self.open(ANNA).do("zustaendigkeit_pruefen", zustaendig="ja").assess("Anna", **bewertung).finish_intake().agree()

    def review(
        self,
        entscheid: str = "weiter",
        *,
        ziele: str = "teilweise",
        richtig: str = "ja",
        bewertung: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Self:
        """The Standortbestimmung with its two steps; everybody gets the same answers."""
        shown = self.shows("standort_bewerten")
        rows = [{**row, "segment_weiter_richtig": richtig, **(bewertung or {})} for row in shown["ergebnisse"]]
        goals = [{"status": ziele} for _ in shown["ziele"] or []]
        self.do("standort_bewerten", sb_datum=self.today, ziele=goals, ergebnisse=rows)
        return self.do("vorgehen_festlegen", sb_entscheid=entscheid, **more)

    def detach(self, am: str, letzte_zahlung: str, *, nachbegleitung: str = "ja", hauptgrund: str = "erwerb") -> Self:
        self.do("abloesung_erfassen", abloesung_am=am, letzte_zahlung=letzte_zahlung, hauptgrund=hauptgrund)
        return self.do("abschlussgespraech_fuehren", gespraech_gefuehrt="ja", nachbegleitung=nachbegleitung)

    def close(self) -> Self:
        return self.do("fall_abschliessen", abgeschlossen_am=self.today, stand_6m="unabhaengig", keine_pendenzen=True)
