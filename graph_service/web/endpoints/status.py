"""Monitoring: `/health`, `/ready`, `/metrics`, and `/admin/queries` with the operator's token."""

import hmac
import time
from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

import graph_service
from graph_service.engine.result import Query
from graph_service.errors import Forbidden, NotFound, Unauthorized, Unavailable
from graph_service.service.service import Service
from graph_service.settings import Settings
from graph_service.web.middleware.takeover import Takeover, without_folders


def blueprint(service: Service, settings: Settings, registry: CollectorRegistry, takeover: Takeover) -> Blueprint:
    """The routes of monitoring. Without a token in the settings `/admin/` answers 404."""
    routes = Blueprint("status", __name__)
    token = settings.operator_token
    places = (*settings.data, *settings.ontology, *settings.queries, settings.snapshots)

    def public(fault: str) -> str:
        return without_folders(fault, places)

    @routes.get("/health")
    def health() -> Response:
        return jsonify(status="ok", version=graph_service.__version__)

    @routes.get("/ready")
    def ready() -> Response:
        service.sparql(Query("ASK {}")).close()
        snapshot = service.snapshot
        if fault := snapshot.fault:
            raise Unavailable(public(fault), retry_after=60)
        age = (datetime.now(UTC) - datetime.fromisoformat(snapshot.made)).total_seconds()
        state: dict[str, object] = {"snapshot": snapshot.id, "triples": snapshot.triples, "made": snapshot.made, "ageSeconds": round(age)}
        failed = takeover.last_build
        state["newerNotTaken"] = public(takeover.fault) or None
        state["lastBuildFailed"] = {"at": failed.at, "why": public(failed.detail)} if failed is not None else None
        return jsonify(status="ready", **state)

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    @routes.get("/admin/queries")
    def running() -> Response:
        _authorize(token)
        now, register = time.monotonic(), service.engine.register
        return jsonify(
            running=[{"id": r.id, "seconds": round(now - r.started, 3), "text": r.text} for r in register.running],
            waiting=service.engine.waiting,
            slow=[{"id": s.id, "seconds": round(s.seconds, 3), "text": s.text, "outcome": s.outcome} for s in register.slow],
        )

    @routes.delete("/admin/queries/<id>")
    def cancel(id: str) -> Response:
        _authorize(token)
        if not service.engine.register.cancel(id):
            raise NotFound(f"No query {id} is running.")
        return Response(status=204)

    return routes


def _authorize(token: str) -> None:
    """Raise NotFound without a token in the settings, Unauthorized without one in the request, Forbidden for a wrong one."""
    if not token:
        raise NotFound(f"There is nothing at {request.path}.")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise Unauthorized("This is for the operator: send the token as `Authorization: Bearer …`.")
    if not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Forbidden("The token is not the operator's.")
