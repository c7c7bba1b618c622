"""Which classes and properties of a graph the service has a use for, beyond what standards say: `view:as` (docs/presentation.md).

A graph says it in its presentation or in a file of its ontology, of a node with `sh:path`, `sh:targetClass` or `sh:hasValue`, so that
nothing is said there of the terms themselves. Where it says nothing, a role has its own name: `view:evidence`.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from graph_service.rdf import terms
from graph_service.rdf.namespaces import DCAT, PROV, SCHEMA, SHACL, SKOS, VIEW
from graph_service.rdf.terms import AnyTerm, NamedNode, Triple

_AS = VIEW + "as"
_WHAT = frozenset(SHACL + name for name in ("path", "targetClass", "hasValue"))


class Role(StrEnum):
    """What a class, a property or a concept is for."""

    # Classes.
    PASSAGE = "Passage"
    RECORD = "Record"
    DOCUMENT = "Document"
    # Properties: where statements come from.
    EVIDENCE = "evidence"
    QUOTED_FROM = "quotedFrom"
    TEXT_LENGTH = "textLength"
    TEXT_HASH = "textHash"
    NORMALISED_TEXT_HASH = "normalisedTextHash"
    RIGHTS = "rights"
    # What things are found by.
    CODE = "code"
    OTHER_NAME = "otherName"
    DEFINITION = "definition"
    WORDS = "words"
    # Places and times.
    COUNTRY_CODE = "countryCode"
    WITHIN = "within"
    START = "start"
    END = "end"
    # What a thing that is itself a fact comes to.
    QUALIFIER = "qualifier"
    VALUE_TEXT = "valueText"
    UNIT_TEXT = "unitText"
    BOUND = "bound"
    CURRENCY = "currency"
    VALUE = "value"
    DATE_TEXT = "dateText"
    DATE = "date"
    AS_OF = "asOf"


#: All terms of `view:`: those above, and those that tell of lists and of groups of facts.
TERMS = frozenset(
    VIEW + name
    for name in (
        *("as", *Role),
        *(
            "List",
            "Subject",
            "name",
            "without",
            "pattern",
            "trait",
            "featured",
            "menu",
            "formerly",
            "column",
            "facet",
            "count",
            "toldBy",
            "toldOf",
        ),
        *("drawn", "locating", "named", "opensWith", "relating", "repeats", "summary", "summing"),
    )
)

#: What standards say has the role, where a graph does not.
_USUAL: Mapping[str, Sequence[str]] = {
    Role.QUOTED_FROM: (PROV + "wasQuotedFrom",),
    Role.CODE: (SKOS + "notation",),
    Role.OTHER_NAME: (SKOS + "altLabel",),
    Role.START: (DCAT + "startDate", SCHEMA + "startDate", PROV + "startedAtTime"),
    Role.END: (DCAT + "endDate", SCHEMA + "endDate", PROV + "endedAtTime"),
}


class Roles:
    """What has which role in one graph."""

    def __init__(self, said: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        """`said`: role -> IRIs, as the graph says, or as `write` gives them."""
        self._said = said

    @classmethod
    def read(cls, triples: Iterable[Triple]) -> "Roles":
        """The roles that some triples tell."""
        roles: dict[AnyTerm, list[str]] = {}
        what: dict[AnyTerm, list[str]] = {}
        for triple in triples:
            if isinstance(triple.object, NamedNode):
                if triple.predicate.value == _AS:
                    roles.setdefault(triple.subject, []).append(triple.object.value.removeprefix(VIEW))
                elif triple.predicate.value in _WHAT:
                    what.setdefault(triple.subject, []).append(triple.object.value)
        said: dict[str, list[str]] = {}
        for node, names in roles.items():
            for name in names:
                said.setdefault(name, []).extend(what.get(node, ()))
        return cls({role: sorted(set(iris)) for role, iris in sorted(said.items()) if iris})

    def write(self) -> dict[str, list[str]]:
        """What was said, for a manifest."""
        return {role: list(iris) for role, iris in self._said.items()}

    def of(self, role: Role) -> Sequence[str]:
        """The IRIs of what has a role: of one at least."""
        return self._said.get(role) or _USUAL.get(role) or (VIEW + role,)

    def node(self, role: Role) -> NamedNode:
        """The first of them."""
        return NamedNode(self.of(role)[0])

    def path(self, role: Role) -> str:
        """A property path of SPARQL by any of them; of a class the class."""
        return "|".join(terms.write(NamedNode(iri)) for iri in self.of(role))

    @property
    def paths(self) -> dict[str, str]:
        """The paths of all roles by their names in small letters, for `str.format`: `{evidence}`, `{quoted_from}`."""
        return {role.name.lower(): self.path(role) for role in Role}
