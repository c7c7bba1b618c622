"""What is in a graph, in figures: VoID, counted from its triples.

Vocabulary of Interlinked Datasets (W3C Interest Group Note, 2011), section 4: statistics, class and property partitions;
section 5: linksets. The classes and datatypes of a property's values are given as SPARQL editors read them: a class partition of
the property partition, and `datatypePartition` of http://ldf.fi/void-ext#.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from urllib.parse import quote

import pyoxigraph as ox

from graph_service.rdf.namespaces import OWL, RDF, SKOS, VOID, VOID_EXT
from graph_service.rdf.prefixes import curie
from graph_service.rdf.space import Space
from graph_service.rdf.triples import Description, number

_TYPE = ox.NamedNode(RDF + "type")

#: What the names of the parts of datasets, in the document that tells of them, begin with.
_PART = "#part-"

_PARTITIONS = frozenset(VOID + name for name in ("classPartition", "propertyPartition"))

#: Properties that say that a thing here and a thing elsewhere are the same or alike.
_LINKS = frozenset(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")) | {OWL + "sameAs"}


def key(iri: str) -> str:
    """A name for an IRI that may stand in a fragment: its short name, or the IRI with all that is special escaped."""
    return quote(curie(iri), safe=":")


def dataset_of(space: Space, graph: str) -> str:
    """The IRI of the VoID dataset that is the content of a named graph."""
    return f"{space.void}#{key(graph)}"


def is_of_partition(space: Space, triple: ox.Triple) -> bool:
    """Whether a triple of a description is about a part of a dataset: its instances of a class, its triples of a property."""
    in_part = isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(space.void + _PART)
    return in_part or triple.predicate.value in _PARTITIONS


def namespace(iri: str) -> str:
    """An IRI up to its last `#` or `/`, else up to its last `:`: the vocabulary or the collection it belongs to."""
    return re.sub(r"[^#/]*\Z", "", iri) or re.sub(r"[^:]*\Z", "", iri)


def describe_figures(said: Description, node: str, triples: Collection[ox.Triple], most: int, space: str | None = None) -> None:
    """The figures of some triples as a dataset: sizes, and those of its properties and of the `most` classes with the most instances.

    `space`: what the IRIs of its entities begin with.
    """
    classes = _classes(triples)
    subjects = {triple.subject for triple in triples}
    properties = Counter(triple.predicate.value for triple in triples)
    said.a(node, VOID + "Dataset")
    for name, count in {
        "triples": len(triples),
        "entities": sum(isinstance(subject, ox.NamedNode) and subject.value.startswith(space or "") for subject in subjects),
        "distinctSubjects": len(subjects),
        "distinctObjects": len({triple.object for triple in triples}),
        "classes": len(classes),
        "properties": len(properties),
    }.items():
        said.say(node, VOID + name, number(count))
    for property, count in properties.items():
        part = _part(said, node, "property", property)
        said.say(node, VOID + "propertyPartition", part)
        said.say(part, VOID + "property", property)
        said.say(part, VOID + "triples", number(count))
    for kind, instances in _largest(classes, most):
        part = _part(said, node, "class", kind)
        said.say(node, VOID + "classPartition", part)
        said.say(part, VOID + "class", kind)
        said.say(part, VOID + "entities", number(len(instances)))


def describe_partitions(said: Description, node: str, triples: Collection[ox.Triple], most: int) -> None:
    """For the `most` largest classes of a dataset the properties of their instances, and of what classes and datatypes their values are."""
    kinds: dict[object, set[str]] = defaultdict(set)
    for kind, instances in _largest(_classes(triples), most):
        for instance in instances:
            kinds[instance].add(kind)
    properties: Counter[tuple[str, str]] = Counter()
    values: Counter[tuple[str, str, str, str]] = Counter()
    for triple in triples:
        for kind in kinds.get(triple.subject, ()):
            pair = (kind, triple.predicate.value)
            properties[pair] += 1
            if isinstance(triple.object, ox.Literal):
                values[(*pair, "datatype", triple.object.datatype.value)] += 1
            for target in kinds.get(triple.object, ()):
                values[(*pair, "class", target)] += 1

    for (kind, property), count in properties.items():
        part = _part(said, node, kind, property)
        said.say(_part(said, node, "class", kind), VOID + "propertyPartition", part)
        said.say(part, VOID + "property", property)
        said.say(part, VOID + "triples", number(count))
    for (kind, property, sort, value), count in values.items():
        part = _part(said, node, kind, property)
        inner = _part(said, part, sort, value)
        vocabulary = VOID if sort == "class" else VOID_EXT
        said.say(part, f"{vocabulary}{sort}Partition", inner)
        said.say(inner, vocabulary + sort, value)
        said.say(inner, VOID + "triples", number(count))


def describe_links(said: Description, node: str, triples: Collection[ox.Triple], own: str) -> None:
    """The vocabularies of a dataset, and its linksets: where its things are matched with things elsewhere. `own`: what is not elsewhere."""
    words = {triple.predicate.value for triple in triples} | set(_classes(triples))
    said.say(node, VOID + "vocabulary", *{namespace(word) for word in words})
    links: Counter[tuple[str, str]] = Counter()
    for triple in triples:
        if triple.predicate.value in _LINKS and isinstance(triple.object, ox.NamedNode) and not triple.object.value.startswith(own):
            links[namespace(triple.object.value), triple.predicate.value] += 1
    for (space, property), count in links.items():
        target = f"{said.space.void}#target={quote(space, safe='')}"
        linkset = f"{said.space.void}#linkset={quote(space, safe='')}&by={key(property)}"
        said.a(target, VOID + "Dataset")
        said.say(target, VOID + "uriSpace", ox.Literal(space))
        said.a(linkset, VOID + "Linkset")
        said.say(linkset, VOID + "subjectsTarget", node)
        said.say(linkset, VOID + "objectsTarget", target)
        said.say(linkset, VOID + "linkPredicate", property)
        said.say(linkset, VOID + "triples", number(count))
        said.say(node, VOID + "subset", linkset)


def _part(said: Description, of: str, *what: str) -> str:
    """The IRI of a part of a dataset: short, since there are thousands, and the same at every build."""
    return said.space.void + _PART + hashlib.sha256("\0".join((of, *what)).encode()).hexdigest()[:12]


def _largest(classes: Mapping[str, set[object]], most: int) -> list[tuple[str, set[object]]]:
    """The classes with the most instances, so many."""
    return sorted(classes.items(), key=lambda entry: (-len(entry[1]), entry[0]))[:most]


def _classes(triples: Collection[ox.Triple]) -> dict[str, set[object]]:
    """Class -> its instances."""
    found: dict[str, set[object]] = defaultdict(set)
    for triple in triples:
        if triple.predicate == _TYPE and isinstance(triple.object, ox.NamedNode):
            found[triple.object.value].add(triple.subject)
    return found
