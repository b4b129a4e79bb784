"""Records the ways of some scenarios for the studio: ``pytest -p tests.scenarios.aufnahme tests/scenarios`` rewrites ``szenarien.json``.

Needed after a change of the diagrams that scenarios see; the test of the studio's scenarios says when.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.model.access import system
from engine.replay.own_history import own_cases
from engine.replay.szenarien import FILE

NAMES = {
    "test_a_family_goes_from_anmeldung_to_abschluss": "Eine Familie von der Anmeldung bis zum Abschluss",
    "test_an_abschluss_left_lying_is_noticed_and_an_open_contact_ends_with_the_nachbegleitung": "Nachbegleitung endet, der Abschluss bleibt liegen",
    "test_renewed_need_reopens_the_same_case_with_a_delta_kurzassessment": "Erneuter Bedarf während der Nachbegleitung",
    "test_a_wesentliches_ereignis_brings_the_standortbestimmung_forward": "Wesentliches Ereignis zieht die Standortbestimmung vor",
    "test_a_new_segment_after_the_standortbestimmung_starts_from_what_was_known": "Neues Segment nach der Standortbestimmung",
    "test_an_overdue_standortbestimmung_is_noticed_twice": "Standortbestimmung wird überfällig",
    "test_when_the_last_person_dies_the_case_ends_with_the_estate": "Die letzte Person stirbt",
    "test_a_withdrawn_request_simply_ends": "Gesuch zurückgezogen",
    "test_a_case_that_another_region_took_over_ends_here": "Eine andere Region übernimmt den Fall",
    "test_lost_contact_leads_to_the_abloesung_after_two_invitations_and_a_letter": "Kontaktabbruch führt zur Ablösung",
    "test_a_case_opened_by_mistake_is_cancelled_by_the_leitung_and_stays_readable": "Irrtümlich eröffneter Fall",
    "test_who_lives_elsewhere_is_passed_on": "Nicht zuständig, weitergeleitet",
    "test_without_documents_the_time_limit_is_extended_and_then_the_request_is_not_considered": "Unterlagen bleiben aus, Nichteintreten",
    "test_with_what_is_there_the_claim_may_still_be_examined_and_rejected": "Anspruch abgelehnt",
    "test_who_does_not_come_is_invited_twice_and_then_the_teamleitung_clarifies": "Nicht erschienen, zweimal eingeladen",
    "test_a_hint_at_danger_to_a_child_is_examined_within_a_day_and_the_child_is_judged_for_itself": "Hinweis auf Gefährdung eines Kindes",
    "test_help_for_today_comes_at_once_and_beside_everything_else": "Soforthilfe neben allem anderen",
}
_found: dict[str, dict[str, Any]] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """While the case's database is still there."""
    akte = getattr(item, "funcargs", {}).get("akte")
    if item.name not in NAMES or akte is None:
        return
    with akte.database.read(system()) as session:
        case = next(one for one in own_cases(session) if one.process == "fall")
    steps = [event.activity for event in case.case.events]
    _found[item.name] = {"name": NAMES[item.name], "prozess": "fall", "beendet": case.is_over, "schritte": steps}


def pytest_sessionfinish(session: pytest.Session) -> None:
    rows = [json.dumps(_found[name], ensure_ascii=False) for name in NAMES if name in _found]
    FILE.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")
