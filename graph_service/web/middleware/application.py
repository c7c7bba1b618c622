"""The application as the serving process asks it: a Flask application, in which a few requests at once have their turn."""

from collections.abc import Callable

from flask import Flask, Response

from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.middleware.response import Reply, run
from graph_service.web.middleware.turns import Turns


class Application:
    """What answers for a snapshot. Many threads may use it."""

    def __init__(self, flask: Flask, turns: Turns) -> None:
        self._flask = flask
        self._turns = turns
        #: Bytes of a request's body, at most.
        self.body_limit: int = flask.config["MAX_CONTENT_LENGTH"]
        #: What `values.check` goes by.
        self.limits = flask.config

    def answer(self, asked: IncomingRequest) -> Reply:
        """The answer of the view that a request's route leads to. Raises Unavailable when the disk is full, Busy if no turn comes."""
        with self._turns.taken():
            return run(self._flask, asked.environ())

    def respond(self, asked: IncomingRequest, view: Callable[[], Response]) -> Reply:
        """What a view answers to a request, which is looked up in no route. All that is done to every answer is done to it, too; an error
        that it raises becomes a problem document or a page. Raises what `answer` raises.
        """
        environ = asked.environ()
        with self._turns.taken(), self._flask.request_context(environ):
            return run(self._response(view), environ)

    def _response(self, view: Callable[[], Response]) -> Response:
        try:
            try:
                made = self._flask.preprocess_request() or view()
            except Exception as error:  # each has its handler
                made = self._flask.handle_user_exception(error)
            return self._flask.finalize_request(made)
        except Exception as error:  # what has none is logged
            return self._flask.handle_exception(error)
