"""What the drawings of tests/commands leave out: outside jobs with errors, signals, phases side by side, called processes, short timers."""

from __future__ import annotations

from tests.commands import drawings
from tests.commands.drawings import drawing, flow, job, message, node, timer, user

# Waits as long as the case says: "PT2S".
EILE = drawing(
    "eile",
    node("startEvent", "start"),
    node("intermediateCatchEvent", "warten", timer("Duration", "=dauer")),
    node("endEvent", "ende"),
    flow("start", "warten"),
    flow("warten", "ende"),
)

# A job for a worker outside, which may refuse it; a message may come as often as it likes while somebody looks into it.
AUFTRAG = drawing(
    "auftrag",
    node("startEvent", "start"),
    job("senden", "aussen"),
    node("boundaryEvent", "abgelehnt", '<bpmn:errorEventDefinition errorRef="e_nein"/>', attachedToRef="senden"),
    user("nachfassen"),
    node("boundaryEvent", "nachtrag", '<bpmn:messageEventDefinition messageRef="m_nachtrag"/>', attachedToRef="nachfassen", cancelActivity="false"),
    user("nachtrag_lesen"),
    node("endEvent", "gelesen"),
    node("endEvent", "geklaert"),
    node("endEvent", "ende"),
    flow("start", "senden"),
    flow("senden", "ende"),
    flow("abgelehnt", "nachfassen"),
    flow("nachfassen", "geklaert"),
    flow("nachtrag", "nachtrag_lesen"),
    flow("nachtrag_lesen", "gelesen"),
    messages=message("m_nachtrag", "nachtrag") + '<bpmn:error id="e_nein" name="Nein" errorCode="nein"/>',
)

SIGNAL = '<bpmn:signal id="s_alarm" name="alarm"/>'
# One case calls, every case of the region that listens goes on.
RUF = drawing(
    "ruf",
    node("startEvent", "start"),
    user("melden"),
    node("intermediateThrowEvent", "rufen", '<bpmn:signalEventDefinition signalRef="s_alarm"/>'),
    node("endEvent", "ende"),
    flow("start", "melden"),
    flow("melden", "rufen"),
    flow("rufen", "ende"),
    messages=SIGNAL,
)
HOERT = drawing(
    "hoert",
    node("startEvent", "start"),
    node("intermediateCatchEvent", "horchen", '<bpmn:signalEventDefinition signalRef="s_alarm"/>'),
    user("reagieren"),
    node("endEvent", "ende"),
    flow("start", "horchen"),
    flow("horchen", "reagieren"),
    flow("reagieren", "ende"),
    messages=SIGNAL,
)


def _phase(id: str, name: str, task: str) -> str:
    inside = (node("startEvent", f"{task}_start"), user(task), node("endEvent", f"{task}_ende"))
    return node("subProcess", id, *inside, flow(f"{task}_start", task), flow(task, f"{task}_ende"), name=name)


# Two branches whose phases follow each other; the second branch comes back to the first one's phase.
PHASEN = drawing(
    "phasen",
    node("startEvent", "start"),
    node("parallelGateway", "teilen"),
    _phase("eins", "Intake", "a"),
    _phase("zwei", "Beratung", "b"),
    user("c"),
    _phase("drei", "Intake", "d"),
    node("parallelGateway", "sammeln"),
    node("endEvent", "ende"),
    flow("start", "teilen"),
    flow("teilen", "eins"),
    flow("eins", "zwei"),
    flow("zwei", "sammeln"),
    flow("teilen", "c"),
    flow("c", "drei"),
    flow("drei", "sammeln"),
    flow("sammeln", "ende"),
)

EACH_PERSON = (
    '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=personen" '
    'inputElement="person" outputCollection="antworten" outputElement="=antwort"/></bpmn:extensionElements>'
    "</bpmn:multiInstanceLoopCharacteristics>"
)
CALL = '<zeebe:calledElement processId="befragung" propagateAllParentVariables="true" propagateAllChildVariables="true"/>'
FAMILIE = drawing(
    "familie",
    node("startEvent", "start"),
    node("callActivity", "befragen", EACH_PERSON, extensions=CALL),
    user("auswerten"),
    node("endEvent", "ende"),
    flow("start", "befragen"),
    flow("befragen", "auswerten"),
    flow("auswerten", "ende"),
)
BEFRAGUNG = drawing(
    "befragung",
    node("startEvent", "start"),
    user("befragt", form="erfassen"),
    node("boundaryEvent", "nachhaken", timer("Cycle", "R2/P5D"), attachedToRef="befragt", cancelActivity="false"),
    job("mahnen", "hinweis", text="Befragung steht aus"),
    node("endEvent", "gemahnt"),
    node("scriptTask", "merken", extensions='<zeebe:script expression="=punkte" resultVariable="antwort"/>'),
    node("endEvent", "ende"),
    flow("start", "befragt"),
    flow("befragt", "merken"),
    flow("merken", "ende"),
    flow("nachhaken", "mahnen"),
    flow("mahnen", "gemahnt"),
)

OWN = {
    "eile.bpmn": EILE,
    "auftrag.bpmn": AUFTRAG,
    "ruf.bpmn": RUF,
    "hoert.bpmn": HOERT,
    "phasen.bpmn": PHASEN,
    "familie.bpmn": FAMILIE,
    "befragung.bpmn": BEFRAGUNG,
}
ALL = {**drawings.ALL, **OWN}
