"""Runs requests in the Flask application, a few at once (see `turns`)."""

from collections.abc import Callable

from flask import Flask, Response

from graph_service.web.middleware.compute_turns import Turns
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import Reply, run


class Application:
    """The application for a snapshot. Thread-safe."""

    def __init__(self, flask: Flask, turns: Turns) -> None:
        self._flask = flask
        self._turns = turns
        #: The most bytes of a request body.
        self.body_limit: int = flask.config["MAX_CONTENT_LENGTH"]
        #: Limits for `values.check`.
        self.limits = flask.config

    def answer(self, asked: IncomingRequest) -> Reply:
        """Route a request in Flask and run its view. Raises Unavailable if the disk is full, Busy if no turn is free in time."""
        with self._turns.taken():
            return run(self._flask, asked.environ())

    def respond(self, asked: IncomingRequest, view: Callable[[], Response]) -> Reply:
        """Run a view without routing, with all hooks that Flask runs for every request and response; errors become problem documents or
        pages.

        Raises what `answer` raises.
        """
        environ = asked.environ()
        with self._turns.taken(), self._flask.request_context(environ):
            return run(self._response(view), environ)

    def _response(self, view: Callable[[], Response]) -> Response:
        try:
            try:
                made = self._flask.preprocess_request() or view()
            except Exception as error:  # the error handlers decide
                made = self._flask.handle_user_exception(error)
            return self._flask.finalize_request(made)
        except Exception as error:  # errors without a handler are logged
            return self._flask.handle_exception(error)
