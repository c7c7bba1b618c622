"""Translates explanations of mistakes in queries (sentences of `sparql.mistakes`)."""

from flask import Response

from graph_service.errors import MalformedQuery
from graph_service.sparql.mistakes.sentences import SENTENCES
from graph_service.web.display.translations import gettext
from graph_service.web.http.languages import language
from graph_service.web.http.responses import problem


def malformed(error: MalformedQuery) -> Response:
    """The response to a malformed query: the usual problem, with the explanation in the reader's language if there is one."""
    sentence = SENTENCES.get(str(error.members.get("mistake")))
    named = error.members.get("named")
    if sentence is None or not isinstance(named, list) or language() == "en":
        return problem(error)
    try:
        explained = gettext(sentence) % dict(zip(named[::2], named[1::2], strict=False))
    except (KeyError, ValueError):
        # The members come from a worker process, which may send anything.
        return problem(error)
    place = {"line": error.members.get("line"), "column": error.members.get("column")}
    detail = gettext("Line %(line)s, column %(column)s: %(sentence)s", sentence=explained, **place)
    return problem(MalformedQuery(detail, **error.members), language())
