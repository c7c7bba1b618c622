"""The SERVICE groups of a query (SPARQL 1.1 Federated Query): address, query and place in the text of each."""

from dataclasses import dataclass

from graph_service.errors import MalformedQuery
from graph_service.sparql.outline import malformed, plain, prologue
from graph_service.sparql.tokens import Token, tokens


@dataclass(frozen=True)
class ServiceCall:
    """A SERVICE group: its address, None if it is a variable; whether it is SILENT; the query to send; its start and end in the text.

    `inner` is whether it is inside another SERVICE group, whose server calls it: then it has no query.
    """

    address: str | None
    silent: bool
    query: str
    start: int
    end: int
    inner: bool


def service_calls(text: str, base: str | None = None, most: int = 16) -> tuple[str, list[ServiceCall]]:
    """The query with code point escapes decoded, and its SERVICE groups in order.

    Raises MalformedQuery for a group that is not closed, and for more than `most` groups.
    """
    text = plain(text)
    stream = list(tokens(text))
    names, first = prologue(stream, base or "")
    groups = [place for place, token in enumerate(stream) if token.is_word("SERVICE")]
    if len(groups) > most:
        raise malformed(text, stream[groups[most]], f"a query may have at most {most} SERVICE groups")
    closings = _closings(stream)
    head = (f"BASE <{base}> " if base else "") + (text[: stream[first].start] if first < len(stream) else "")
    found: list[ServiceCall] = []
    outer = 0
    for place in groups:
        silent = place + 1 < len(stream) and stream[place + 1].is_word("SILENT")
        target = stream[min(place + 1 + silent, len(stream) - 1)]
        address = names.iri(target)
        if address is None and target.kind != "variable":
            raise malformed(text, target, "expected the address of a server, with a prefix that is declared")
        brace = place + 2 + silent
        if brace >= len(stream):
            raise malformed(text, target, "expected { behind it")
        if stream[brace].text != "{":
            raise malformed(text, stream[brace], "expected {")
        if brace not in closings:
            raise MalformedQuery("A SERVICE group has no end.")
        start, end = stream[place].start, closings[brace]
        inner = start < outer
        outer = max(outer, end)
        query = "" if inner else f"{head}SELECT * {text[stream[brace].start : end]}"
        found.append(ServiceCall(address, silent, query, start, end, inner))
    return text, found


def _closings(stream: list[Token]) -> dict[int, int]:
    """Index of each opening brace that is closed -> the end of its closing brace in the text."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(stream):
        if token.kind == "mark" and token.text == "{":
            opened.append(place)
        elif token.kind == "mark" and token.text == "}" and opened:
            found[opened.pop()] = token.end
    return found
