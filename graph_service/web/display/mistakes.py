"""Translates explanations of mistakes in queries (sentences of `sparql.mistakes`)."""

from typing import TypedDict

from flask import Response

from graph_service.errors import MalformedQuery
from graph_service.sparql.mistakes.mistake import Mistake
from graph_service.sparql.mistakes.sentences import SENTENCES
from graph_service.web.display.translations import gettext
from graph_service.web.http.languages import language
from graph_service.web.http.responses import problem


class Hint(TypedDict):
    """A silent mistake as it is told: its place (line and column from 1, columns and length in characters), a sentence, and texts of which
    one may be meant there.
    """

    kind: str
    line: int
    column: int
    length: int
    sentence: str
    proposals: list[str]


def hint(text: str, mistake: Mistake) -> Hint:
    """A silent mistake in a query text, in the reader's language."""
    return {
        "kind": mistake.kind,
        "line": text.count("\n", 0, mistake.start) + 1,
        "column": mistake.start - (text.rfind("\n", 0, mistake.start) + 1) + 1,
        "length": mistake.end - mistake.start,
        "sentence": gettext(SENTENCES[mistake.kind]) % mistake.values,
        "proposals": list(mistake.proposals),
    }


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
