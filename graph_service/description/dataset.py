"""The graph's description of itself, made at each build: VoID, DCAT 3, SPARQL service description, canned queries.

It is added after all reasoning. Data with a `dataset.ttl` get it as a named graph, `graph/description`; for other data it is only served.
Its figures exclude itself, except those of the endpoint's default graph and of the description, which are what a query sees. The service
and its documents have names below the base of the graph; `catalog` adds a running service's addresses, and what is known only after the
files are written (sizes and hashes).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import pyoxigraph as ox

from graph_service.description.coverage import describe_coverage
from graph_service.description.void import dataset_of, describe_figures, describe_links, describe_partitions, is_of_partition, key
from graph_service.formats.media_types import DUMP_FORMATS, Format
from graph_service.queries.catalogue import Catalogue
from graph_service.queries.examples import describe_examples
from graph_service.rdf.namespaces import DCAT, DCTERMS, FOAF, RDFS, SD, VOID
from graph_service.rdf.space import Space
from graph_service.rdf.triples import Description, number
from graph_service.sources.roles import Roles

_FORMATS = "http://www.w3.org/ns/formats/"

#: Formats in the EU's list of file types, which DCAT-AP uses.
_FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"
_FILE_TYPE = {
    **{"ttl": "RDF_TURTLE", "nt": "RDF_N_TRIPLES", "rdf": "RDF_XML"},
    **{"jsonld": "JSON_LD", "nq": "RDF_N_QUADS", "trig": "RDF_TRIG"},
}

#: DCAT-AP 3: how long a file is available.
_AVAILABILITY = "http://data.europa.eu/r5r/availability"
_STABLE = "http://publications.europa.eu/resource/authority/planned-availability/STABLE"

#: Descriptions of a file with everything, and the addition for a compressed one.
WHOLE = {"en": "The whole dataset", "fr": "L’ensemble des données", "es": "El conjunto de los datos"}
_PACKED = {"en": ", compressed", "fr": ", comprimé", "es": ", comprimido"}

#: The IRI prefix of registered media types.
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"

#: What the figures count: not the description itself.
_COUNTED = {
    "en": "The figures of the dataset count what it states and what is inferred, each triple once. This description is not counted in "
    "them: it has figures of its own. The default graph of the SPARQL endpoint and the files of the whole have both.",
    "fr": "Les chiffres de l’ensemble de données comptent ce qu’il dit et ce qui en est déduit, chaque triplet une fois. La présente "
    "description n’y est pas comptée : elle a ses propres chiffres. Le graphe par défaut du point d’accès SPARQL et les fichiers de "
    "l’ensemble contiennent les deux.",
    "es": "Las cifras del conjunto de datos cuentan lo que dice y lo que se deduce, cada tripleta una vez. Esta descripción no "
    "se cuenta en ellas: tiene sus propias cifras. El grafo predeterminado del punto de acceso SPARQL y los archivos del conjunto "
    "tienen ambas cosas.",
}

_WRITES = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N3", "N-Quads", "TriG"),
)


def describe(
    space: Space,
    roles: Roles,
    id: str,
    quads: Collection[ox.Quad],
    about: Collection[ox.Triple],
    catalogue: Catalogue,
    union: bool,
    titles: Collection[ox.Literal],
    partitions: int,
) -> Description:
    """The description of a graph that becomes the snapshot `id`. `about`: its makers' own description.

    `union`: whether a query's default graph is the union of all graphs, including this description if it becomes one. `titles`: titles if
    the makers give none. `partitions`: the most classes with VoID partitions.
    """
    graphs: dict[str, set[ox.Triple]] = defaultdict(set)
    for quad in quads:
        graphs[quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""].add(quad.triple)
    everything = set().union(*graphs.values())
    said = Description(space, about)
    _describe_dataset(said, roles, id, everything, titles, partitions)
    for graph, triples in graphs.items():
        if graph:
            _describe_graph(said, graph, triples, partitions)
    describe_examples(said, catalogue)
    _describe_catalog(said, catalogue)
    named = [graph for graph in graphs if graph]
    _describe_service(said, [*named, space.graph_description] if about else named, union)
    _add_own_figures(said, everything if union else graphs.get("", set()), is_graph=bool(about), in_default=union and bool(about))
    return said


def part(space: Space, triples: Iterable[ox.Triple], *documents: str, partitions: bool = False) -> list[ox.Triple]:
    """The triples about some documents: about the document, its fragments, and what is below it.

    Everything is below the dataset's own IRI, so for that only the IRI and its fragments count. Partitions of datasets are left out, except
    with `partitions` those of the whole dataset.
    """
    below = tuple(f"{name.rstrip('/')}/" for name in documents if name != space.dataset) + tuple(f"{name}#" for name in documents)

    def fits(triple: ox.Triple) -> bool:
        subject = triple.subject
        if not isinstance(subject, ox.NamedNode) or not (subject.value in documents or subject.value.startswith(below)):
            return False
        return not is_of_partition(space, triple) or (partitions and subject.value == space.dataset)

    return list(filter(fits, triples))


def _describe_dataset(
    said: Description, roles: Roles, id: str, triples: Collection[ox.Triple], titles: Collection[ox.Literal], partitions: int
) -> None:
    begin = next((t.object.value for t in said if t.predicate.value == VOID + "uriSpace" and isinstance(t.object, ox.Literal)), None)
    said.a(said.space.dataset, DCAT + "Dataset")
    if not said.of_dataset(DCTERMS + "title"):
        said.say(said.space.dataset, DCTERMS + "title", *titles)
    version = f"{said.space.downloads}{id}/"
    said.say(said.space.dataset, DCAT + "version", ox.Literal(id))
    said.say(said.space.dataset, DCAT + "hasCurrentVersion", version)
    said.say(said.space.dataset, VOID + "sparqlEndpoint", said.space.endpoint)
    said.say(version, DCAT + "isVersionOf", said.space.dataset)
    said.a(version, DCAT + "Dataset")
    _inherit(said, version, "title", "description", "license", "publisher")
    for format in DUMP_FORMATS:
        file = f"dataset.{format.name}"
        describe_distribution(said, said.space.dataset, version, file, format, WHOLE)
        said.say(said.space.dataset, VOID + "dataDump", version + file)
    describe_coverage(said, roles, triples)
    describe_figures(said, said.space.dataset, triples, partitions, begin)
    describe_links(said, said.space.dataset, triples, begin or said.space.base)
    said.a(said.space.void, VOID + "DatasetDescription")
    said.texts(said.space.void, RDFS + "comment", _COUNTED)
    said.say(said.space.void, FOAF + "primaryTopic", said.space.dataset)


def describe_distribution(
    said: Description, dataset: str, version: str, file: str, format: Format, words: Mapping[str, str], compressed: bool = False
) -> str:
    """Add a file of a version as a distribution of a dataset; returns the distribution's IRI. `words`: the file's content, by language."""
    node = f"{version}#{file}"
    said.say(dataset, DCAT + "distribution", node)
    said.a(node, DCAT + "Distribution")
    said.say(node, DCAT + "downloadURL", version + file)
    said.say(node, DCAT + "accessURL", said.space.downloads)
    said.say(node, DCAT + "mediaType", MEDIA_TYPES + format.media)
    packed = _PACKED if compressed else dict.fromkeys(words, "")
    said.texts(node, DCTERMS + "description", {tag: f"{text} ({format.media}){packed[tag]}" for tag, text in words.items()})
    said.say(node, _AVAILABILITY, _STABLE)
    said.say(node, DCTERMS + "format", _FILE_TYPES + _FILE_TYPE[format.name])
    _inherit(said, node, "license")
    return node


def _inherit(said: Description, node: str, *names: str) -> None:
    """Copy the dataset's values of Dublin Core properties to a part or a catalogue."""
    for name in names:
        said.say(node, DCTERMS + name, *said.of_dataset(DCTERMS + name))


def _describe_graph(said: Description, graph: str, triples: Collection[ox.Triple], partitions: int) -> None:
    node = dataset_of(said.space, graph)
    describe_figures(said, node, triples, partitions)
    # Inferred triples about a thing are incomplete without those in other graphs, often without its class.
    if graph != said.space.graph_inferred:
        describe_partitions(said, node, triples, partitions)
    said.a(node, SD + "Graph")
    said.say(said.space.dataset, VOID + "subset", node)


def _describe_catalog(said: Description, catalogue: Catalogue) -> None:
    said.a(said.space.catalog, DCAT + "Catalog")
    _inherit(said, said.space.catalog, "title", "description", "publisher", "license", "language", "spatial")
    said.say(said.space.catalog, DCAT + "dataset", said.space.dataset)
    said.say(said.space.catalog, FOAF + "primaryTopic", said.space.dataset)
    said.say(said.space.catalog, FOAF + "homepage", said.space.dataset)
    themes = [theme.value for theme in said.of_dataset(DCAT + "theme") if isinstance(theme, ox.NamedNode)]
    said.say(said.space.catalog, DCAT + "themeTaxonomy", *{theme.rpartition("/")[0] for theme in themes})
    for service, name in ((said.space.endpoint, "SPARQL endpoint"), (said.space.api, "Canned queries and documents over HTTP")):
        said.say(said.space.catalog, DCAT + "service", service)
        said.a(service, DCAT + "DataService")
        said.texts(service, DCTERMS + "title", {"en": name})
        said.say(service, DCAT + "servesDataset", said.space.dataset)
        _inherit(said, service, "publisher", "license")
        for name in ("keyword", "theme", "contactPoint"):
            said.say(service, DCAT + name, *said.of_dataset(DCAT + name))
    said.say(said.space.endpoint, DCAT + "endpointURL", said.space.endpoint)
    said.say(said.space.endpoint, DCAT + "endpointDescription", said.space.endpoint)
    said.say(said.space.endpoint, DCTERMS + "conformsTo", "https://www.w3.org/TR/sparql11-protocol/")
    said.say(said.space.api, DCAT + "endpointURL", said.space.queries)
    said.say(said.space.api, DCAT + "endpointDescription", said.space.openapi)
    said.say(said.space.api, DCTERMS + "conformsTo", "https://spec.openapis.org/oas/v3.1.0")


def _describe_service(said: Description, graphs: list[str], union: bool) -> None:
    dataset, default = said.space.endpoint + "#dataset", said.space.endpoint + "#default-graph"
    said.say(said.space.endpoint, SD + "supportedLanguage", SD + "SPARQL11Query")
    said.say(said.space.endpoint, SD + "resultFormat", *(_FORMATS + name for name in _WRITES))
    if union:
        said.say(said.space.endpoint, SD + "feature", SD + "UnionDefaultGraph")
    if said.space.graph_inferred in graphs:
        said.say(said.space.endpoint, SD + "defaultEntailmentRegime", "http://www.w3.org/ns/entailment/OWL-RDF-Based")
        said.say(said.space.endpoint, SD + "defaultSupportedEntailmentProfile", "http://www.w3.org/ns/owl-profile/RL")
    else:
        said.say(said.space.endpoint, SD + "defaultEntailmentRegime", "http://www.w3.org/ns/entailment/Simple")
    said.say(said.space.endpoint, SD + "defaultDataset", dataset)
    said.a(dataset, SD + "Dataset")
    said.say(dataset, SD + "defaultGraph", default)
    said.a(default, SD + "Graph")
    for graph in graphs:
        named = f"{said.space.endpoint}#named-graph={key(graph)}"
        said.say(dataset, SD + "namedGraph", named)
        said.a(named, SD + "NamedGraph")
        said.say(named, SD + "name", graph)
        said.say(named, SD + "graph", dataset_of(said.space, graph))


def _add_own_figures(said: Description, default: Collection[ox.Triple], is_graph: bool, in_default: bool) -> None:
    """Add the sizes of the description and the default graph: adding a number does not change how many triples there are."""
    content = dataset_of(said.space, said.space.graph_description)
    if is_graph:
        said.a(content, SD + "Graph", VOID + "Dataset")
    own = len(said) + 1 + is_graph
    if is_graph:
        said.say(content, VOID + "triples", number(own))
    union = len(default) + (own - len(said.intersection(default)) if in_default else 0)
    said.say(said.space.endpoint + "#default-graph", VOID + "triples", number(union))
