"""Roles: which classes and properties of a graph play a part in the service (evidence, place, code, …), declared by `view:as`
(docs/presentation.md).

A graph declares a role in its presentation or its ontology, on a node with `sh:path`, `sh:targetClass` or `sh:hasValue`, so that nothing is
added to the terms themselves. By default a role is played by the term of its name: `view:evidence`.
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
    """The roles of classes, properties and concepts."""

    # Classes.
    PASSAGE = "Passage"
    RECORD = "Record"
    DOCUMENT = "Document"
    # Properties: the source of statements.
    EVIDENCE = "evidence"
    QUOTED_FROM = "quotedFrom"
    TEXT_LENGTH = "textLength"
    TEXT_HASH = "textHash"
    NORMALISED_TEXT_HASH = "normalisedTextHash"
    RIGHTS = "rights"
    # Names and codes for searching.
    CODE = "code"
    OTHER_NAME = "otherName"
    DEFINITION = "definition"
    WORDS = "words"
    SAID_BY = "saidBy"
    # Places and times.
    COUNTRY_CODE = "countryCode"
    WITHIN = "within"
    START = "start"
    END = "end"
    # Values of a thing that is itself a fact.
    QUALIFIER = "qualifier"
    VALUE_TEXT = "valueText"
    UNIT_TEXT = "unitText"
    BOUND = "bound"
    CURRENCY = "currency"
    VALUE = "value"
    DATE_TEXT = "dateText"
    DATE = "date"
    AS_OF = "asOf"


#: All terms of `view:`: the roles, and those that describe lists, leads and groups of facts.
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
        *("Lead", "sentence", "called", "Expectation"),
        *("besideName", "brief", "drawn", "folded", "locating", "named", "opensWith", "relating", "repeats", "summary", "summing"),
    )
)

#: Terms of standard vocabularies that have a role by default.
_USUAL: Mapping[str, Sequence[str]] = {
    Role.QUOTED_FROM: (PROV + "wasQuotedFrom",),
    Role.CODE: (SKOS + "notation",),
    Role.OTHER_NAME: (SKOS + "altLabel",),
    Role.START: (DCAT + "startDate", SCHEMA + "startDate", PROV + "startedAtTime"),
    Role.END: (DCAT + "endDate", SCHEMA + "endDate", PROV + "endedAtTime"),
}


class Roles:
    """The terms with each role in one graph."""

    def __init__(self, said: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        """`said`: role -> IRIs, as the graph declares or as `write` returns."""
        self._said = said

    @classmethod
    def read(cls, triples: Iterable[Triple]) -> "Roles":
        """Read the roles that triples declare."""
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
        """The declared roles, for a manifest."""
        return {role: list(iris) for role, iris in self._said.items()}

    def of(self, role: Role) -> Sequence[str]:
        """The IRIs with a role: at least one."""
        return self._said.get(role) or _USUAL.get(role) or (VIEW + role,)

    def node(self, role: Role) -> NamedNode:
        """The first term with a role."""
        return NamedNode(self.of(role)[0])

    def path(self, role: Role) -> str:
        """A SPARQL property path over all terms with a role; for a class the class."""
        return "|".join(terms.write(NamedNode(iri)) for iri in self.of(role))

    @property
    def paths(self) -> dict[str, str]:
        """The paths of all roles by lower-case name, for `str.format`: `{evidence}`, `{quoted_from}`."""
        return {role.name.lower(): self.path(role) for role in Role}
