"""The kinds of content in a graph, and the languages of its labels: pages leave out what would be empty.

Computed by the build, so that every page, also one for an error, has it without a query.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from graph_service.rdf.labels import LABELS, XL_TEXT
from graph_service.rdf.namespaces import OA, OWL, RDF, RDFS, SKOS
from graph_service.rdf.space import Space
from graph_service.rdf.terms import Literal, NamedNode, Quad
from graph_service.sources.roles import Role, Roles

#: Properties with labels as values.
_NAMING = frozenset({*LABELS, XL_TEXT})


class Content(StrEnum):
    """A kind of content with pages or texts of its own."""

    DOCUMENTS = "documents"
    PASSAGES = "passages"
    INFERRED = "inferred"
    TERMS = "terms"
    THINGS = "things"


#: Class -> the content that its instances are.
_CLASSES = {
    SKOS + "ConceptScheme": Content.TERMS,
    **dict.fromkeys((OWL + name for name in ("Class", "ObjectProperty", "DatatypeProperty")), Content.TERMS),
    **dict.fromkeys((RDFS + "Class", RDF + "Property"), Content.TERMS),
}


def contents_of(space: Space, roles: Roles, quads: Iterable[Quad]) -> list[Content]:
    """The kinds of content of a graph, apart from its description of itself."""
    inferred, description = NamedNode(space.graph_inferred), NamedNode(space.graph_description)
    classes = {**_CLASSES, **dict.fromkeys(roles.of(Role.DOCUMENT), Content.DOCUMENTS)}
    found: set[Content] = set()
    for quad in quads:
        if quad.graph_name == inferred:
            found.add(Content.INFERRED)
        if quad.graph_name == description:
            continue
        if quad.predicate.value == OA + "exact":
            found.add(Content.PASSAGES)
        elif quad.predicate.value == RDF + "type":
            found.add(Content.THINGS)
            if isinstance(quad.object, NamedNode) and quad.object.value in classes:
                found.add(classes[quad.object.value])
    return sorted(found)


def languages_of(space: Space, quads: Iterable[Quad]) -> list[str]:
    """The language tags of labels, most frequent first, apart from the description."""
    description = NamedNode(space.graph_description)
    found = Counter(
        quad.object.language.lower()
        for quad in quads
        if isinstance(quad.object, Literal) and quad.object.language and quad.predicate.value in _NAMING and quad.graph_name != description
    )
    return sorted(found, key=lambda tag: (-found[tag], tag))
