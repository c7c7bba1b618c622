"""The JSON-LD 1.1 context of a graph: its ontology's terms by local name, all prefixes, labels as language maps."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from graph_service.rdf.namespaces import DCTERMS, OWL, RDF, RDFS, SKOS, XSD
from graph_service.rdf.prefixes import curie, prefixes
from graph_service.rdf.space import Space

#: Terms of every context: keyword aliases, and label properties as language maps.
_WORDS: dict[str, Any] = {
    "id": "@id",
    "type": "@type",
    **{
        name: {"@id": iri, "@container": ["@language", "@set"]}
        for name, iri in {
            "label": RDFS + "label",
            "comment": RDFS + "comment",
            "prefLabel": SKOS + "prefLabel",
            "altLabel": SKOS + "altLabel",
            "definition": SKOS + "definition",
            "title": DCTERMS + "title",
            "description": DCTERMS + "description",
        }.items()
    },
}


def make_context(space: Space, quads: Iterable[ox.Quad]) -> dict[str, Any]:
    """The context for an ontology. A term with the same name as a prefix is left out."""
    kinds: dict[str, set[str]] = defaultdict(set)
    ranges: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(space.terms) and isinstance(quad.object, ox.NamedNode):
            if quad.predicate.value == RDF + "type":
                kinds[quad.subject.value].add(quad.object.value)
            elif quad.predicate.value == RDFS + "range":
                ranges[quad.subject.value].add(quad.object.value)
    context: dict[str, Any] = {"@version": 1.1, **prefixes(), **_WORDS}
    for iri in sorted(kinds):
        name = iri.removeprefix(space.terms)
        if name in context or ":" in name:
            continue
        datatypes = sorted(range for range in ranges[iri] if range.startswith(XSD) and range != XSD + "string")
        if OWL + "Class" in kinds[iri]:
            context[name] = {"@id": curie(iri)}
        elif OWL + "ObjectProperty" in kinds[iri]:
            context[name] = {"@id": curie(iri), "@type": "@id", "@container": "@set"}
        elif OWL + "DatatypeProperty" in kinds[iri] and len(datatypes) == 1:
            context[name] = {"@id": curie(iri), "@type": "xsd:" + datatypes[0].removeprefix(XSD), "@container": "@set"}
        elif OWL + "DatatypeProperty" in kinds[iri] and not ranges[iri] - {XSD + "string"}:
            context[name] = {"@id": curie(iri), "@container": "@set"}
    return {"@context": context}
