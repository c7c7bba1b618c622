"""Checks terms and literals by themselves: ill-typed literals, relative IRIs, unknown terms of known vocabularies.

Known are the vocabularies that rdflib lists, and those of which a file `external-terms.txt` in a folder of the ontology lists the terms in
use. In statements without a term of the graph's own namespace vocabularies are not checked.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
from rdflib.namespace import DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, VANN, XSD

from graph_service.checks.sparql_rules import Finding
from graph_service.files import text_of
from graph_service.rdf.namespaces import USUAL, VIEW, namespace
from graph_service.rdf.prefixes import curie
from graph_service.reasoning.datatype_values import is_malformed
from graph_service.sources.roles import TERMS
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources

#: Rule -> its sentence in findings.
RULES = {
    "value-form": "A value is written as its datatype wants it.",
    "iri-absolute": "An IRI names its scheme, or is a name with a prefix: else it is one below the file, wherever that lies.",
    "namespace": "A namespace is spelled as its owner does.",
    "foreign-term": "A term of another vocabulary exists there.",
}

#: Vocabularies of which rdflib lists every term.
_KNOWN = (DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, VANN, XSD)

#: Examples of values, for datatypes that are often written wrongly.
_EXAMPLES = {
    "date": "2023-05-31",
    "gYearMonth": "2023-05",
    "gYear": "2023",
    "duration": "P2Y6M",
    "integer": "4000",
    "decimal": "4000.0",
    "boolean": "true",
    "dateTime": "2023-05-31T12:00:00Z",
}

#: How similar a name must be to another one to be suggested (`difflib`).
_NEAR = 0.65

#: The datatypes of dates: of a day, a month, a year.
_DATES = tuple(str(XSD) + name for name in ("date", "gYearMonth", "gYear"))

_TYPE = ox.NamedNode(str(RDF.type))

Vocabularies = Mapping[str, frozenset[str]]


def vocabularies(ontology: Iterable[Path]) -> dict[str, frozenset[str]]:
    """The known vocabularies: namespace -> the IRIs of its terms."""
    found = {**_of_rdflib(), VIEW: TERMS}
    for path in (root / "external-terms.txt" for root in ontology):
        if path.is_file():
            for line in text_of(path).splitlines():
                if line and not line.startswith("#"):
                    found[namespace(line)] = found.get(namespace(line), frozenset()) | {line}
    return found


def exists(iri: str, known: Vocabularies) -> bool:
    """Whether a term exists in its vocabulary; True for unknown vocabularies."""
    space = namespace(iri)
    return space not in known or iri in known[space] or iri == space or re.fullmatch(r"_[0-9]+", iri.removeprefix(space)) is not None


@dataclass(frozen=True, slots=True)
class _Spelling:
    """Of an IRI: whether it is in the graph's own namespace, or meant to be; the namespace that is meant, if another is written; and
    whether its vocabulary has it.
    """

    is_own: bool
    meant: str | None
    exists: bool


#: The spelling of an IRI.
_Spell = Callable[[str], _Spelling]


def check(sources: Sources, known: Vocabularies) -> list[Finding]:
    """All invalid terms and literals of the sources, in order of file and line."""
    # An IRI is looked at once: most are in many statements.
    spell = cache(_speller(known, sources.space.base))
    found: dict[tuple[str, str], Finding] = {}
    # A file is equal to another if all of it is, which takes long to find out: asked once a file.
    for file, is_ontology in ((file, file in sources.ontology) for file in sources.files):
        for quad in file.quads:
            for rule, thing, value, hint in _faults(quad, file, is_ontology, known, spell):
                if (rule, thing) not in found:
                    found[rule, thing] = Finding(place_of(file, quad), rule, RULES[rule], thing, value, hint)
    return sorted(found.values(), key=str)


def _speller(known: Vocabularies, base: str) -> _Spell:
    spaces, own = {_plain(space): space for space in (*known, *USUAL.values(), base)}, _plain(base)
    right = {*spaces.values()}

    def spelling(iri: str) -> _Spelling:
        space, is_own = namespace(iri), _plain(iri).startswith(own)
        meant = base if is_own else spaces.get(_plain(space))
        wrong = meant is not None and not iri.startswith(meant) and space not in right
        return _Spelling(is_own, meant if wrong else None, exists(iri, known))

    return spelling


def _faults(quad: ox.Quad, file: SourceFile, is_ontology: bool, known: Vocabularies, spell: _Spell) -> Iterator[tuple[str, str, str, str]]:
    """The faults in a statement: rule, thing, value, hint."""
    subject = curie(quad.subject.value) if isinstance(quad.subject, ox.NamedNode) else "a thing without IRI"
    value = quad.object
    if isinstance(value, ox.Literal) and is_malformed(value):
        yield "value-form", subject, f"{value.value} for {curie(quad.predicate.value)}", _written(value)
    terms = [(term, spell(term.value)) for term in (quad.subject, quad.predicate, value) if isinstance(term, ox.NamedNode)]
    for term, _ in terms:
        if term.value.startswith("file:"):
            yield "iri-absolute", f"<{_relative(term.value, file)}>", f"beside {curie(quad.predicate.value)}", ""
    if not any(spelling.is_own for _, spelling in terms):
        return
    named = [term for term, _ in terms] if is_ontology else used(quad)
    for term, spelling in terms:
        if spelling.meant is not None and (spelling.is_own or term in named):
            yield "namespace", f"<{term.value}>", f"of {subject}", f"Is <{spelling.meant}> meant?"
        elif not spelling.exists and term in named:
            space = namespace(term.value)
            yield "foreign-term", curie(term.value), f"of {subject}", _mend(term.value.removeprefix(space), space, known[space])


def _written(value: ox.Literal) -> str:
    """A hint: the datatype that the value would fit, or an example of its datatype."""
    datatype = value.datatype.value
    if datatype in _DATES:
        fitting = [other for other in _DATES if not is_malformed(ox.Literal(value.value, datatype=ox.NamedNode(other)))]
        if fitting:
            return f"Is {curie(fitting[0])} meant?"
    example = _EXAMPLES.get(datatype.removeprefix(str(XSD)))
    return f"{curie(datatype)} is written as {example}." if example else ""


def near(name: str, space: str, terms: Iterable[str]) -> str:
    """A question that suggests a similar term of a vocabulary; empty if there is none."""
    found = difflib.get_close_matches(name, sorted(term.removeprefix(space) for term in terms), n=1, cutoff=_NEAR)
    return f"Is {curie(space + found[0])} meant?" if found else ""


def _mend(name: str, space: str, terms: frozenset[str]) -> str:
    is_listed = space not in _of_rdflib()
    return near(name, space, terms) or ("If it does, external-terms.txt in the ontology's folder is to list it." if is_listed else "")


@cache
def _of_rdflib() -> dict[str, frozenset[str]]:
    return {str(space): frozenset(map(str, dir(space))) for space in _KNOWN}


def _relative(iri: str, file: SourceFile) -> str:
    """An IRI relative to a file's folder, as the file has it."""
    base = file.path.resolve().as_uri()
    return iri.removeprefix(base[: base.rfind("/") + 1]).removeprefix(base)


def used(quad: ox.Quad) -> list[ox.NamedNode]:
    """The terms that a statement uses: its property, and a class."""
    is_class = quad.predicate == _TYPE and isinstance(quad.object, ox.NamedNode)
    return [quad.predicate, *([quad.object] if is_class else [])]  # type: ignore[list-item]


def place_of(file: SourceFile, quad: ox.Quad) -> str:
    """`file:line` of a statement."""
    if not isinstance(quad.subject, ox.NamedNode):
        return str(file.path)
    for term in (quad.subject, quad.predicate, quad.object):
        if isinstance(term, ox.NamedNode) and term.value.startswith("file:"):
            place = file.text.find(f"<{_relative(term.value, file)}>".encode())
            return f"{file.path}:{file.line_at(place) if place >= 0 else 1}"
    value = quad.object.value if isinstance(quad.object, ox.NamedNode | ox.Literal) else None
    return f"{file.path}:{file.line_of(quad.subject.value, quad.predicate.value, value) or 1}"


def _plain(iri: str) -> str:
    """A namespace for comparison, without what is often wrong: scheme, www, final character, upper case."""
    return re.sub(r"^https?://(www\.)?|[/#]+$", "", iri.lower())
