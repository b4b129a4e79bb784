"""What the Fachapplikation says of running cases comes in: the same table as on the screen, sent by a program."""

from __future__ import annotations

from typing import Any

from engine.commands.abgleich import Plan, plan, summary, take_over
from webui.api import caller
from webui.api.bestand import LINE, content, line_of
from webui.api.operation import operation
from webui.api.schema import INT, TEXT, list_of, record

CHANGE = record(line=INT, caseNumber=TEXT, fachapplikationNr=TEXT, changes=list_of(TEXT))
OUTCOME = record(changed=list_of(CHANGE), same=INT, conflicts=list_of(LINE), problems=list_of(LINE), summary=TEXT)


@operation(
    "POST",
    "/api/regionen/{region}/abgleich/pruefung",
    "Sagen, was ein Abgleich mit der Fachapplikation änderte; gespeichert wird nichts",
    scope="starten",
    answers={200: OUTCOME},
    media="text/csv",
)
def check_master_data(region: str) -> dict[str, Any]:
    with caller.reading() as session:
        return _outcome(plan(session, content(), region))


@operation(
    "POST",
    "/api/regionen/{region}/abgleich",
    "Stammdaten, Anspruch und letzte Zahlung laufender Fälle übernehmen; Widersprüche und fehlerhafte Zeilen bleiben, wie sie sind",
    scope="starten",
    answers={200: OUTCOME},
    media="text/csv",
)
def take_over_master_data(region: str) -> dict[str, Any]:
    with caller.writing() as session:
        return _outcome(take_over(session, content(), region))


def _outcome(made: Plan) -> dict[str, Any]:
    return {
        "changed": [{"line": one.line, "caseNumber": one.fall_nr, "fachapplikationNr": one.fachapplikation_nr, "changes": list(one.worte)} for one in made.changes],
        "same": len(made.same),
        "conflicts": [line_of(one) for one in made.conflicts],
        "problems": [line_of(one) for one in made.problems],
        "summary": summary(made),
    }
