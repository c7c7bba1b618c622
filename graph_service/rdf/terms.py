"""RDF terms: client text in, terms out, and back into SPARQL.

Client text never becomes query text: it is parsed to a term here, and `write` serialises the term. The terms are pyoxigraph's, so that a
bound value is what the engine compares. A text is checked against the lexical form of its datatype (XML Schema 1.1, part 2) and a length
before it is converted: a few characters such as `1e50000000` may expand to millions.
"""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

import pyoxigraph as ox
from pyoxigraph import BaseDirection, BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from graph_service.rdf.namespaces import XSD
from graph_service.rdf.prefixes import prefixes

#: The terms of pyoxigraph, for modules that do not import it.
__all__ = ["BaseDirection", "BlankNode", "DefaultGraph", "Literal", "NamedNode", "Quad", "Triple"]

#: What client text can be parsed to.
Term = NamedNode | Literal

#: What a result can contain.
AnyTerm = NamedNode | BlankNode | Literal | Triple

#: The longest numeral that is parsed, in characters.
LONGEST_NUMERAL = 1000

# Sections 3.4.13, 3.3.3, 3.3.5 and 3.3.2. An exponent has at most three digits, as doubles do; dates have a four-digit year and no time
# zone, as forms submit them.
_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(rf"{_DECIMAL.pattern}(?:[eE][-+]?[0-9]{{1,3}})?")
_TRUTHS = {"true": "true", "1": "true", "false": "false", "0": "false"}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"[0-9]{4}")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

_ESCAPES = str.maketrans({"\t": r"\t", "\n": r"\n", "\r": r"\r"})

#: White space that does not count at the ends of a lexical form (section 4.3.6, `collapse`).
_SPACE = " \t\n\r"


def write(term: AnyTerm) -> str:
    """Serialise a term for SPARQL: N-Triples syntax, which SPARQL accepts (grammar rules IRIREF, RDFLiteral, 1.2 TripleTerm)."""
    return f"<<( {' '.join(map(write, term))} )>>" if isinstance(term, Triple) else str(term)


def parts(term: AnyTerm | None) -> Iterator[AnyTerm]:
    """The terms that a triple term contains, at any depth; any other term itself."""
    while isinstance(term, Triple):
        yield from (term.subject, term.predicate)
        term = term.object
    if term is not None:
        yield term


def mapped(term: AnyTerm, change: Callable[[AnyTerm], AnyTerm]) -> AnyTerm:
    """Apply a function to a term, or to each subject and object in a triple term. Without recursion, however deep."""
    begun: list[tuple[NamedNode | BlankNode, NamedNode]] = []
    while isinstance(term, Triple):
        begun.append((change(term.subject), term.predicate))  # type: ignore[arg-type]
        term = term.object
    made = change(term)
    while begun:
        made = Triple(*begun.pop(), made)
    return made


def iri(text: str, declared: Mapping[str, str] = MappingProxyType({})) -> NamedNode:
    """Parse an IRI: `https://…`, a CURIE with a prefix that is known (`skos:Concept`) or `declared` (prefix -> namespace), or any absolute
    IRI in angle brackets.

    Raises ValueError for any other text.
    """
    text = text.strip()
    prefix, colon, local = text.partition(":")
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    elif colon and (space := declared.get(prefix) or prefixes().get(prefix)) and not local.startswith("//"):
        text = space + local
    elif "//" not in text and not text.startswith(("urn:", "mailto:", "tel:")):
        raise ValueError("an IRI, or a name with a known prefix, such as skos:Concept")
    try:
        return NamedNode(text)
    except ValueError as error:
        raise ValueError("an absolute IRI, with the characters that RFC 3987 allows") from error


def term(text: str) -> Term:
    """Parse an IRI, a CURIE, or a literal in N-Triples syntax: `"Tunisie"@fr`, `"2023"^^<…#gYear>`. Raises ValueError."""
    if not text.lstrip().startswith('"'):
        return iri(text)
    try:
        # As the only cell of a table, so that nothing can follow it. White space that divides cells and rows is itself in a literal.
        cell = text.strip().translate(_ESCAPES)
        ((found,),) = ox.parse_query_results(f"?o\n{cell}\n".encode(), ox.QueryResultsFormat.TSV)  # type: ignore[misc]
    except (SyntaxError, ValueError) as error:
        raise ValueError("a literal as N-Triples writes it") from error
    assert isinstance(found, Literal)
    return found


def text(term: AnyTerm) -> str:
    """The text that `term` parses to this term: an IRI, in brackets if needed; a literal in N-Triples syntax."""
    return term.value if isinstance(term, NamedNode) and _is_plain(term.value) else str(term)


def _is_plain(iri_: str) -> bool:
    """Whether an IRI without brackets is parsed as itself."""
    try:
        return iri(iri_).value == iri_
    except ValueError:
        return False


def triple(subject: str, predicate: str, object_: str) -> Triple:
    """A triple from the texts of its terms. Raises ValueError."""
    return Triple(iri(subject), iri(predicate), term(object_))


def lang_string(text: str) -> Literal:
    """`Tunisie@fr` as a string with a language tag. Raises ValueError without a tag."""
    value, at, language = text.rpartition("@")
    if not at or not _LANGUAGE.fullmatch(language):
        raise ValueError("a text with its language, such as Tunisie@fr")
    return Literal(value, language=language)


def number(text: str) -> Decimal:
    """The value of an xsd:integer, xsd:decimal or xsd:double. Raises ValueError for any other text, INF and NaN."""
    return Decimal(_form(text, _DOUBLE, "a number such as 54600000, 1.5 or 1.5e6"))


def integer(text: str) -> Literal:
    """A whole number, xsd:integer. Raises ValueError."""
    return Literal(str(int(_form(text, _INTEGER, "a whole number such as 2023"))), datatype=NamedNode(XSD + "integer"))


def decimal(text: str) -> Literal:
    """A decimal number, xsd:decimal; no exponent. Raises ValueError."""
    number = Decimal(_form(text, _DECIMAL, "a number such as 54600000 or 1.5"))
    return Literal(format(number, "f"), datatype=NamedNode(XSD + "decimal"))


def boolean(text: str) -> Literal:
    """`true` or `false`, also `1` and `0`, as xsd:boolean. Raises ValueError."""
    value = _TRUTHS.get(text.strip(_SPACE))
    if value is None:
        raise ValueError("true or false")
    return Literal(value, datatype=NamedNode(XSD + "boolean"))


def date(text: str) -> Literal:
    """A day, `2022-08-16`, as xsd:date. Raises ValueError for days that do not exist."""
    day = _form(text, _DATE, "a day such as 2022-08-16")
    try:
        datetime.date.fromisoformat(day)
    except ValueError as error:
        raise ValueError("a day such as 2022-08-16") from error
    return Literal(day, datatype=NamedNode(XSD + "date"))


def year(text: str) -> Literal:
    """A year, `2023`, as xsd:integer: the graph has years as integers, which can be compared, beside the dates as stated.

    Raises ValueError.
    """
    return integer(_form(text, _YEAR, "a year of four digits such as 2023"))


def _form(text: str, pattern: re.Pattern[str], wanted: str) -> str:
    """The text, stripped of white space, if it has a lexical form. Raises ValueError that says what is wanted."""
    found = text.strip(_SPACE)
    if len(found) > LONGEST_NUMERAL:
        raise ValueError(f"{wanted}, of at most {LONGEST_NUMERAL} characters")
    if not pattern.fullmatch(found):
        raise ValueError(wanted)
    return found
