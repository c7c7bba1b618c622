"""What is wrong with a query, in the reader's language: the sentences are those of `sparql.mistakes`."""

from flask import Response

from graph_service.errors import MalformedQuery
from graph_service.sparql.mistakes.sentences import SENTENCES
from graph_service.web.display.translations import gettext
from graph_service.web.http.languages import language
from graph_service.web.http.responses import problem


def malformed(error: MalformedQuery) -> Response:
    """The answer to a query that is none: as any problem's, but for a usual mistake the detail is in the reader's language."""
    sentence = SENTENCES.get(str(error.members.get("mistake")))
    named = error.members.get("named")
    if sentence is None or not isinstance(named, list) or language() == "en":
        return problem(error)
    try:
        told = gettext(sentence) % dict(zip(named[::2], named[1::2], strict=False))
    except (KeyError, ValueError):
        # A process may say anything.
        return problem(error)
    place = {"line": error.members.get("line"), "column": error.members.get("column")}
    detail = gettext("Line %(line)s, column %(column)s: %(sentence)s", sentence=told, **place)
    return problem(MalformedQuery(detail, **error.members), language())
