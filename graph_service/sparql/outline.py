"""The outline of a query: its form and the dataset of its FROM clauses, without parsing the rest.

A remote engine parses the query; this is what must be known before it is sent. The FROM clauses are removed, so that the dataset can be
sent as parameters: servers differ in what they do when given both.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from graph_service.errors import MalformedQuery
from graph_service.rdf.prefixes import prefixes
from graph_service.sparql.tokens import Token, decoded, line_and_column, replaced, tokens

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")

#: How many characters a query's prefixes and bases may have after expansion, counting each use.
_WRITTEN = 2**20

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")

#: Delimiters of the grammar: an escape that stands for one of them is not decoded.
_MARKS = frozenset("\"'\\<>{}()[]#\n\r\t ")


@dataclass(frozen=True)
class Outline:
    """A query's form; its text without FROM clauses, and their `default_graphs` and `named_graphs`, None if there are none.

    `graphs` are the IRIs after GRAPH, with their start and end in the text. `distinct` is whether it is a SELECT DISTINCT.
    """

    form: str
    text: str
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    graphs: Sequence[tuple[int, int, str]] = ()
    distinct: bool = False

    def within(self, graphs: Collection[str], nothing: str) -> str:
        """The text with `nothing` for each IRI after GRAPH that is not in `graphs`.

        Such a graph has no triples, but servers do not agree on that (see `engine.remote.server`).
        """
        return replaced(self.text, [(start, end, f"<{nothing}>") for start, end, iri in self.graphs if iri not in graphs])


@dataclass
class Names:
    """The prefixes and the base IRI of a query, and the expansion of its names."""

    base: str = ""
    prefixes: dict[str, str] = field(default_factory=dict)
    _written: int = 0

    def iri(self, token: Token) -> str | None:
        """The IRI of an IRI or prefixed name token; None for any other. Raises MalformedQuery if the expanded IRIs become too long."""
        if token.kind == "iri":
            return self.joined(token.text[1:-1])
        prefix, _, local = token.text.partition(":")
        if token.kind == "name" and prefix in self.prefixes:
            self._count(len(self.prefixes[prefix]))
            return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
        return None

    def joined(self, iri: str) -> str:
        """Resolve an IRI that may be relative. Raises MalformedQuery."""
        if _ABSOLUTE.match(iri):
            return iri
        self._count(len(self.base))
        # `urljoin` would drop an empty fragment, which many namespaces end with.
        return urljoin(self.base, iri) + ("#" if iri.endswith("#") else "")

    def _count(self, characters: int) -> None:
        """Limit expansion: a short prefix for a long IRI, used often, would make a huge text of a small one."""
        self._written += characters
        if self._written > _WRITTEN:
            raise MalformedQuery(f"The prefixes and bases of the query, written in full, have more than {_WRITTEN} characters.")


def outline(text: str, base: str | None = None) -> Outline:
    """The outline of a query. Raises MalformedQuery if the text does not begin as a query does, or FROM is not followed by an IRI."""
    text = plain(text)
    stream = list(tokens(text))
    names, first = prologue(stream, base or "")
    if first == len(stream):
        raise MalformedQuery("The query is empty." if not stream else "The query ends after its prologue.")
    form = stream[first].text.upper()
    if form not in FORMS:
        raise malformed(text, stream[first], f"expected one of {', '.join(FORMS)}")
    default: list[str] = []
    named: list[str] = []
    clauses: list[tuple[int, int, str]] = []
    head = f"BASE <{base}> " if base and any(token.kind == "iri" and not _ABSOLUTE.match(token.text[1:]) for token in stream) else ""
    graphs: list[tuple[int, int, str]] = []
    for place, token in enumerate(stream):
        if token.is_word("GRAPH") and place + 1 < len(stream):
            target = stream[place + 1]
            iri = names.iri(target)
            if iri is not None:
                graphs.append((len(head) + target.start, len(head) + target.end, iri))
        if token.is_word("FROM"):
            is_named = place + 1 < len(stream) and stream[place + 1].is_word("NAMED")
            target = stream[min(place + 1 + is_named, len(stream) - 1)]
            iri = names.iri(target)
            if iri is None:
                raise malformed(text, target, "expected the IRI of a graph, with a prefix that is declared")
            (named if is_named else default).append(iri)
            clauses.append((token.start, target.end, re.sub(r"[^\n\r]", " ", text[token.start : target.end])))
    text = head + replaced(text, clauses)
    distinct = form == "SELECT" and first + 1 < len(stream) and stream[first + 1].is_word("DISTINCT")
    return Outline(form, text, default if clauses else None, named if clauses else None, graphs, distinct)


def declared(text: str) -> dict[str, str]:
    """The prefixes that names in a query may use: the known ones and those that it declares (prefix -> namespace)."""
    names, _ = prologue(list(tokens(text)), "")
    return {**prefixes(), **names.prefixes}


def prologue(stream: Sequence[Token], base: str) -> tuple[Names, int]:
    """The prefixes and base of a query, and the index of the first token after its prologue. Raises MalformedQuery."""
    names = Names(base)
    place = 0
    while place < len(stream):
        following = [token.kind for token in stream[place + 1 : place + 3]]
        if stream[place].is_word("BASE") and following[:1] == ["iri"]:
            names.base = names.joined(stream[place + 1].text[1:-1])
            place += 2
        elif stream[place].is_word("PREFIX") and following == ["name", "iri"]:
            names.prefixes[stream[place + 1].text[:-1]] = names.joined(stream[place + 2].text[1:-1])
            place += 3
        else:
            break
    return names, place


def plain(text: str) -> str:
    """Decode code point escapes where that cannot move the limits of strings and IRIs.

    Raises MalformedQuery if the remaining escapes, decoded, would give other tokens: what is checked here must be what the server reads.
    """
    text = decoded(text, _MARKS)
    view = decoded(text)
    if view != text and [(t.kind, _comparable(t)) for t in tokens(view)] != [(t.kind, _comparable(t)) for t in tokens(text)]:
        raise MalformedQuery("Escapes of characters that have a meaning in the grammar (quotes, brackets, spaces) are not allowed here.")
    return text


def _comparable(token: Token) -> str:
    return "" if token.kind == "string" else token.text


def malformed(text: str, token: Token, reason: str) -> MalformedQuery:
    """The error for a token: its line and column, and why it cannot stand there."""
    line, column = line_and_column(text, token.start)
    return MalformedQuery(f"Line {line}, column {column}, at {token.text[:24]!r}: {reason}.", line=line, column=column)
