"""VoID statistics of a graph, counted from its triples.

Vocabulary of Interlinked Datasets (W3C Interest Group Note, 2011), section 4: statistics, class and property partitions; section 5:
linksets. The classes and datatypes of a property's values are as SPARQL editors read them: a class partition of the property partition, and
`datatypePartition` of http://ldf.fi/void-ext#.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from urllib.parse import quote

import pyoxigraph as ox

from graph_service.rdf.namespaces import OWL, RDF, SKOS, VOID, VOID_EXT, namespace
from graph_service.rdf.prefixes import curie
from graph_service.rdf.space import Space
from graph_service.rdf.triples import Description, number

_TYPE = ox.NamedNode(RDF + "type")

#: Fragment prefix of dataset partitions in the VoID document.
_PART = "#part-"

_PARTITIONS = frozenset(VOID + name for name in ("classPartition", "propertyPartition"))

#: Properties that match a thing here with one elsewhere.
_LINKS = frozenset(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")) | {OWL + "sameAs"}


def key(iri: str) -> str:
    """A name for an IRI in a fragment: its CURIE, or the percent-encoded IRI."""
    return quote(curie(iri), safe=":")


def dataset_of(space: Space, graph: str) -> str:
    """The IRI of the VoID dataset that is a named graph's content."""
    return f"{space.void}#{key(graph)}"


def is_of_partition(space: Space, triple: ox.Triple) -> bool:
    """Whether a triple of a description is about a class or property partition."""
    in_part = isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(space.void + _PART)
    return in_part or triple.predicate.value in _PARTITIONS


def describe_figures(said: Description, node: str, triples: Collection[ox.Triple], most: int, space: str | None = None) -> None:
    """Add the statistics of some triples as a dataset: sizes, property partitions, and those of the `most` largest classes.

    `space`: the IRI prefix of its entities.
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
    """For the `most` largest classes, add the properties of their instances, with the classes and datatypes of the values."""
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
    """Add a dataset's vocabularies, and its linksets: matches with things elsewhere. `own`: the IRI prefix of things that are not
    elsewhere.
    """
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
    """The IRI of a dataset partition: short, since there are thousands, and the same in every build."""
    return said.space.void + _PART + hashlib.sha256("\0".join((of, *what)).encode()).hexdigest()[:12]


def _largest(classes: Mapping[str, set[object]], most: int) -> list[tuple[str, set[object]]]:
    """The classes with the most instances, at most `most`."""
    return sorted(classes.items(), key=lambda entry: (-len(entry[1]), entry[0]))[:most]


def _classes(triples: Collection[ox.Triple]) -> dict[str, set[object]]:
    """Class -> its instances."""
    found: dict[str, set[object]] = defaultdict(set)
    for triple in triples:
        if triple.predicate == _TYPE and isinstance(triple.object, ox.NamedNode):
            found[triple.object.value].add(triple.subject)
    return found
