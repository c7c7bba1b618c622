"""The process that serves: granian in front of the Flask application."""

import os
from pathlib import Path

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from graph_service.config import Settings
from graph_service.knowledge.snapshot import Snapshot
from graph_service.service import Service
from graph_service.web.app import create_app

_SNAPSHOT = "_GRAPH_SERVICE_SNAPSHOT"


def serve_forever(snapshot: Snapshot, settings: Settings) -> None:
    """Serve a snapshot until the process is told to stop."""
    # The serving process is a child that granian starts afresh: settings and snapshot reach it by its environment.
    os.environ.update(settings.environment())
    os.environ[_SNAPSHOT] = str(snapshot.folder)
    Granian(
        f"{__name__}:make_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        blocking_threads=settings.threads,
        log_level=LogLevels.warning,
    ).serve()


def make_app() -> Flask:
    """The application of a serving process, made from what `serve_forever` left in the environment."""
    settings = Settings.read(os.environ)
    app = create_app(Service.open(Snapshot.open(Path(os.environ[_SNAPSHOT])), settings), settings)
    print(f"Serving on http://{settings.host}:{settings.port}", flush=True)
    return app
