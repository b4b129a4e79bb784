"""Destruction takes a case out of everything, leaves a protocol, and is repeated after a restore."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import MetaData, Table, func, select, text

from engine.cli import main
from engine.commands import aufbewahrung, vernichtung
from engine.model.access import Access
from engine.model.clock import FixedClock
from engine.model.errors import FormInvalid, NotAllowed, NotFound
from engine.store import backup, siegel
from engine.store.session import Database
from engine.store.tables import Aufbewahrung, Base, Fall, Parameterwert, Verlauf, Vernichtung
from engine.store.vernichtung import path, uncovered
from tests.konto.conftest import SYSTEM

ADMINISTRATION = Access("anna", {"SDOL": frozenset({"administration"})})
LEITUNG = Access("leo", {"SDOL": frozenset({"leitung"})})
FOREIGN = Access("lara", {"SRO": frozenset({"leitung"})})


def _destroy(database: Database, fall_nr: str) -> None:
    _answered(database, fall_nr)
    with database.begin(ADMINISTRATION) as session:
        vernichtung.ask(session, fall_nr)
    with database.begin(LEITUNG) as session:
        vernichtung.confirm(session, fall_nr)


def _answered(database: Database, fall_nr: str, archiv: str = "verzichtet") -> None:
    with database.begin(ADMINISTRATION) as session:
        aufbewahrung.offer(session, fall_nr)
        aufbewahrung.answer(session, fall_nr, archiv)


def _everything(database: Database) -> str:
    """Every value of every table, as somebody reads it who stole the database."""
    with database.engine.connect() as connection:
        return "\n".join(
            repr(row) for table in Base.metadata.tables.values() for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"')
        )


def test_every_table_with_case_data_is_reached_or_left_on_purpose() -> None:
    assert uncovered() == [], "give it a reference to the case, or a reason in STAYS"


def test_a_new_table_without_a_way_to_its_case_would_be_noticed() -> None:
    assert path(Table("neu", MetaData())) == ()


def test_a_case_becomes_due_when_its_retention_is_over(released: Database, old_case: str, clock: FixedClock) -> None:
    clock.at -= timedelta(days=30)
    with released.read(LEITUNG) as session:
        assert aufbewahrung.due(session) == []
    clock.at += timedelta(days=30)
    with released.read(LEITUNG) as session:
        assert [one.fall.fall_nr for one in aufbewahrung.due(session)] == [old_case]
    with released.read(FOREIGN) as session:
        assert aufbewahrung.due(session) == []


def test_nothing_of_a_destroyed_case_is_left_anywhere(released: Database, old_case: str, open_case: Callable[..., str]) -> None:
    stays = open_case(name="Bleibt")
    siegel.seal(released, SYSTEM)
    assert "Vergangen" in _everything(released)
    _destroy(released, old_case)
    everything = _everything(released)
    assert "Vergangen" not in everything
    assert "Bleibt" in everything
    with released.read(SYSTEM) as session:
        assert session.scalars(select(Fall.fall_nr)).all() == [stays]
        assert session.scalar(select(func.count()).select_from(Verlauf).where(Verlauf.fall_id != 2)) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_file_and_its_log_hold_no_trace_either(released: Database, old_case: str) -> None:
    def traces() -> int:
        file = Path(str(released.url.database))
        return sum(one.read_bytes().count(b"Vergangen") for one in file.parent.glob(f"{file.name}*"))

    assert traces() > 0
    _destroy(released, old_case)
    assert traces() == 0


def test_a_protocol_without_personal_data_remains(released: Database, old_case: str) -> None:
    _destroy(released, old_case)
    with released.read(LEITUNG) as session:
        protokoll = session.scalars(select(Vernichtung)).one()
    assert (protokoll.fall_nr, protokoll.beantragt_von, protokoll.vernichtet_von) == (old_case, "anna", "leo")
    assert protokoll.zeilen["verlauf"] >= 2
    assert protokoll.zeilen["fall"] == 1
    with released.read(FOREIGN) as session:
        assert session.scalars(select(Vernichtung)).all() == []


def test_the_chain_outlives_the_destruction(released: Database, old_case: str) -> None:
    siegel.seal(released, SYSTEM)
    _destroy(released, old_case)
    siegel.seal(released, SYSTEM)
    with released.read(SYSTEM) as session:
        assert siegel.verify(session).befunde == ()


def test_history_taken_out_without_a_destruction_is_found(released: Database, old_case: str, open_case: Callable[..., str]) -> None:
    open_case()
    siegel.seal(released, SYSTEM)
    with released.engine.begin() as connection:
        connection.execute(text("INSERT INTO loeschfreigabe VALUES (2)"))
        connection.execute(text("DELETE FROM verlauf WHERE fall_id = 2"))
    with released.read(SYSTEM) as session:
        assert any("gelöscht" in befund for befund in siegel.verify(session).befunde)


def test_only_the_case_named_lets_go_of_its_history(released: Database, old_case: str) -> None:
    with pytest.raises(Exception, match="append-only"), released.engine.begin() as connection:
        connection.execute(text("INSERT INTO loeschfreigabe VALUES (77)"))
        connection.execute(text("DELETE FROM verlauf"))


def test_whoever_asked_does_not_confirm(released: Database, old_case: str) -> None:
    _answered(released, old_case)
    with released.begin(LEITUNG) as session:
        vernichtung.ask(session, old_case)
    with pytest.raises(NotAllowed, match="vier Augen"), released.begin(LEITUNG) as session:
        vernichtung.confirm(session, old_case)


def test_only_the_leitung_confirms_and_only_what_was_asked_for(released: Database, old_case: str) -> None:
    with pytest.raises(NotFound), released.begin(LEITUNG) as session:
        vernichtung.confirm(session, old_case)
    _answered(released, old_case)
    with released.begin(LEITUNG) as session:
        vernichtung.ask(session, old_case)
    with pytest.raises(NotAllowed), released.begin(ADMINISTRATION) as session:
        vernichtung.confirm(session, old_case)
    with pytest.raises(NotFound), released.begin(FOREIGN) as session:
        vernichtung.confirm(session, old_case)


def test_a_running_case_is_never_due(released: Database, open_case: Callable[..., str], clock: FixedClock) -> None:
    fall_nr = open_case()
    clock.at += timedelta(days=5000)
    with pytest.raises(NotFound), released.begin(LEITUNG) as session:
        vernichtung.ask(session, fall_nr)


def test_a_request_can_be_taken_back(released: Database, old_case: str) -> None:
    _answered(released, old_case)
    with released.begin(ADMINISTRATION) as session:
        vernichtung.ask(session, old_case)
        vernichtung.withdraw(session, old_case)
    with released.read(LEITUNG) as session:
        assert [one.antrag for one in aufbewahrung.due(session)] == [None]


def test_after_a_restore_the_destruction_is_repeated(
    released: Database, old_case: str, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, protokoll = CliRunner(), tmp_path / "protokoll.csv"
    backup.write(released, tmp_path / "backup")
    _destroy(released, old_case)
    monkeypatch.setenv("DATABASE_URL", released.url.render_as_string(hide_password=False))
    protokoll.write_text(run.invoke(main, ["vernichtung", "protokoll"]).stdout, encoding="utf-8")
    restored = Database(f"sqlite:///{tmp_path / 'restored.db'}", clock=clock)
    restored.migrate()
    backup.restore(tmp_path / "backup", restored)
    assert "Vergangen" in _everything(restored)
    monkeypatch.setenv("DATABASE_URL", str(restored.url))
    for expected in ("1 Fälle waren wieder da", "0 Fälle waren wieder da"):
        result = run.invoke(main, ["vernichtung", "nachholen", str(protokoll)])
        assert expected in result.output, result.output
    assert "Vergangen" not in _everything(restored)
    assert old_case in run.invoke(main, ["vernichtung", "protokoll"]).stdout
    restored.close()


def test_a_file_that_is_no_protocol_changes_nothing(released: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", released.url.render_as_string(hide_password=False))
    file = tmp_path / "x.csv"
    file.write_text("fall_ref,fall_nr\n1,2026-1\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["vernichtung", "nachholen", str(file)])
    assert result.exit_code == 1
    assert "Zeile 2" in result.output


def test_the_scheduler_proposes_once_and_destroys_nothing(released: Database, old_case: str, open_case: Callable[..., str]) -> None:
    running = open_case(name="Läuft")
    for expected in (1, 0):
        with released.begin(SYSTEM) as session:
            assert aufbewahrung.propose(session) == expected
    with released.read(LEITUNG) as session:
        assert [(one.fall.fall_nr, one.stand is not None) for one in aufbewahrung.due(session)] == [(old_case, True)]
        assert aufbewahrung.open_steps(session) == 1
        assert set(session.scalars(select(Fall.fall_nr))) == {old_case, running}
    with released.read(FOREIGN) as session:
        assert aufbewahrung.open_steps(session) == 0


def test_a_proposal_goes_when_the_term_becomes_longer(released: Database, old_case: str, clock: FixedClock) -> None:
    with released.begin(SYSTEM) as session:
        aufbewahrung.propose(session)
    clock.at -= timedelta(days=30)  # as if the parameter said a month more
    with released.begin(SYSTEM) as session:
        aufbewahrung.propose(session)
        assert session.scalars(select(Aufbewahrung)).all() == []


def test_nothing_is_asked_for_before_the_archive_has_answered(released: Database, old_case: str) -> None:
    with released.begin(ADMINISTRATION) as session:
        stand = aufbewahrung.offer(session, old_case)
        assert (stand.antwort_bis - stand.angeboten_am.date()).days == 60
    with pytest.raises(FormInvalid) as refused, released.begin(ADMINISTRATION) as session:
        vernichtung.ask(session, old_case)
    assert "Entscheid des Archivs" in refused.value.errors["archiv"]
    with pytest.raises(FormInvalid), released.begin(ADMINISTRATION) as session:
        aufbewahrung.answer(session, old_case, "vielleicht")


def test_what_the_archive_said_holds_once_the_destruction_is_asked_for(released: Database, old_case: str) -> None:
    _answered(released, old_case, "uebernommen")
    with released.begin(ADMINISTRATION) as session:
        vernichtung.ask(session, old_case)
        aufbewahrung.answer(session, old_case, "verzichtet")
    with released.begin(LEITUNG) as session:
        assert vernichtung.confirm(session, old_case).archiv == "uebernommen"


def test_a_region_that_does_not_offer_its_files_asks_at_once(released: Database, old_case: str) -> None:
    with released.begin(SYSTEM) as session:
        day = session.now.date()
        session.add(Parameterwert(key="archiv_angebot", region="SDOL", value="Nein", gueltig_von=day, at=session.now, by="leo", note="Probe"))
    with released.begin(ADMINISTRATION) as session:
        assert vernichtung.ask(session, old_case).archiv == aufbewahrung.NOT_OFFERED


def test_others_than_administration_and_leitung_take_no_step(released: Database, old_case: str) -> None:
    irma = Access("irma", {"SDOL": frozenset({"intake"})})
    with pytest.raises(NotAllowed), released.begin(irma) as session:
        aufbewahrung.offer(session, old_case)
    with pytest.raises(NotFound), released.begin(FOREIGN) as session:
        aufbewahrung.offer(session, old_case)
