"""`/health` and `/ready`: whether the service lives, and whether it can answer."""

from flask import Blueprint, Response, jsonify

import graph_service
from graph_service.engine.result import Query
from graph_service.service import Service


def blueprint(service: Service) -> Blueprint:
    """The routes for those who watch the service."""
    routes = Blueprint("status", __name__)

    @routes.get("/health")
    def health() -> Response:
        return jsonify(status="ok", version=graph_service.__version__)

    @routes.get("/ready")
    def ready() -> Response:
        service.sparql(Query("ASK {}"))
        return jsonify(status="ready", snapshot=service.snapshot.id, triples=service.snapshot.triples)

    return routes
