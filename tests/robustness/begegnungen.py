"""Meetings of a case with what happens around it: a release, a handover to another region, a task given to somebody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from engine import commands
from engine.commands import freigaben
from engine.commands.cases import start_instance
from engine.model.access import Access, system
from engine.store.konten import create_konto, grant
from engine.store.session import Database, FallSession
from engine.store.steps import Act
from engine.store.tables import Dossier, Fall, Uebergabe, Uebergabeangebot
from tests.commands import drawings as small

if TYPE_CHECKING:
    from tests.robustness.scenarios import Meeting

PETRA, URS = (Access(name, {"*": frozenset({rolle})}) for name, rolle in (("petra", freigaben.PROPOSES), ("urs", freigaben.APPROVES)))
MOVED = date(2026, 4, 1)
# The giving region's process is at the step that carries the handover out; the receiving one's waits to hear of it.
UMZUG = small.drawing(
    "umzug", small.node("startEvent", "start"), small.job("vollziehen", "uebergabe.vollziehen", prozess="antrag", auffrischung="P60D"), small.node("endEvent", "ende"),
    small.flow("start", "vollziehen"), small.flow("vollziehen", "ende"),
)  # fmt: skip
EMPFANG = small.drawing(
    "empfang", small.node("startEvent", "start"),
    small.node("intermediateCatchEvent", "vollzogen", '<bpmn:messageEventDefinition id="m_d" messageRef="m_vollzogen"/>', name="Vollzogen"),
    small.node("endEvent", "ende"), small.flow("start", "vollzogen"), small.flow("vollzogen", "ende"),
    messages=small.message("m_vollzogen", "uebergabe.vollzogen").replace("=fall_nr", "=uebergabe_nr"),
)  # fmt: skip


def proposed(first: Callable[[Meeting], Any], files: Callable[[Meeting], Mapping[str, bytes]]) -> Callable[[Meeting], None]:
    """``first`` is released; the next version of it is deployed and proposed."""

    def prepare(m: Meeting) -> None:
        first(m)
        with m.anna.database.begin(PETRA) as session:
            deployed, _ = commands.deploy(session, files(m))
            m.keys["freigabe"] = freigaben.propose(session, freigaben.Vorschlag("Zweite", keys=[one.key for one in deployed])).id

    return prepare


def approve(m: Meeting) -> None:
    with m.anna.database.begin(URS) as session:
        freigaben.approve(session, m.keys["freigabe"])


def a_third_person(database: Database) -> None:
    """Carla, to whom a task can be given."""
    with database.begin(system()) as session:
        create_konto(session, "carla", "Carla Carlen", "ein langes Passwort")
        grant(session, "carla", "fallfuehrung", "SDOL")


def moving_processes(database: Database) -> None:
    with database.begin(system("prozess")) as session:
        commands.deploy(session, {"umzug.bpmn": UMZUG, "empfang.bpmn": EMPFANG})
        commands.release(session, "Mit Umzug")


def about_to_move(m: Meeting) -> None:
    """A case whose handover to SRO is accepted and only has to be carried out."""
    m.refs.append(m.anna.open("antrag"))
    m.keys.update({task.element: task.key for task in m.anna.tasks()})
    with m.anna.database.begin(system()) as session:
        fall, nr = session.get_one(Fall, m.refs[0].fall_id), f"U{m.suffix}"
        session.add(Dossier(fall_id=fall.id, region=fall.region, gemeinde_bfs=2546, von=date(2026, 1, 1)))
        content = _package(fall)
        session.add(Uebergabe(uebergabe_nr=nr, fall_id=fall.id, region=fall.region, an_region="SRO", per=MOVED, paket=content))
        _begin(session, _offered(session, fall, nr, content), "empfang", nr)
        _begin(session, fall, "umzug", nr)


def _package(fall: Fall) -> dict[str, Any]:
    here_and_there = {"von_region": fall.region, "an_region": "SRO", "gemeinde_bfs": 2581, "per": MOVED.isoformat()}
    return {"stammdaten": {"personen": []}, "fall_nr": fall.fall_nr, **here_and_there}


def _offered(session: FallSession, fall: Fall, nr: str, content: dict[str, Any]) -> Fall:
    there = Fall(fall_nr=nr, region="SRO", bezeichnung="", phase="Übernahme", eroeffnet_am=MOVED, herkunft=fall.region)
    session.add(there)
    session.flush()
    offer = Uebergabeangebot(
        uebergabe_nr=nr, fall_id=there.id, region="SRO", von_region=fall.region, paket=content, eingegangen_am=session.now, zustand="angenommen"
    )
    session.add(offer)
    session.flush()
    return there


def _begin(session: FallSession, fall: Fall, process: str, nr: str) -> None:
    start_instance(session, fall, process, {"uebergabe_nr": nr}, act=Act("begin_beside", name=process), neben=True)
