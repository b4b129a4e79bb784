"""Two people release; each region has its release; what runs stays where it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from engine.commands import correlate, freigaben, openable
from engine.commands.freigaben import AlreadyDecided
from engine.model.access import Access, system
from engine.model.calendar import ZURICH
from engine.model.errors import DefinitionInvalid, FallflussError, FormInvalid, NobodyWaits, NotAllowed, NotFound
from engine.queries import freigaben as queries
from engine.store.errors import Conflict
from engine.store.tables import Ausloeser, Fall, Freigabe, Geltung, Instanz, Release
from tests.commands import drawings
from tests.commands.drawings import timer
from tests.commands.test_starts import MELDUNG, TAEGLICH, starting
from tests.freigaben.conftest import Werkstatt


def test_a_release_takes_two_people_and_then_new_cases_begin_on_it(werkstatt: Werkstatt):
    before = werkstatt.begun("SDOL")
    proposed = werkstatt.propose()
    assert werkstatt.begun("SDOL") == before, "proposed is not released"
    given = werkstatt.do(werkstatt.urs, freigaben.approve, proposed.id)
    assert (given.vorgeschlagen_von, given.entschieden_von, given.zustand) == ("petra", "urs", "erteilt")
    assert werkstatt.begun("SDOL") == given.release_id != before
    with werkstatt.database.read(system()) as session:
        assert [one.release_id for one in session.scalars(select(Instanz).order_by(Instanz.nummer))] == [before, before, given.release_id]


@pytest.mark.parametrize(("who", "command"), [
    pytest.param("urs", "propose", id="only process owners propose"),
    pytest.param("petra", "approve", id="process owners do not approve"),
    pytest.param("petra", "refuse", id="process owners do not refuse"),
    pytest.param("urs", "withdraw", id="only who proposed takes it back"),
])
def test_each_has_one_part_in_it(werkstatt: Werkstatt, who: str, command: str):
    person: Access = getattr(werkstatt, who)
    with pytest.raises(NotAllowed):
        if command == "propose":
            werkstatt.propose(person)
        else:
            werkstatt.do(person, getattr(freigaben, command), werkstatt.propose().id, *(["Grund"] if command == "refuse" else []))


def test_nobody_approves_their_own_proposal_not_even_with_both_roles(werkstatt: Werkstatt):
    nummer = werkstatt.propose(werkstatt.beide).id
    with pytest.raises(NotAllowed, match="vier Augen"):
        werkstatt.do(werkstatt.beide, freigaben.approve, nummer)
    assert werkstatt.do(werkstatt.urs, freigaben.approve, nummer).zustand == "erteilt"


def test_the_database_itself_refuses_one_person_for_both(werkstatt: Werkstatt):
    nummer = werkstatt.propose().id
    with pytest.raises(Conflict), werkstatt.database.begin(system()) as session:
        session.execute(update(Freigabe).where(Freigabe.id == nummer).values(zustand="erteilt", entschieden_von="petra"))


def test_a_regional_role_releases_nothing_for_the_canton(werkstatt: Werkstatt):
    with pytest.raises(NotAllowed):
        werkstatt.propose(Access("regional", {"SDOL": frozenset({"prozess"})}))


def test_of_two_who_approve_at_once_one_finds_it_decided(werkstatt: Werkstatt):
    nummer, together = werkstatt.propose().id, Barrier(2)
    answers: list[object] = []

    def approve(who: Access) -> None:
        together.wait()
        try:
            answers.append(werkstatt.do(who, freigaben.approve, nummer).zustand)
        except FallflussError as error:
            answers.append(type(error))

    threads = [Thread(target=approve, args=(who,)) for who in (werkstatt.urs, werkstatt.ursi)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, answers)) == sorted(map(str, ["erteilt", AlreadyDecided]))
    with werkstatt.database.read(system()) as session:
        assert len(session.scalars(select(Geltung).where(Geltung.freigabe_id == nummer)).all()) == 1
        assert len(session.scalars(select(Release)).all()) == 2


def test_cases_that_begin_while_a_release_is_given_begin_on_one_or_the_other(werkstatt: Werkstatt):
    before, nummer, together = werkstatt.begun("SDOL"), werkstatt.propose().id, Barrier(3)
    begun: list[int] = []

    def begin() -> None:
        together.wait()
        begun.extend(werkstatt.begun("SDOL") for _ in range(3))

    threads = [Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    together.wait()
    given = werkstatt.do(werkstatt.urs, freigaben.approve, nummer)
    for thread in threads:
        thread.join()
    assert len(begun) == 6 and set(begun) <= {before, given.release_id}
    assert werkstatt.begun("SDOL") == given.release_id


def test_what_may_be_opened_is_what_the_release_of_the_region_offers(werkstatt: Werkstatt):
    offered = b'<zeebe:formDefinition formId="anmeldung"/><zeebe:properties><zeebe:property name="eroeffnen" value="Antrag entgegennehmen"/></zeebe:properties>'
    werkstatt.deploy(antrag=drawings.ANTRAG.replace(b'<zeebe:formDefinition formId="anmeldung"/>', offered, 1))
    werkstatt.released(regionen=["SDOL"])
    for regionen, offers in ((["SDOL"], {"antrag": "Antrag entgegennehmen"}), (["SRO"], {}), (["SDOL", "SRO"], {"antrag": "Antrag entgegennehmen"}), ([], {})):
        assert werkstatt.do(werkstatt.petra, openable, regionen) == offers, regionen


@pytest.mark.parametrize("end", ["refuse", "withdraw"])
def test_what_is_refused_or_withdrawn_cannot_be_approved_any_more(werkstatt: Werkstatt, end: str):
    nummer = werkstatt.propose().id
    if end == "refuse":
        with pytest.raises(FormInvalid):
            werkstatt.do(werkstatt.urs, freigaben.refuse, nummer, "  ")
        assert werkstatt.do(werkstatt.urs, freigaben.refuse, nummer, "Zu früh").grund == "Zu früh"
    else:
        werkstatt.do(werkstatt.petra, freigaben.withdraw, nummer)
    with pytest.raises(AlreadyDecided):
        werkstatt.do(werkstatt.urs, freigaben.approve, nummer)


def test_a_release_may_begin_in_one_region_and_hold_everywhere_later(werkstatt: Werkstatt):
    first = werkstatt.begun("SRO")
    pilot = werkstatt.released(regionen=["SDOL"]).release_id
    assert (werkstatt.begun("SDOL"), werkstatt.begun("SRO")) == (pilot, first)
    werkstatt.rename("Antrag ganz genau prüfen")
    for_all = werkstatt.released().release_id
    assert (werkstatt.begun("SDOL"), werkstatt.begun("SRO")) == (for_all, for_all)
    with werkstatt.database.read(Access("petra", {region: frozenset() for region in ("SDOL", "SRO")})) as session:
        rows = {zeile.region.kuerzel: zeile for zeile in queries.matrix(session, queries.running(session)) if zeile.region}
    assert rows["SDOL"].faelle == {pilot: 1, for_all: 1} and rows["SRO"].faelle == {first: 2, for_all: 1}
    assert rows["SDOL"].gilt and rows["SDOL"].gilt.release_id == for_all


def test_a_release_with_a_date_takes_effect_at_midnight_in_zurich_by_itself(werkstatt: Werkstatt):
    werkstatt.clock.at = datetime(2026, 8, 30, 12, tzinfo=UTC)
    before = werkstatt.begun("SDOL")
    given = werkstatt.released(gueltig_ab=date(2026, 9, 1))
    werkstatt.clock.at = datetime(2026, 8, 31, 21, 59, 59, tzinfo=UTC)
    assert werkstatt.begun("SDOL") == before
    werkstatt.clock.at = datetime(2026, 8, 31, 22, tzinfo=UTC)
    assert werkstatt.begun("SDOL") == given.release_id
    with werkstatt.database.read(system()) as session:
        (row,) = session.scalars(select(Geltung).where(Geltung.freigabe_id == given.id))
        assert row.von.astimezone(ZURICH) == datetime(2026, 9, 1, tzinfo=ZURICH)


def test_a_day_that_has_passed_when_it_is_approved_means_at_once(werkstatt: Werkstatt):
    proposed = werkstatt.propose(gueltig_ab=werkstatt.clock.at.date() + timedelta(days=1))
    werkstatt.clock.at += timedelta(days=3)
    given = werkstatt.do(werkstatt.urs, freigaben.approve, proposed.id)
    assert werkstatt.begun("SDOL") == given.release_id


def test_rolling_back_is_releasing_an_earlier_one_again(werkstatt: Werkstatt):
    first = werkstatt.begun("SDOL")
    second = werkstatt.released().release_id
    werkstatt.released(note="Zurück", release_id=first)
    assert werkstatt.begun("SDOL") == first != second
    with werkstatt.database.read(system()) as session:
        assert len(session.scalars(select(Release)).all()) == 2, "the earlier release holds again, not a copy of it"


@pytest.mark.parametrize(("fields", "refused"), [
    pytest.param({"note": " "}, "note", id="no note"),
    pytest.param({"gueltig_ab": date(2020, 1, 1)}, "gueltig_ab", id="a day that has passed"),
    pytest.param({"regionen": ["MOND"]}, "regionen", id="a region that does not exist"),
    pytest.param({"version_tag": "x" * 61}, "version_tag", id="a tag that is too long"),
])
def test_a_proposal_has_to_make_sense(werkstatt: Werkstatt, fields: dict[str, object], refused: str):
    with pytest.raises(FormInvalid) as info:
        werkstatt.propose(**fields)
    assert list(info.value.errors) == [refused]


def test_what_already_holds_everywhere_is_not_proposed_again(werkstatt: Werkstatt):
    werkstatt.released(regionen=["SDOL"])
    with pytest.raises(FormInvalid, match="noch nicht"):
        werkstatt.propose(regionen=["SDOL"])
    werkstatt.propose(regionen=["SDOL", "SRO"])


def test_a_set_that_does_not_hold_together_is_not_proposed(werkstatt: Werkstatt):
    with werkstatt.database.read(system()) as session:
        keys = [row.key for row in queries.held_in(session, 1) if row.kind == "process"]
    with pytest.raises(DefinitionInvalid):
        werkstatt.propose(keys=keys)
    with pytest.raises(NotFound):
        werkstatt.propose(release_id=99)


def test_a_message_opens_a_case_with_the_release_of_its_region(werkstatt: Werkstatt):
    werkstatt.deploy(zuzug=MELDUNG)
    werkstatt.released(regionen=["SDOL"])
    clerk = Access("meier", {region: frozenset({"intake"}) for region in ("SDOL", "SRO")})
    werkstatt.do(clerk, correlate, "neuzuzug", "X-1", {"region": "SDOL"})
    with pytest.raises(NobodyWaits):
        werkstatt.do(clerk, correlate, "neuzuzug", "X-1", {"region": "SRO"})


def test_start_events_are_renewed_when_the_release_takes_effect(werkstatt: Werkstatt):
    werkstatt.deploy(taeglich=TAEGLICH)
    werkstatt.released()
    werkstatt.deploy(taeglich=starting("taeglich", timer("Cycle", "R/P1D"), region="SDOL", task="anders"))
    in_three_days = (werkstatt.clock.at + timedelta(days=3)).astimezone(ZURICH).date()
    later = werkstatt.released(gueltig_ab=in_three_days)

    def waiting() -> list[tuple[int, int]]:
        with werkstatt.database.read(system()) as session:
            return [(row.release_id, row.version) for row in session.scalars(select(Ausloeser))]

    assert [version for _, version in waiting()] == [1]
    werkstatt.clock.at = datetime.combine(in_three_days, datetime.min.time(), ZURICH) - timedelta(seconds=1)
    werkstatt.wake()
    assert [version for _, version in waiting()] == [1]
    werkstatt.clock.at += timedelta(seconds=1)
    assert werkstatt.wake().timers >= 1
    assert waiting() == [(later.release_id, 2)]


def test_a_timer_starts_only_where_its_release_holds(werkstatt: Werkstatt):
    werkstatt.deploy(taeglich=TAEGLICH)
    werkstatt.released(regionen=["SRO"])
    werkstatt.clock.at += timedelta(days=1, seconds=1)
    werkstatt.wake()
    with werkstatt.database.read(system()) as session:
        assert session.scalars(select(Fall)).all() == []
