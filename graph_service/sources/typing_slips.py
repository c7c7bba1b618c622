"""Hints for syntax errors in Turtle: the parser reports what it met, not the typing slip that led there."""

import re
from collections.abc import Callable

from graph_service.rdf.prefixes import prefixes


def mend(message: str) -> str:
    """A hint for a parser's message; empty if it is no common slip."""
    for pattern, hint in _SLIPS:
        match = re.search(pattern, message)
        if match is not None:
            return hint(match) if callable(hint) else hint
    return ""


def _declaration(match: re.Match[str]) -> str:
    prefix = match[1]
    if prefix in prefixes():
        return f"Write @prefix {prefix}: <{prefixes()[prefix]}> . at the top of the file."
    return "Declare it at the top of the file, or mend the name."


_SLIPS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"The prefix ([\w.-]*): has not been declared", _declaration),
    (r"[“”„«»‘’]", 'A text stands between straight quotation marks: "…".'),
    (r'^"', "Does a full stop stand above where a semicolon is meant?"),
    (r"^a is not a valid RDF object", "Does a semicolon stand above where a full stop is meant?"),
    (r"^[\w-]+ is not a valid (predicate|RDF object|subject)", "A name has a prefix and no spaces; `a` alone says what a thing is."),
    (r"Line jumps are not allowed", 'Is a quotation mark missing? A text of several lines stands between """ and """.'),
    (r"UTF-8|utf-8|unicode", "Save the file as UTF-8."),
    (r"[Ii]nvalid IRI|IRI", 'An IRI has no spaces and none of " { } | ^ ` in it.'),
)
