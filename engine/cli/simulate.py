"""``fallfluss simulate``: years of cases in minutes, for evaluations before there are real ones."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import click
from sqlalchemy import func, inspect, select

from engine import commands
from engine.cli.deploy import collect
from engine.cli.installation import bring_up_to_date, connect, database_url, shown
from engine.cli.progress import share
from engine.demo.kanton import Years, live, shares
from engine.demo.simulation import Effects, NotEmpty, period
from engine.demo.simulation import simulate as together
from engine.demo.umgebung import staff
from engine.model.access import system
from engine.model.clock import FixedClock
from engine.store.backup import is_empty
from engine.store.session import Database
from engine.store.tables import Fall, Instanz

DIAGRAMS = Path(__file__).resolve().parents[2] / "bpmn"


@click.command()
@click.option("--cases", default=200, show_default=True, type=click.IntRange(1, 100_000), help="Wie viele Fälle neu eröffnet werden.")
@click.option("--months", default=24, show_default=True, type=click.IntRange(1, 240), help="Über wie viele Monate, bis heute.")
@click.option("--seed", default=1, show_default=True, type=int, help="Gleicher Wert, gleiche Fälle.")
@click.option("--regions", default="", help="Nur diese Sozialregionen, mit Komma getrennt (üblich: alle 13).")
@click.option("--until", type=click.DateTime(formats=["%Y-%m-%d"]), default=None, help="Bis zu diesem Tag statt bis heute; damit ist das Ergebnis wiederholbar.")
@click.option("--effekt", "planted", multiple=True, metavar="WAS:REGION=FAKTOR", help="Einen Effekt einpflanzen, zum Beispiel dauer:SDOL=0.7 (auch arbeit, rueckfall); mehrfach.")
@click.option("--processes", default=os.cpu_count() or 1, type=click.IntRange(1, 64), help="Wie viele Prozesse sich die Regionen teilen (üblich: einer je Kern).")
@click.option("--zusammen", is_flag=True, help="Alle Regionen in einer Datenbank leben lassen: mit allen Diagrammen, auch Übergaben; dafür in einem einzigen Prozess.")
def simulate(cases: int, months: int, seed: int, regions: str, until: datetime | None, planted: tuple[str, ...], processes: int, zusammen: bool) -> None:
    """Erfundene Fälle von den echten Diagrammen leben lassen, mit virtueller Uhr.

    Haushaltsgrössen, Bezugsdauern, Arbeitszeiten und Wiederanmeldungen folgen engine/demo/mengen.toml, die Grösse der Regionen ihren Dossiers
    im Jahr. Die Datenbank (DATABASE_URL) muss neu oder leer sein; Diagramme und Regionen kommen von selbst hinein. Der ganze Kanton eröffnet
    etwa 1950 Fälle im Jahr (Kapitel 13). Üblicherweise lebt jede Region für sich, in mehreren Prozessen; Übergaben, Beratungen,
    Einführungen und Monatsabgleiche gibt es mit --zusammen.

    \b
    Beispiele:
      DATABASE_URL=sqlite:///var/simulation.db fallfluss simulate --cases 500 --months 36
      DATABASE_URL=sqlite:///var/kanton.db fallfluss simulate --cases 9750 --months 60
      DATABASE_URL=sqlite:///var/effekt.db fallfluss simulate --regions SDOL,SRO --effekt dauer:SDOL=0.7
    """
    since = monotonic()
    end = datetime.now(UTC) if until is None else until.replace(tzinfo=UTC)
    years = Years(period(end, months), end, _effects(planted))
    chosen = [part.strip() for part in regions.split(",") if part.strip()]
    parts = shares(cases, chosen, seed)
    lived = {part.region for part in parts}
    if missing := sorted({region for found in (years.effects.dauer, years.effects.arbeit, years.effects.rueckfall) for region in found} - lived):
        raise click.UsageError(f"Der Effekt gilt einer Sozialregion, die nicht simuliert wird: {', '.join(missing)}. Simuliert werden: {', '.join(sorted(lived))}.")
    target = connect()
    _require_room(target, is_together=zusammen)
    bring_up_to_date(target)
    click.echo(f"{cases} Fälle über {months} Monate entstehen in {shown(database_url())} …", err=True)
    with tempfile.TemporaryDirectory() as folder, share("Simulation") as tell:
        if zusammen:
            clock = FixedClock(years.began)
            with _released(target.url.render_as_string(hide_password=False), clock) as database:
                together(database, clock, end, cases=cases, regions=chosen, seed=seed, effects=years.effects, progress=tell)
        else:
            base = Path(folder) / "anfang.db"
            with _released(f"sqlite:///{base}", FixedClock(years.began)) as database:
                staff(database, [part.region for part in parts])
            live(base, parts, years, target, processes=processes, progress=tell)
    click.echo(_made(target, monotonic() - since))
    target.close()


def _made(target: Database, seconds: float) -> str:
    """What there is now: more cases than were opened, some people come back."""
    with target.engine.connect() as connection:
        cases, courses = (connection.scalar(select(func.count()).select_from(table.__table__)) for table in (Fall, Instanz))
    minutes, rest = divmod(round(seconds), 60)
    took = f"{minutes} Minuten {rest} Sekunden" if minutes else f"{rest} Sekunden"
    return f"Entstanden sind {cases} Fälle (mit denen, die wiederkamen) und {courses} Abläufe in {took}."


def _require_room(target: Database, *, is_together: bool) -> None:
    """Before anything is changed. Regions that lived by themselves are put into a database without even diagrams.

    Raises:
        NotEmpty
    """
    with target.engine.connect() as connection:
        if inspect(connection).has_table(Fall.__tablename__) and connection.scalar(select(func.count()).select_from(Fall.__table__)):
            raise NotEmpty
        if not is_together and not is_empty(connection):
            raise NotEmpty("Einträge (etwa Diagramme oder Konten)")


@contextmanager
def _released(url: str, clock: FixedClock) -> Iterator[Database]:
    """What every region begins with: diagrams, regions, no case yet."""
    database = Database(url, clock=clock, is_durable=False)
    bring_up_to_date(database)
    with database.begin(system("befehlszeile")) as session:
        commands.deploy(session, collect((DIAGRAMS,)))
        commands.release(session, "Simulation")
    yield database
    database.close()


def _effects(planted: tuple[str, ...]) -> Effects:
    found: dict[str, dict[str, float]] = {"dauer": {}, "arbeit": {}, "rueckfall": {}}
    for one in planted:
        what, _, rest = one.partition(":")
        region, _, factor = rest.partition("=")
        if what not in found or not region or not factor.replace(".", "", 1).isdigit():
            raise click.UsageError(f"«{one}» ist kein Effekt; erwartet ist zum Beispiel dauer:SDOL=0.7.")
        found[what][region] = float(factor)
    return Effects(**found)
