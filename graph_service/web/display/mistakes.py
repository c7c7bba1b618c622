"""Translates explanations of mistakes in queries (sentences of `sparql.mistakes`)."""

from typing import TypedDict

from flask import Response

from graph_service.errors import MalformedQuery
from graph_service.service.emptiness import Cause
from graph_service.sparql.group import Effect
from graph_service.sparql.mistakes.mistake import Mistake
from graph_service.sparql.mistakes.sentences import SENTENCES
from graph_service.sparql.tokens import line_and_column
from graph_service.web.display.translations import gettext
from graph_service.web.http.languages import language
from graph_service.web.http.responses import problem

#: How much of a part of a query a sentence shows.
_SHOWN = 80


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


class Told(TypedDict):
    """Why a query finds nothing: a sentence, and the place of the part that it speaks of, if it is one part."""

    sentence: str
    line: int | None
    column: int | None
    length: int | None


def hint(text: str, mistake: Mistake) -> Hint:
    """A silent mistake in a query text, in the reader's language."""
    line, column = line_and_column(text, mistake.start)
    return {
        "kind": mistake.kind,
        "line": line,
        "column": column,
        "length": mistake.end - mistake.start,
        "sentence": gettext(SENTENCES[mistake.kind]) % mistake.values,
        "proposals": list(mistake.proposals),
    }


def cause(text: str, found: Cause | None) -> Told:
    """Why a query finds nothing, in the reader's language; `found` is None if no part of its group is the cause."""
    if found is None:
        sentence = gettext("The patterns of the query fit. What is left comes to nothing by HAVING, LIMIT or OFFSET, or in a subquery.")
        return {"sentence": sentence, "line": None, "column": None, "length": None}
    start, end = found.element.start, found.element.end
    line, column = line_and_column(text, start)
    part = " ".join(text[start:end].split())
    values = {"line": line, "part": part if len(part) <= _SHOWN else part[:_SHOWN] + "…"}
    if found.alone:
        sentence = gettext("Line %(line)s: nothing in the graph fits %(part)s, even by itself.", **values)
    elif found.element.effect is Effect.RESTRICTION:
        sentence = gettext("Line %(line)s: %(part)s leaves nothing of what the patterns find.", **values)
    elif found.beside is not None:
        other = line_and_column(text, found.beside.start)[0]
        sentence = gettext("Line %(line)s: %(part)s fits something, but nothing that line %(other)s fits too.", other=other, **values)
    else:
        sentence = gettext("Line %(line)s: %(part)s fits something, but nothing that all before it fits too.", **values)
    return {"sentence": sentence, "line": line, "column": column, "length": end - start}


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
