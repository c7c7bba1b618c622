"""Titles of a graph whose makers give none in a `dataset.ttl`: from its ontology, else from file names."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

from graph_service.rdf.labels import LABELS
from graph_service.rdf.namespaces import OWL, RDF
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode, Triple

#: The most file names in a title; of more, the number is added.
_NAMED = 3

_ONTOLOGY, _IMPORTS = NamedNode(OWL + "Ontology"), OWL + "imports"


def titles_of(triples: Collection[Triple], files: Sequence[Path]) -> list[Literal]:
    """The title in each language.

    From the ontology, if it is the only one or the only one that no other imports. `files`: the files and folders of the sources.
    """
    ontologies = {t.subject for t in triples if t.predicate.value == RDF + "type" and t.object == _ONTOLOGY}
    imported: set[AnyTerm] = {t.object for t in triples if t.predicate.value == _IMPORTS}
    first = ontologies - imported or ontologies
    said: dict[str, list[Literal]] = defaultdict(list)
    for triple in triples if len(first) == 1 else ():
        if triple.subject in first and isinstance(triple.object, Literal) and triple.object.value.strip():
            said[triple.predicate.value].append(triple.object)
    # An ontology's dcterms:title is its name for people; its label may be a short name.
    by_title = sorted(LABELS, key=lambda name: not name.endswith("title"))
    found = next((said[name] for name in by_title if name in said), [])
    return sorted(found, key=str) or [Literal(_named(files))]


def _named(files: Sequence[Path]) -> str:
    names = list(dict.fromkeys(name for path in files if (name := path.resolve().name.partition(".")[0])))
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" + {more}" if more > 0 else "") or "RDF"
