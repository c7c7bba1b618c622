"""Syntax check: whether a text is a SPARQL query, without running it on data, and what is wrong if it is not."""

import re

import pyoxigraph as ox

from graph_service.errors import MalformedQuery
from graph_service.sparql.mistakes.finding import find
from graph_service.sparql.tokens import line_and_column

_NOTHING = ox.Store()

#: How many of the parser's expected tokens an error lists.
_LISTED = 4


def check(text: str, base: str | None = None) -> None:
    """Raise MalformedQuery for a text that is not a SPARQL query, with line and column if the parser gives them. `base` resolves its
    relative IRIs.
    """
    try:
        _NOTHING.query(text, base_iri=base)
    except SyntaxError as error:
        raise malformed(str(error.msg), text) from error
    except RuntimeError:
        # An unknown function: the query is valid, and runs here.
        return


def malformed(message: str, text: str) -> MalformedQuery:
    """The error for a message of the engine's parser: for a common mistake, one that names it, its place and a correction."""
    place = re.match(r"(?:error )?at (\d+):(\d+): ?", message)
    if place is None:
        return MalformedQuery(f"{message}.")
    line, column = int(place[1]), int(place[2])
    lines = text.split("\n")
    mistake = find(text, sum(len(before) + 1 for before in lines[: line - 1]) + column - 1, message)
    if mistake is None:
        return _parsers(message[place.end() :], text, line, column)
    line, column = line_and_column(text, mistake.start)
    # The sentence's placeholders, for translation: names and values alternate.
    named = [str(part) for pair in mistake.values.items() for part in pair]
    about = {"mistake": mistake.kind, "named": named, "length": mistake.end - mistake.start, "mend": mistake.mend}
    error = MalformedQuery(f"Line {line}, column {column}: {mistake.sentence}", line=line, column=column, **about)
    error.reason = mistake.sentence.removesuffix(".")
    return error


def _parsers(message: str, text: str, line: int, column: int) -> MalformedQuery:
    """The parser's own message, shortened.

    A message lists all that the grammar would allow: character classes are left out, and if one item is a sentence, it alone is used.
    """
    expected = re.sub(r"\['.*?'\]|\[_\]", "", message.removeprefix("expected ").removeprefix("one of "), flags=re.DOTALL)
    words = [word.strip() for word in re.split(r", (?![^\"]*\"(?:,|$))", expected) if word.strip()]
    sentence = next((word for word in words if " " in word and word[0].isupper()), None)
    lines = text.splitlines()
    near = lines[line - 1][column - 1 :].strip()[:24] if line <= len(lines) else ""
    found = f"at {near!r}" if near else "at the end of the line" if line < len(lines) else "at the end of the text"
    listed = " or ".join(words) if len(words) <= _LISTED else " or ".join([*words[:_LISTED], "something else"])
    reason = sentence or (f"expected {listed}" if words else "something else is expected")
    error = MalformedQuery(f"Line {line}, column {column}, {found}: {reason}.", line=line, column=column)
    error.reason = f"{found}: {reason}"
    return error
