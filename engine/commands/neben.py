"""What runs beside a case: vPe, intensive Fallführung, questions to partners (process description, chapter 4: instances of their own, correlated with the case).

Each job here is general; which process, which variables and which messages are meant stands in the headers of the diagram's task.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from engine.cases.formkontext import form_context
from engine.cases.jetzt import standing_at
from engine.cases.projection import household
from engine.commands.cases import (
    OPENS,
    PROCESS,
    CaseRef,
    case_variables,
    new_fall,
    number_persons,
    own_instance,
    ref,
    released_form,
    start_instance,
)
from engine.commands.events import correlate
from engine.commands.stepping import advance, lock
from engine.commands.verknuepfungen import link
from engine.definitions import feel
from engine.definitions.elements import names
from engine.definitions.forms import Form
from engine.model.errors import FallflussError, NobodyWaits, NotAllowed, NotFound
from engine.runtime import cancel
from engine.runtime import set_variables as write
from engine.store import library
from engine.store.audit import log
from engine.store.session import FallSession
from engine.store.steps import Act
from engine.store.tables import Fall, Hinweis, Instanz, Job, Meldung

# The property of a start event by which a process may be started from the page of a case; its value is what the button says.
BESIDE = "neben"
# Properties beside it: the process of the case beside which it may run, the condition under which, and what is said where it does not hold.
BESIDE_OF, BESIDE_IF, BESIDE_ELSE = "neben_von", "neben_wenn", "neben_sonst"


class NotBeside(FallflussError):
    """The diagram says that this process does not begin beside the case now."""

    def __init__(self, why: str):
        self.why = why
        super().__init__(f"{why} Es wurde nichts begonnen.")


def beside_processes(session: FallSession, region: str | None = None, *, of: str = PROCESS) -> dict[str, str]:
    """Processes of the release in force in the region that people may start beside a case of the process ``of``, with the words for doing so."""
    contents = library.contents(session, library.latest_release(session, region))
    offered = {id: starts[BESIDE] for kind, id in contents.items if kind == "process" and BESIDE in (starts := _starts(contents, id)) and starts.get(BESIDE_OF, of) == of}
    return dict(sorted(offered.items(), key=lambda one: one[1]))


def _starts(contents: library.Contents, process: str) -> Mapping[str, str]:
    """The properties of all its start events."""
    return {name: text for one in contents.process(process).elements.values() if one.type == "startEvent" for name, text in one.properties.items()}


def beside_form(session: FallSession, fall_nr: str, process: str) -> tuple[Form | None, dict[str, Any]]:
    """The start form of such a process and what the case already knows for it.

    Raises:
        NotFound: no such process, or no running case of that number.
    """
    own = running(session, fall_nr)
    if process not in beside_processes(session, own.region, of=own.process):
        raise NotFound(f"Der Prozess «{process}»")
    return released_form(session, process, own.region), case_variables(session, own)


def check_beside(session: FallSession, fall_nr: str, process: str) -> None:
    """Whether the process may begin beside that case now.

    Raises:
        NotFound: no running case of that number.
        NotBeside: its diagram refuses, and says why.
    """
    own = running(session, fall_nr)
    if why := hindrance(session, own, process, case_variables(session, own)):
        raise NotBeside(why)


def hindrance(session: FallSession, own: Instanz, process: str, known: Mapping[str, Any]) -> str:
    """What the diagram says against beginning the process beside this case now; nothing, if it may begin.

    Its condition knows the variables of the case and of what runs beside it already, as ``laufende`` with ``prozess``.
    """
    starts = _starts(library.contents(session, library.latest_release(session, own.region)), process)
    condition = starts.get(BESIDE_IF, "").strip()
    if not condition:
        return ""
    context = {**known, **library.parameters(session, own.region), "laufende": beside_now(session, own.fall_id)}
    (holds,) = feel.shared().evaluate_all([condition.removeprefix("=")], context, now=session.now)
    return "" if holds is True else starts.get(BESIDE_ELSE, "Das geht neben diesem Fall jetzt nicht.")


def beside_now(session: FallSession, fall_id: int) -> list[dict[str, Any]]:
    """The variables of everything that runs beside the case, the oldest first, each with its ``prozess``."""
    rows = select(Instanz).where(Instanz.fall_id == fall_id, Instanz.neben, Instanz.zustand == "active").order_by(Instanz.nummer)
    return [{**case_variables(session, one), "prozess": one.process, "instanz": one.nummer} for one in session.scalars(rows)]


def begin_beside(session: FallSession, fall_nr: str, process: str, raw: Mapping[str, Any], *, request_id: str | None = None) -> CaseRef:
    """Start a process beside a running case; ``raw`` is what its start form holds. The same ``request_id`` again starts nothing.

    Raises:
        NotFound: no running case of that number, or the process is none that people start beside a case.
        NotAllowed: no role in its region that may.
        NotBeside: its diagram refuses to begin now.
        FormInvalid: the form's rules are not met.
    """
    if request_id and (known := session.get(Meldung, request_id)):
        return ref(own_instance(session, known.fall_id))
    form, known_values = beside_form(session, fall_nr, process)
    own = lock(session, running(session, fall_nr).nummer)
    if not session.access.everywhere and not session.access.rollen_in(own.region) & set(OPENS):
        raise NotAllowed(beside_processes(session, own.region)[process])
    check_beside(session, fall_nr, process)
    context = form_context(session, form, own.region, known_values) if form else {}
    values = form.validate(raw, context, feel=feel.shared(), now=session.now) if form else dict(raw)
    if request_id:
        session.add(Meldung(message_id=request_id, name=process, fall_id=own.fall_id, at=session.now))
    log(session, "write", f"{process} begonnen", fall_id=own.fall_id, region=own.region)
    return ref(start_instance(session, own.fall, process, values, act=Act("begin_beside", name=beside_processes(session, own.region)[process]), neben=True))


def start(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Start the process ``prozess`` beside the case. ``werte`` lists the variables it gets. What its diagram refuses becomes a notice."""
    process = job.headers["prozess"]
    if why := hindrance(session, instanz, process, case_variables(session, instanz)):
        session.add(Hinweis(fall_id=instanz.fall_id, region=instanz.region, at=session.now, an_rolle="fallfuehrung", text=why))
    else:
        start_instance(session, instanz.fall, process, carried(session, instanz, job), act=Act("start_beside", name="Vom Fall begonnen"), neben=True)


def read_case(session: FallSession, instanz: Instanz, job: Job) -> dict[str, Any]:
    """What the case knows now of the variables that ``werte`` lists.

    With ``laufende``, also the variables it lists of the same process where it runs beside this case already, as ``laufende``.
    """
    known = case_variables(session, own_instance(session, instanz.fall_id))
    found = {name: known.get(name) for name in names(job.headers.get("werte"))}
    if "laufende" in job.headers:
        others = [one for one in beside_now(session, instanz.fall_id) if one["prozess"] == instanz.process and one["instanz"] != instanz.nummer]
        found["laufende"] = [{name: one.get(name) for name in names(job.headers["laufende"])} for one in others]
    return found


def remember(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Write the entry ``eintrag`` into the case's list ``liste``: into the entry of the same person, otherwise behind the others.

    Objects within an entry are merged, so that ratings that nobody touched stay. With ``anhaengen`` ja it is always a new entry.
    """
    entry, liste = seen(session, instanz, job)[job.headers["eintrag"]], job.headers["liste"]
    own = lock(session, own_instance(session, instanz.fall_id).nummer)
    if own.zustand != "active":
        return
    rows = list(case_variables(session, own).get(liste) or [])
    at = next((n for n, row in enumerate(rows) if row.get("person_id") == entry.get("person_id")), None)
    if at is None or job.headers.get("anhaengen") == "ja":
        rows.append(entry)
    else:
        rows[at] = merged(rows[at], entry)
    advance(session, own, write(own.key, {liste: rows}), Act("set_variables", own.key, name="Ergebnis übernommen", values={liste: rows}))


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """``before`` with what ``after`` says; objects in both are merged one level down."""
    both = {name: {**before[name], **value} for name, value in after.items() if isinstance(value, dict) and isinstance(before.get(name), dict)}
    return {**before, **after, **both}


def report(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Send ``meldung`` to the case. If it does not wait for it now, ``sonst`` becomes a notice for the Fallführung, and nothing is lost."""
    try:
        with session.begin_nested():
            correlate(session, job.headers["meldung"], instanz.fall.fall_nr, carried(session, instanz, job))
    except NobodyWaits:
        if text := job.headers.get("sonst"):
            session.add(Hinweis(fall_id=instanz.fall_id, region=instanz.region, at=session.now, an_rolle="fallfuehrung", text=text))


def wake(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Hand ``meldung`` to whoever in this region waits longest under the variable ``schluessel``; nobody need wait."""
    with suppress(NobodyWaits):
        correlate(session, job.headers["meldung"], str(seen(session, instanz, job)[job.headers["schluessel"]]), carried(session, instanz, job))


def count_open(session: FallSession, instanz: Instanz, job: Job) -> dict[str, Any]:
    """See ``standing_at``; a form asks the same again while its task is open."""
    return standing_at(session, instanz.region, job.headers)


def end_beside(session: FallSession, instanz: Instanz, job: Job) -> None:
    """End what still runs beside the case of the processes that ``prozesse`` lists, for example at the Ablösung.

    With ``person``, the name of a variable with a person's id, only what runs for that person: ``person_in`` lists the variables that say so.
    """
    running_now = select(Instanz).where(
        Instanz.fall_id == instanz.fall_id, Instanz.neben, Instanz.zustand == "active", Instanz.process.in_(names(job.headers.get("prozesse")))
    )
    person = seen(session, instanz, job)[job.headers["person"]] if "person" in job.headers else None
    for beside in session.scalars(running_now.order_by(Instanz.nummer)).all():
        if person is None or person in _of(session, beside, job.headers.get("person_in")):
            name = library.contents(session, beside.release_id).process(beside.process).name or beside.process
            act = Act("cancel_case", name=f"{name}, Grund: {job.headers.get('grund') or 'vom Fall beendet'}")
            advance(session, lock(session, beside.nummer), cancel(), act)


def _of(session: FallSession, beside: Instanz, variables: str | None) -> list[Any]:
    known = case_variables(session, beside)
    return [known.get(name) for name in names(variables)]


def open_fall(session: FallSession, instanz: Instanz, job: Job) -> dict[str, Any]:
    """Open a case of ``prozess`` from the variables that ``werte`` lists, and say its number. Nothing else crosses.

    With ``verknuepfung`` the two cases are linked, and that text says why.
    """
    values = carried(session, instanz, job)
    number_persons(values.get("personen") or [])
    fall: Fall = new_fall(session, instanz.region, household(values.get("personen") or []))
    log(session, "write", "open_case", fall_id=fall.id, region=fall.region)
    start_instance(session, fall, job.headers["prozess"], values, act=Act("open_case", name="Fall eröffnet"))
    if grund := job.headers.get("verknuepfung"):
        link(session, fall.fall_nr, instanz.fall.fall_nr, grund)
    return {"neue_fall_nr": fall.fall_nr}


def call(session: FallSession, instanz: Instanz, job: Job) -> None:
    """Give a case without ``personen`` its name in lists, from the variables that ``werte`` lists."""
    instanz.fall.bezeichnung = ", ".join(str(value) for value in carried(session, instanz, job).values() if value)


def running(session: FallSession, fall_nr: str) -> Instanz:
    """The running instance that is the case.

    Raises:
        NotFound: there is none in the regions of this session.
    """
    fall = session.scalar(select(Fall).where(Fall.fall_nr == fall_nr, Fall.uebergeben_am.is_(None)))
    own = own_instance(session, fall.id) if fall else None
    if own is None or own.neben or own.zustand != "active":
        raise NotFound(f"Ein laufender Fall {fall_nr}")
    return own


def seen(session: FallSession, instanz: Instanz, job: Job) -> dict[str, Any]:
    """The variables the job's element sees."""
    return library.runtime(session, instanz.release_id, instanz.region).visible(instanz.state, [job.key])[job.key]


def carried(session: FallSession, instanz: Instanz, job: Job) -> dict[str, Any]:
    values = seen(session, instanz, job)
    return {name: values.get(name) for name in names(job.headers.get("werte"))}
