"""The service without HTTP: a snapshot, an engine, a catalogue of canned queries, and the questions that they answer."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, lru_cache, partial
from types import TracebackType
from typing import Self

from graph_service.description.about import About
from graph_service.description.catalog import addressed, describe_service
from graph_service.description.dataset import part
from graph_service.engine.embedded import EmbeddedEngine
from graph_service.engine.engine import Engine
from graph_service.engine.pending import Begun
from graph_service.engine.remote.federation import Federation
from graph_service.engine.remote.http import Peer
from graph_service.engine.remote.server import RemoteEngine
from graph_service.engine.result import READABLE, Formats, Query, Result
from graph_service.errors import NotFound
from graph_service.queries.catalogue import Catalogue
from graph_service.rdf import terms
from graph_service.rdf.labels import NAMED, PLACES, distance
from graph_service.rdf.namespaces import RDF, SD
from graph_service.rdf.prefixes import adopt, curie
from graph_service.rdf.shortening import Shortening
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode, Quad, Triple
from graph_service.rdf.triples import Description
from graph_service.reasoning.provenance import Explanation
from graph_service.search.search import Search
from graph_service.service.blank_nodes import said_of_nameless
from graph_service.service.canned import CannedQueries
from graph_service.service.explanations import Reasons
from graph_service.service.vocabulary import Vocabulary
from graph_service.settings import Settings
from graph_service.snapshot.dumps import Dump
from graph_service.snapshot.external_things import Outside
from graph_service.snapshot.snapshot import Snapshot
from graph_service.sources.roles import Role
from graph_service.sparql.mistakes.mistake import Mistake
from graph_service.sparql.mistakes.silent import silent
from graph_service.text.collation import COLLATION_KEY

_OCCURS = "ASK {{ {{ {node} ?p ?o }} UNION {{ ?s {node} ?o }} UNION {{ ?s ?p {node} }} }}"

#: The IRI of a graph answers with its triples, so its title belongs to the dataset that is its content.
_LABELS = f"""
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
SELECT ?thing ?label ?property WHERE {{{{
  VALUES ?thing {{{{ {{things}} }}}}
  {NAMED.replace("{", "{{").replace("}", "}}")}
  UNION {{{{ ?thing ^sd:name/sd:graph/dcterms:title ?label BIND(dcterms:title AS ?property) }}}}
}}}}"""

#: Returns a context manager to wait in.
Waits = Callable[[], AbstractContextManager[None]]


class Service:
    """Answers queries over one snapshot; web, command line and tests use it. Thread-safe."""

    def __init__(self, snapshot: Snapshot, catalogue: Catalogue, settings: Settings, waiting: Waits = nullcontext) -> None:
        """`waiting` is entered while a thread waits for an engine or another server."""
        self.snapshot = snapshot
        #: The graph's own IRIs and prefixes.
        self.space = snapshot.space
        adopt(self.space.prefixes)
        #: The roles of the graph's terms.
        self.roles = snapshot.roles
        self._held = snapshot.hold()
        self._waiting = waiting
        self.catalogue = catalogue
        self.union = settings.default_graph == "union"
        self.engine: Engine
        if settings.engine == "embedded":
            self.engine = EmbeddedEngine(snapshot.path_of("nq"), settings, snapshot.sha256, self.space)
        else:
            peer = Peer(settings.engine, settings.engine_user, settings.engine_password)
            self.engine = RemoteEngine(peer, snapshot.id, snapshot.graphs, settings, self.space)
        self._federation = Federation(settings, self.engine.workers, self.engine.register)
        self._federates = bool(settings.service_hosts)
        self._deadline = settings.query_deadline
        #: The full-text search.
        self.search = Search(lambda: snapshot.index, settings.query_deadline, self.shortening.name)
        #: The canned queries, and the things that their parameters may be.
        self.canned = CannedQueries(self.sparql, catalogue, self.search, self.roles.path(Role.CODE), collates=self.engine.collates)
        #: Rows on a page of a table: by default, and at most.
        self.page_size, self.page_limit = min(settings.page_size, settings.page_limit), settings.page_limit

    @classmethod
    def open(cls, snapshot: Snapshot, settings: Settings, waiting: Waits = nullcontext) -> "Service":
        """Open the service over a snapshot with its canned queries. Raises BuildError if the snapshot is damaged."""
        snapshot.verify()
        adopt(snapshot.space.prefixes)
        return cls(snapshot, Catalogue.read([snapshot.queries]), settings, waiting)

    def close(self) -> None:
        """End the engine's processes, and release the snapshot."""
        self.engine.close()
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def sparql(self, query: Query, formats: Formats = READABLE) -> Result:
        """Run a query and write its result in the format for its kind; by default in one that `Result.rows` parses.

        Raises the errors of the engine, and of the federation if the query calls other servers.
        """
        with self._waiting():
            answered = self._federation.answered(query)
            result = self.engine.run(answered, formats)
        # The query now contains other servers' answers, which may change.
        result.volatile = result.volatile or answered is not query
        return result

    async def begin(self, query: Query, formats: Formats = READABLE) -> Result | Begun[Result]:
        """Run a query on the event loop for as long as it is short: its result, or what a thread has to finish.

        Raises what `sparql` raises.
        """
        if self._federation.may_call(query):
            return Begun(partial(self.sparql, query, formats))
        return await self.engine.begin(query, formats)

    def sorting(self, text: str) -> str:
        """A SPARQL expression to sort a text by: its collation key, or its lower case if the engine has no such function."""
        return f"<{COLLATION_KEY}>({text})" if self.engine.collates else f"LCASE({text})"

    def said_of_nameless(self, triples: Iterable[Triple], infer: bool = True) -> list[Quad]:
        """The quads about blank nodes in some triples, and those that these lead to; none if the engine does not keep their labels."""
        return said_of_nameless(self.sparql, triples, infer) if self.engine.keeps_blank_nodes else []

    def description(self, root: str, *documents: str, partitions: bool = False, version: Snapshot | None = None) -> list[Triple]:
        """The graph's description of itself, all or about some documents (see `part`), followed by this service's own, with addresses below
        `root`; of this or another stored version. Raises Unavailable if its files cannot be read.
        """
        snapshot = version or self.snapshot
        said, here = self._described(snapshot.id, tuple(version.id for version in self.versions))
        if documents:
            said, here = (
                part(snapshot.space, said, *documents, partitions=partitions),
                Description(here.space, part(here.space, here, *documents)),
            )
        return [*said, *addressed(here, root)]

    @lru_cache(maxsize=2)  # noqa: B019 - a service lives as long as its process serves a snapshot
    def _described(self, id: str, versions: tuple[str, ...]) -> tuple[list[Triple], Description]:
        snapshot = next(version for version in self.versions if version.id == id)
        said = snapshot.description
        here = describe_service(said, snapshot)
        if self._federates:
            here.say(here.space.endpoint, SD + "feature", SD + "BasicFederatedQuery")
        return said, here

    @cached_property
    def outside(self) -> Outside:
        """The things with IRIs outside the service's namespace. Raises Unavailable for a damaged file."""
        return self.snapshot.outside

    @cached_property
    def shortening(self) -> Shortening:
        """Abbreviates the graph's IRIs for people."""
        return Shortening(self.space)

    @cached_property
    def about(self) -> About:
        """The makers' description of the graph. Raises Unavailable for a damaged file."""
        return About(self.snapshot.description, self.space.dataset)

    @property
    def versions(self) -> list[Snapshot]:
        """The stored versions of the graph, newest first."""
        return self.snapshot.versions

    def explain(self, triple: Triple) -> Explanation:
        """Explain a triple within a query's deadline (see `Reasons.explain`).

        Raises NotFound, which names the terms that do not occur in the graph; OutOfTime, ResultTooLarge.
        """
        try:
            return self._reasons.explain(triple, self._deadline)
        except NotFound as error:
            named = [part for part in (triple.subject, triple.predicate, triple.object) if isinstance(part, NamedNode)]
            unknown = [curie(part.value) for part in named if not self.sparql(Query(_OCCURS.format(node=terms.write(part))))]
            if not unknown:
                raise
            raise NotFound(f"{error.detail} Nothing here speaks of {', '.join(unknown)}.") from error

    @cached_property
    def _reasons(self) -> Reasons:
        return Reasons(self.sparql, self.snapshot)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The classes and properties that the graph uses."""
        return Vocabulary(self.sparql, self.search)

    def silent_mistakes(self, text: str, language: str = "en") -> list[Mistake]:
        """The mistakes that no parser finds (see `sparql.mistakes.silent`), for a reader of a language. Raises the engine's errors."""
        return silent(text, self.vocabulary, language, plain=not self.union)

    @cached_property
    def reifies(self) -> bool:
        """Whether the graph has statements about statements (RDF 1.2)."""
        return bool(self.sparql(Query(f"ASK {{ ?statement <{RDF}reifies> ?triple }}")))

    def labels(self, things: Sequence[AnyTerm | None], language: str = "en") -> dict[str, Literal]:
        """IRI -> the label to show, by the properties and languages of `rdf.labels`."""
        return {iri: min(names, key=lambda name: distance(name.language, language)) for iri, names in self.names(things).items()}

    def names(self, things: Sequence[AnyTerm | None]) -> dict[str, list[Literal]]:
        """IRI -> all labels in any language, in the order of the properties of `rdf.labels`; things without one are missing."""
        iris = {part.value for thing in things for part in terms.parts(thing) if isinstance(part, NamedNode)}
        found: dict[str, list[tuple[int, str, Literal]]] = {}
        if iris:
            text = _LABELS.format(things=" ".join(terms.write(NamedNode(iri)) for iri in sorted(iris)))
            for thing, label, property in self.sparql(Query(text)).rows():
                if isinstance(thing, NamedNode) and isinstance(label, Literal) and isinstance(property, NamedNode):
                    found.setdefault(thing.value, []).append((PLACES.get(property.value, len(PLACES)), str(label), label))
        return {iri: [label for *_, label in sorted(names, key=lambda name: name[:2])] for iri, names in found.items()}

    def dump(self, name: str) -> Dump:
        """A dump of the dataset, by file name. Raises NotFound."""
        for dump in self.snapshot.files:
            if dump.path.name == name:
                return dump
        if name in self.snapshot.left_out:
            raise NotFound(f"There is no {name}: {self.snapshot.left_out[name]}")
        raise NotFound(f"There is no download {name!r}. Downloads: {', '.join(dump.path.name for dump in self.snapshot.dumps)}.")
