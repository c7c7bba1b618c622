"""Warnings about undeclared terms in a namespace that an ontology here declares, values that do not fit their property's range, and unknown
terms in a `dataset.ttl`.

Each may be intended, and mostly is not. Namespaces without declared terms are not checked.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox
from rdflib.namespace import DCAT, VOID

from graph_service.checks.term_forms import Vocabularies, exists, near, place_of, used
from graph_service.rdf.namespaces import OWL, RDF, RDFS, XSD, namespace
from graph_service.rdf.prefixes import curie
from graph_service.reasoning.datatype_values import is_malformed
from graph_service.sources.base_iri import DATASET
from graph_service.sources.source_file import SourceFile
from graph_service.sources.sources import Sources

_TYPE, _RANGE = ox.NamedNode(RDF + "type"), ox.NamedNode(RDFS + "range")

#: Types that declare a term.
_KINDS = frozenset(
    ox.NamedNode(iri)
    for iri in (
        *(OWL + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "OntologyProperty")),
        *(RDFS + "Class", RDFS + "Datatype", RDF + "Property"),
    )
)

#: Numbers of one datatype are often written as those of another (`1` for a decimal).
_NUMBERS = frozenset(
    XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger", "positiveInteger")
)

#: Terms of DCAT 3 (section 6) that rdflib does not list yet.
_DCAT_3 = (
    *("DatasetSeries", "inSeries", "first", "last", "prev", "next", "nextVersion", "seriesMember"),
    *("version", "hasVersion", "hasCurrentVersion", "previousVersion", "isVersionOf", "resource"),
)

#: How similar two namespaces must be for one to be suggested (`difflib`).
_NEAR_SPACE = 0.9

#: The most warnings of each kind, and the most characters of a value.
_MOST = 30


def undeclared(sources: Sources, known: Vocabularies) -> Iterator[str]:
    """The warnings, as sentences with file and line. Raises SourceError for a file that cannot be parsed."""
    yield from _of_the_dataset(sources, known)
    declared, ranges = _declared(sources.ontology)
    terms = list(_terms(sources, declared, known))
    values = list(_values(sources, ranges))
    for doubts in (terms, values):
        yield from doubts[:_MOST]
        if len(doubts) > _MOST:
            yield f"{len(doubts) - _MOST:,} more of the kind of the last one."


def _of_the_dataset(sources: Sources, known: Vocabularies) -> Iterator[str]:
    """Faults in the description of the data set, which would show nowhere else."""
    vocabularies = {
        **known,
        str(VOID): frozenset(map(str, dir(VOID))),
        str(DCAT): frozenset((*map(str, dir(DCAT)), *(str(DCAT) + name for name in _DCAT_3))),
    }
    for file in sources.about:
        for quad in file.quads:
            for term in used(quad):
                if not exists(term.value, vocabularies):
                    space = namespace(term.value)
                    meant = near(term.value.removeprefix(space), space, vocabularies[space])
                    yield f"{place_of(file, quad)}: {curie(term.value)} is no term of its vocabulary.{meant and ' ' + meant}"
        if file.path.name == DATASET and not sources.space.is_named:
            yield f"{file.path}: says of nothing that it is a dcat:Dataset, so that the graph has no name. Is one meant?"


def _declared(ontology: Iterable[SourceFile]) -> tuple[dict[str, frozenset[str]], dict[str, str]]:
    """The declared terms by namespace; and each property's datatype, if it has only one range."""
    spaces: dict[str, set[str]] = defaultdict(set)
    ranges: dict[str, set[str]] = defaultdict(set)
    for file in ontology:
        for quad in file.quads:
            if not isinstance(quad.subject, ox.NamedNode):
                continue
            if quad.predicate == _TYPE and quad.object in _KINDS:
                spaces[namespace(quad.subject.value)].add(quad.subject.value)
            elif quad.predicate == _RANGE and isinstance(quad.object, ox.NamedNode):
                ranges[quad.subject.value].add(quad.object.value)
    one = {property: next(iter(of)) for property, of in ranges.items() if len(of) == 1}
    return {space: frozenset(terms) for space, terms in spaces.items()}, {p: of for p, of in one.items() if of.startswith(XSD)}


def _terms(sources: Sources, declared: Vocabularies, known: Vocabularies) -> Iterator[str]:
    seen: set[str] = set()
    for file in sources.files:
        for quad in file.quads:
            for term in used(quad):
                if term.value in seen:
                    continue
                seen.add(term.value)
                space = namespace(term.value)
                if space in declared:
                    if term.value not in declared[space] and space not in known:
                        meant = near(term.value.removeprefix(space), space, declared[space])
                        used_as = f"{curie(term.value)} is used, and no ontology here declares it."
                        yield f"{place_of(file, quad)}: {used_as}{meant and ' ' + meant}"
                elif space not in known and exists(term.value, known):
                    likely = difflib.get_close_matches(space, declared, n=1, cutoff=_NEAR_SPACE)
                    if likely:
                        yield f"{place_of(file, quad)}: <{term.value}> is of no namespace that is declared here. Is <{likely[0]}> meant?"


def _values(sources: Sources, ranges: Mapping[str, str]) -> Iterator[str]:
    for file in sources.files:
        for quad in file.quads:
            value, wanted = quad.object, ranges.get(quad.predicate.value)
            if (
                wanted is None
                or not isinstance(value, ox.Literal)
                or value.datatype.value == wanted
                or {wanted, value.datatype.value} <= _NUMBERS
            ):
                continue
            meant = ox.Literal(value.value, datatype=ox.NamedNode(wanted))
            mend = "" if is_malformed(meant) else f' Is "{value.value}"^^{curie(wanted)} meant?'
            shown = value.value if len(value.value) <= _MOST else value.value[:_MOST] + "…"
            yield f'{place_of(file, quad)}: "{shown}" is no {curie(wanted)}, as values of {curie(quad.predicate.value)} are.{mend}'
