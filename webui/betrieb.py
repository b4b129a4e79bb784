"""For machines that watch the installation: is it alive, is it ready, how much does it do."""

from __future__ import annotations

import hmac
import time

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from engine.model.errors import NotFound
from engine.queries.operation import OPERATOR, figures, readiness
from webui import langsam
from webui.rules import public
from webui.transactions import database

betrieb = Blueprint("betrieb", __name__)

DURATION = Histogram(
    "fallfluss_anfrage_sekunden",
    "Dauer der Anfragen nach Seite und Antwort",
    ["seite", "antwort"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)


@betrieb.get("/health/live")
@public
def live() -> ResponseReturnValue:
    """The process answers; says nothing about what it needs."""
    return jsonify(status="ok")


@betrieb.get("/health/ready")
@public
def ready() -> ResponseReturnValue:
    """200 when requests can be served and deadlines fire, 503 with what is wrong otherwise."""
    found = readiness(database())
    return jsonify(status="ok" if found.is_ready else "gestört", checks=dict(found.checks)), 200 if found.is_ready else 503


@betrieb.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Prometheus' text format, for this machine or with the installation's token (FALLFLUSS_METRICS_TOKEN); 404 for everybody else."""
    if not _may_measure():
        raise NotFound("Diese Seite")
    return Response(generate_latest(measured()) + _state(), content_type=CONTENT_TYPE_LATEST)


def measure(app: Flask) -> None:
    """Time every request, and every statement it sends."""
    langsam.listen(app.extensions["fallfluss"])

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        # Page names only: addresses hold case numbers, and each would be a series of its own.
        DURATION.labels(request.endpoint or "unbekannt", f"{response.status_code // 100}xx").observe(time.perf_counter() - g.get("began", time.perf_counter()))
        return response


def _may_measure() -> bool:
    token = current_app.extensions["fallfluss-config"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given, token) if token else request.remote_addr in ("127.0.0.1", "::1")


def measured() -> CollectorRegistry:
    """Of all workers together where they share a folder (PROMETHEUS_MULTIPROC_DIR), else of this process."""
    if values.ValueClass.__name__ == "MmapedValue":
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return registry
    return REGISTRY


def _state() -> bytes:
    registry = CollectorRegistry()
    registry.register(_Figures())
    return generate_latest(registry)


class _Figures:
    """Prometheus' collector of what the database says at this moment."""

    def collect(self) -> list[GaugeMetricFamily]:
        with database().read(OPERATOR) as session:
            found = figures(session)
        return [GaugeMetricFamily(f"fallfluss_{name}", name.replace("_", " "), value=value) for name, value in found.items()]
