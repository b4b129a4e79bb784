"""Trial runs: a process owner tries out what is deployed, released or not, with made-up data that no region sees."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select, update

from engine.cases.formkontext import form_context
from engine.commands.cases import new_fall
from engine.commands.deployments import release_for_trial
from engine.commands.events import fire_timer
from engine.commands.incidents import resolve_incident
from engine.commands.incidents import set_variables as set_variables_of_case
from engine.commands.jobs import complete_job
from engine.commands.stepping import INSTANCE, advance, instance_number, lock, settle
from engine.definitions import feel
from engine.model.access import PROBELAUF
from engine.model.errors import NotAllowed, NotFound, NotWaiting
from engine.queries.probelauf import startable
from engine.runtime import Command, activate, all_of, cancel, fire, migrate, set_variables, terminate
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import (
    Aufgabe,
    DefinitionVersion,
    Entwurf,
    Fall,
    Hinweis,
    Incident,
    Instanz,
    Job,
    Probelauf,
    Subscription,
    Timer,
    Verlauf,
)


@dataclass(frozen=True)
class Wunsch:
    """How a trial run is to begin and end: at an element, after an element; and the client's own labels for it."""

    at: str | None = None
    ends_after: str | None = None
    business_id: str | None = None
    tags: Collection[str] = field(default_factory=tuple)


def start_probelauf(session: FallSession, definition_key: int, variables: Mapping[str, Any], wunsch: Wunsch = Wunsch()) -> Instanz:
    """Start a trial run of one deployed version of a process; everything else it sees in its newest version.

    Raises:
        NotAllowed: only process owners may.
        NotFound: no such version, or no such element in it.
    """
    if PROBELAUF not in session.access.regionen:
        raise NotAllowed("Probelauf starten (nur Prozessverantwortliche)")
    version = session.get(DefinitionVersion, definition_key)
    if version is None or version.kind != "process":
        raise NotFound("Die Fassung des Prozesses")
    fall = new_fall(session, PROBELAUF, f"Probelauf {version.name}")
    fall.fall_nr = f"P-{fall.id:05d}"
    instanz = _instance(session, fall, version)
    session.add(
        Probelauf(
            instanz_nummer=instanz.nummer,
            region=PROBELAUF,
            by=session.access.konto,
            business_id=wunsch.business_id,
            tags=list(wunsch.tags),
            ends_after=wunsch.ends_after,
        )
    )
    _begin(session, instanz, {"fall_nr": fall.fall_nr, "region": PROBELAUF, **variables}, wunsch)
    return instanz


def start_with_form(session: FallSession, definition_key: int, raw: Mapping[str, Any]) -> Instanz:
    """Start a trial run with what its start form holds, checked as for a case.

    Raises:
        NotFound, NotAllowed: as ``start_probelauf``.
        FormInvalid: nothing was started.
    """
    _, form = startable(session, definition_key)
    values = form.validate(raw, form_context(session, form, PROBELAUF), feel=feel.shared(), now=session.now) if form else {}
    return start_probelauf(session, definition_key, values)


def nudge(session: FallSession, nummer: int, what: str, key: int, values: Mapping[str, Any]) -> None:
    """Let happen now what a trial run waits for: ``frist``, ``meldung``, ``auftrag`` (a job's result) or ``stoerung`` (try again).

    A time limit fires whatever the clock says; later ones count from the clock as it is. For a ``stoerung``, ``values`` correct variables first.

    Raises:
        NotFound: no such trial run or way.
        NotWaiting: it happened already.
    """
    instanz = _trial(session, nummer)
    if instance_number(key) != nummer or what not in _NUDGES:
        raise NotFound("Worauf der Probelauf warten soll,")
    _NUDGES[what](session, instanz, key, values)


def _correlate(session: FallSession, instanz: Instanz, key: int, values: Mapping[str, Any]) -> None:
    found = session.get(Subscription, key)
    if found is None:
        raise NotWaiting(key)
    advance(session, instanz, fire(key, dict(values)), Act("correlate", key, found.element, found.name, values=dict(values)))


def _retry(session: FallSession, instanz: Instanz, key: int, values: Mapping[str, Any]) -> None:
    if values:
        set_variables_of_case(session, instanz.key, values)
    resolve_incident(session, key)


_NUDGES: Mapping[str, Callable[[FallSession, Instanz, int, Mapping[str, Any]], object]] = {
    "frist": lambda session, instanz, key, values: fire_timer(session, key),
    "meldung": _correlate,
    "auftrag": lambda session, instanz, key, values: complete_job(session, key, values),
    "stoerung": _retry,
}


def cancel_probelauf(session: FallSession, nummer: int) -> None:
    """Stop a trial run.

    Raises (this and the following):
        NotFound: there is none of that number.
        NotAllowed: it is a real case.
        NotWaiting: it is over already.
    """
    _advance(session, nummer, cancel(), Act("cancel_case", name="Probelauf abgebrochen"))


def modify_probelauf(session: FallSession, nummer: int, *, start: Iterable[tuple[str, Mapping[str, Any]]] = (), stop: Iterable[int] = ()) -> None:
    """Take tokens away by their key and put others on elements of the outermost process, with variables for the whole run."""
    steps: list[Command] = []
    for element, variables in start:
        steps += [set_variables(nummer * INSTANCE, variables)] if variables else []
        steps.append(activate(element))
    _advance(session, nummer, all_of(*steps, *(terminate(key) for key in stop)), Act("modify", name="Marken versetzt"))


def migrate_probelauf(session: FallSession, nummer: int, target_key: int, mapping: Mapping[str, str]) -> None:
    """Take a trial run to another version of its process; ``mapping`` gives the new id of each renamed element.

    Raises:
        CannotMigrate: with the reasons; nothing was changed.
    """
    instanz = _trial(session, nummer)
    target = session.get(DefinitionVersion, target_key)
    if target is None or (target.kind, target.id) != ("process", instanz.process):
        raise NotFound("Die Fassung dieses Prozesses")
    release_id = release_for_trial(session, target)
    before, after = library.contents(session, instanz.release_id), library.contents(session, release_id)
    state = migrate(instanz.state, before.find(instanz.process, instanz.version), after.find(instanz.process, target.version), mapping)
    for table in (Aufgabe, Timer, Subscription, Job, Incident):
        _rename(session, table, instanz, mapping)
    moved = update(Aufgabe).where(Aufgabe.instanz_nummer == nummer, Aufgabe.process == instanz.process).values(process_version=target.version)
    session.execute(moved, execution_options={"synchronize_session": False})
    instanz.state, instanz.release_id, instanz.version = state, release_id, target.version
    advance(session, instanz, all_of(), Act("migrate", name=f"Auf Fassung {target.version}", values={"mapping": dict(mapping)}))


def delete_probelauf(session: FallSession, nummer: int) -> None:
    """Forget a trial run entirely, its history included."""
    instanz = _trial(session, nummer)
    fall_id = instanz.fall_id
    tasks = session.scalars(select(Aufgabe.key).where(Aufgabe.instanz_nummer == nummer)).all()
    _delete(session, Entwurf, Entwurf.aufgabe_key.in_(tasks))
    for table in (Aufgabe, Timer, Subscription, Job, Incident, Probelauf):
        _delete(session, table, table.instanz_nummer == nummer)
    for owned in (Verlauf, Hinweis, Instanz):
        _delete(session, owned, owned.fall_id == fall_id)
    _delete(session, Fall, Fall.id == fall_id)
    log(session, "write", f"Probelauf {nummer} gelöscht", region=PROBELAUF)


def _instance(session: FallSession, fall: Fall, version: DefinitionVersion) -> Instanz:
    release_id = release_for_trial(session, version)
    instanz = Instanz(
        fall=fall, region=PROBELAUF, release_id=release_id, process=version.id, version=version.version, state="", started_at=session.now
    )
    session.add(instanz)
    session.flush()
    return instanz


def _begin(session: FallSession, instanz: Instanz, values: Mapping[str, Any], wunsch: Wunsch) -> None:
    runtime = library.runtime(session, instanz.release_id, PROBELAUF)
    definition = runtime.find(instanz.process, instanz.version)
    _require(definition.spec.task_specs, wunsch.ends_after)
    step = runtime.start(definition, values, key=instanz.key, at=wunsch.at, last=wunsch.ends_after)
    settle(session, instanz, step, Act("open_case", name="Probelauf gestartet", values=values), runtime)


def _require(elements: Collection[str], wanted: str | None) -> None:
    if wanted is not None and wanted not in elements:
        raise NotFound(f"Das Element «{wanted}»")


def _trial(session: FallSession, nummer: int) -> Instanz:
    instanz = lock(session, nummer)
    if instanz.region != PROBELAUF:
        raise NotAllowed("Das geht über die Schnittstelle nur bei Probeläufen; bei Fällen über die Oberfläche, mit Grund und vier Augen")
    return instanz


def _advance(session: FallSession, nummer: int, command: Command, act: Act) -> None:
    advance(session, _trial(session, nummer), command, act)


def _rename(session: FallSession, table: Any, instanz: Instanz, mapping: Mapping[str, str]) -> None:
    for row in session.scalars(select(table).where(table.instanz_nummer == instanz.nummer, table.process == instanz.process)):
        row.element = mapping.get(row.element, row.element)


def _delete(session: FallSession, table: Any, condition: Any) -> None:
    session.execute(delete(table).where(condition), execution_options={"synchronize_session": False})
