"""The operations page: is it ready, what is broken, late, stuck or slow, and on which version cases run. Names no case."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import commands
from engine.model.errors import FallflussError
from engine.queries import betriebslage as queries
from engine.queries import konten, lage
from engine.queries.operation import figures, readiness
from engine.store.everywhere import everywhere
from webui import langsam
from webui.betrieb import measured
from webui.rules import requires
from webui.transactions import access, database, reading

betriebslage = Blueprint("betriebslage", __name__, url_prefix="/betrieb")

# So many at a time: each is a step of its own, and somebody waits for the page.
AT_ONCE = 50
SLOW_PAGE = 0.5
CHECKS = {"datenbank": "Datenbank", "schema": "Schema", "zeitgeber": "Zeitgeber", "fristen": "Fristen"}


@betriebslage.get("")
@requires("betrieb")
def zeigen() -> ResponseReturnValue:
    checks, registry = readiness(database()), measured()
    with reading() as session:
        found = queries.betriebslage(session)
        with everywhere(session):
            zahlen = figures(session)
        return render_template(
            "betrieb/lage.html", pruefungen={CHECKS.get(name, name): said for name, said in checks.checks.items()}, lage=found, zahlen=zahlen, jetzt=session.now,
            regionen=konten.regionen(session), anweisungen=langsam.slow_statements(registry)[:10], seiten=langsam.slow_pages(registry, over=SLOW_PAGE)[:10],
            auf_einmal=AT_ONCE, ist_sqlite=database().is_sqlite,
        )  # fmt: skip


@betriebslage.post("/stoerungen")
@requires("betrieb")
def wiederholen() -> ResponseReturnValue:
    """Incidents of one cause, each in a transaction of its own, so that one that fails again does not hold up the rest."""
    with reading() as session, everywhere(session):
        keys = lage.stoerungen(session, *(request.form.get(name, "") for name in ("prozess", "element", "art")), limit=AT_ONCE)
    solved = sum(_retried(key) for key in keys)
    rest = " Die übrigen sind wieder stehen geblieben; ihren Grund sieht die Leitung der Region." if solved < len(keys) else ""
    flash(f"{solved} von {len(keys)} behoben.{rest}" if keys else "Diese Störungen gibt es nicht mehr.")
    return redirect(url_for("betriebslage.zeigen"), 303)


def _retried(key: int) -> bool:
    try:
        with database().begin(access()) as session:
            return commands.retry_as_operator(session, key)
    except FallflussError:
        return False
