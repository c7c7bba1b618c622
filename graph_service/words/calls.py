"""The calls of a query to other servers (SPARQL 1.1 Federated Query): whom each asks, and what, and where it stands in the text."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph_service.errors import MalformedQuery
from graph_service.words.outline import malformed, plain, prologue, read_iri
from graph_service.words.tokens import Token, tokens


@dataclass(frozen=True)
class ServiceCall:
    """A SERVICE group: the address, None where it is a variable; whether it is SILENT; the query to send; where the group stands.

    `inner` is whether it stands in another such group, and so is for that one's server to make.
    """

    address: str | None
    silent: bool
    query: str
    start: int
    end: int
    inner: bool


def service_calls(text: str, base: str | None = None) -> tuple[str, list[ServiceCall]]:
    """The query with its code point escapes decoded, and its calls in order. Raises MalformedQuery for a group that has no end."""
    text = plain(text)
    stream = list(tokens(text))
    prefixes, at, first = prologue(stream, base or "")
    head = (f"BASE <{base}> " if base else "") + (text[: stream[first].start] if first < len(stream) else "")
    found: list[ServiceCall] = []
    for place, token in enumerate(stream):
        if token.is_word("SERVICE"):
            following = iter(stream[place + 1 :])
            target = next(following, token)
            silent = target.is_word("SILENT")
            if silent:
                target = next(following, token)
            address = read_iri(target, prefixes, at)
            if address is None and target.kind != "variable":
                raise malformed(text, target, "expected the address of a server, with a prefix that is declared")
            start, end = _group(text, following, target)
            inner = any(token.start < outer.end for outer in found)
            found.append(ServiceCall(address, silent, f"{head}SELECT * {text[start:end]}", token.start, end, inner))
    return text, found


def _group(text: str, following: Iterator[Token], before: Token) -> tuple[int, int]:
    """Where the group that follows begins and ends. Raises MalformedQuery."""
    start, depth = -1, 0
    for token in following:
        if start < 0 and token.text != "{":
            raise malformed(text, token, "expected {")
        if token.kind == "mark":
            if token.text == "{":
                start = token.start if depth == 0 else start
                depth += 1
            elif token.text == "}":
                depth -= 1
                if depth == 0:
                    return start, token.end
    raise MalformedQuery("A SERVICE group has no end.") if start >= 0 else malformed(text, before, "expected { behind it")
