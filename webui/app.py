"""The application: everything is put together here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, current_app, g, request
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.model.clock import Clock, SystemClock
from engine.queries.arbeit import LEADS
from engine.scheduling.demo_clock import DemoClock
from engine.store.session import Database
from engine.store.verschluss import keep_beside
from webui import abholen, api, auswertung, dateien, errors, headers, nutzer, oidc, rules, words
from webui.abgleich import abgleich
from webui.akte import akte
from webui.arbeit import arbeit
from webui.aufgabe import aufgaben
from webui.aufsicht import aufsicht
from webui.auftraege import auftraege, own_list
from webui.bestand import allow_large_upload, bestand
from webui.betrieb import betrieb, measure
from webui.betriebslage import betriebslage
from webui.bfs import bfs
from webui.config import Config
from webui.dateien import asset, read_manifest
from webui.demo import demo
from webui.dubletten import dubletten
from webui.einfuehrung import SEHEN, einfuehrung
from webui.ewk import ewk
from webui.faelle import faelle
from webui.formulare import html_id
from webui.fortsetzen import mine
from webui.grenzen import limiter, settings
from webui.konten import konten
from webui.konto import konto
from webui.leitung import leitung
from webui.listen import listen
from webui.mein_konto import mein_konto
from webui.mitteilungen import mitteilungen
from webui.neben import neben
from webui.papiere import papier
from webui.parameter import LESEN, parameter
from webui.stellvertretung import stellvertretung
from webui.uebergabe import uebergabe
from webui.vernichtung import vernichtung
from webui.wach import sitzung
from webui.werkstatt.dateien import werkdateien
from webui.werkstatt.eingriffe import eingriffe
from webui.werkstatt.entwuerfe import entwuerfe
from webui.werkstatt.freigaben import freigaben
from webui.werkstatt.lage import lage
from webui.werkstatt.probelaeufe import probelaeufe
from webui.werkstatt.probieren import probieren
from webui.werkstatt.pruefen import pruefen
from webui.werkstatt.rollen import SIEHT
from webui.werkstatt.umstellungen import umstellungen
from webui.werkstatt.vergleich import vergleich
from webui.zugaenge import zugaenge
from webui.zuweisung import zuweisung

MEGABYTE = 1024 * 1024
BLUEPRINTS = (
    *(dateien.dateien, konto, mein_konto, konten, oidc.oidc, zugaenge, demo, betrieb, betriebslage),
    *(arbeit, aufgaben, zuweisung, stellvertretung, mitteilungen, listen, leitung),
    *(faelle, akte, papier, sitzung, neben, bestand, abgleich, dubletten, uebergabe),
    *(auftraege, bfs, ewk, einfuehrung, parameter, aufsicht, vernichtung),
    *(vergleich, freigaben),
    *auswertung.BLUEPRINTS,
    *(entwuerfe, werkdateien, pruefen, probieren, probelaeufe),
    *(umstellungen, lage, eingriffe),
)


def create_app(database: Database | None = None, config: Config | None = None) -> Flask:
    """The WSGI application. ``database`` and ``config`` are given by tests; otherwise the environment says."""
    config = config or Config.from_env()
    app = Flask(__name__, static_folder=None)
    app.extensions["fallfluss"] = database or _open(config)
    _configure(app, config)
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies)  # type: ignore[method-assign]
    app.extensions["fallfluss-config"] = config
    app.extensions["fallfluss-assets"] = read_manifest()
    csrf = _protect(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    oidc.register(app, config.oidc)
    api.register(app, csrf)
    errors.register(app)
    abholen.register(app)
    _prepare_templates(app)
    return app


def _open(config: Config) -> Database:
    opened: list[Database] = []
    clock: Clock = DemoClock(lambda: opened[0]) if config.is_demo else SystemClock()
    opened.append(Database(config.database_url, clock=clock))
    keep_beside(opened[0].url)
    return opened[0]


def _configure(app: Flask, config: Config) -> None:
    app.config.update(
        SECRET_KEY=config.secret_key,
        # With the prefix browsers refuse the cookie from any other host and over plain HTTP.
        SESSION_COOKIE_NAME="fallfluss" if config.is_plain_http else "__Host-fallfluss",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not config.is_plain_http,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=10),
        MAX_CONTENT_LENGTH=2 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=2 * MEGABYTE,
        MAX_FORM_PARTS=5000,
        # A token lasts as long as its session: whoever writes for an hour must not lose the text.
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_ENABLED=config.has_rate_limit,
        **settings(app.extensions["fallfluss"]),
    )


def _protect(app: Flask) -> CSRFProtect:
    """Order matters: the number first, then who may, then whether the form is ours."""
    measure(app)
    app.before_request(headers.number_request)
    app.before_request(allow_large_upload)
    nutzer.manager().init_app(app)
    app.before_request(rules.enforce)
    csrf = CSRFProtect(app)
    limiter.init_app(app)
    app.after_request(headers.protect)
    return csrf


def _prepare_templates(app: Flask) -> None:
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([PackageLoader("webui"), govuk])
    app.jinja_env.filters.update(words.FILTERS)
    app.jinja_env.globals.update(
        asset=asset, html_id=html_id, rolle_ue=words.ROLLE_UE, frist=words.frist, eintritt=words.eintritt, anzahl=words.anzahl, fuer_mich=mine, eigene_liste=own_list
    )
    app.context_processor(_common)


def _common() -> dict[str, Any]:
    """What the frame of every page needs."""
    database: Database = current_app.extensions["fallfluss"]
    config: Config = current_app.extensions["fallfluss-config"]
    person = current_user if current_user.is_authenticated else None
    return {
        "person": person,
        "is_demo": config.is_demo,
        "sitzung_sekunden": int(current_app.permanent_session_lifetime.total_seconds()),
        "now": g.get("now") or database.clock.now(),
        "works_on_cases": bool(person and person.access.has(*rules.FALLROLLEN)),
        "works_on_tasks": bool(person and person.access.has(*rules.AUFGABENROLLEN)),
        "sees_introduction": bool(person and person.access.has(*SEHEN)),
        "has_orders": bool(person and person.access.has("vpe_stelle")),
        "leads": bool(person and person.access.has(*LEADS)),
        "reads_parameters": bool(person and person.access.has(*LESEN)),
        "sees_studio": bool(person and person.access.has(*SIEHT)),
        "endpoint": request.endpoint or "",
        "darf_auswerten": lambda ziel: person is not None and rules.may(current_app, ziel, person.access),
        "anmeldedienst": config.oidc.name if config.oidc else "",
    }
