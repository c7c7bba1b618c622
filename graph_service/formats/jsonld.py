"""Compact JSON-LD 1.1: rewrites the engine's flat, expanded documents with the short names of a context.

It implements what such documents and the service's contexts need of the compaction algorithm (JSON-LD 1.1 API, section 5.1): terms with IRI
values, datatypes or language maps; prefixes; sets. A value that does not fit a term is written under the property's IRI, so that nothing is
lost; if an IRI would be read as a CURIE because its scheme is a prefix of the context, the document disables that prefix. Tests expand the
output with another implementation.
"""

from collections.abc import Mapping
from typing import Any

from graph_service.rdf.namespaces import RDF

_TYPE = RDF + "type"


class Compactor:
    """Compacts documents with a context; `address` is the context's URL."""

    def __init__(self, context: Mapping[str, Any], address: str) -> None:
        self._address = address
        self._prefixes = {iri: name for name, iri in context.items() if isinstance(iri, str) and iri.endswith(("/", "#"))}
        self._longest = sorted(self._prefixes, key=len, reverse=True)
        self._terms = {self._expanded(term["@id"], context): (name, term) for name, term in context.items() if isinstance(term, dict)}
        self._context = context
        #: A term that maps to a text with such an end is a prefix (section 4.1.2, step 14.2.5 of Create Term Definition).
        self._read_as_prefixes = {name for name, iri in context.items() if isinstance(iri, str) and iri.endswith(tuple(":/?#[]@"))}
        self._confused: set[str] = set()

    def compact(self, nodes: list[dict[str, Any]]) -> dict[str, Any]:
        """The document of these nodes, as `@graph`; objects with the same `@id` are merged."""
        written = self._nodes(nodes)
        if not self._confused:
            return {"@context": self._address, "@graph": written}
        # An IRI such as <person:alice> would be read as a CURIE (section 5.6.3, "IRI confused with prefix").
        self._longest = [space for space in self._longest if self._prefixes[space] not in self._confused]
        return {"@context": [self._address, dict.fromkeys(sorted(self._confused))], "@graph": self._nodes(nodes)}

    def _nodes(self, nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for node in nodes:
            self._merge(found.setdefault(node["@id"], {}), node)
        return list(found.values())

    def _merge(self, written: dict[str, Any], node: Mapping[str, Any]) -> None:
        for key, values in node.items():
            if key == "@id":
                written["id"] = self._curie(values)
            elif key == "@type":
                written.setdefault("type", []).extend(self._word(iri) for iri in values)
            elif key == _TYPE and all(set(value) == {"@id"} for value in values):
                written.setdefault("type", []).extend(self._word(value["@id"]) for value in values)
            elif key == "@graph":
                written.setdefault("@graph", []).extend(self._nodes(values))
            else:
                for value in values:
                    self._add(written, key, value)

    def _add(self, written: dict[str, Any], property: str, value: Mapping[str, Any]) -> None:
        name, term = self._terms.get(property, ("", {}))
        kind = term.get("@type")
        if "@language" in term.get("@container", ()):
            if "@language" in value and "@direction" not in value:
                written.setdefault(name, {}).setdefault(value["@language"], []).append(value["@value"])
                return
        elif term and kind == "@id":
            if set(value) == {"@id"}:
                written.setdefault(name, []).append(self._curie(value["@id"]))
                return
        elif term and kind is not None:
            if value.get("@type") == self._expanded(kind, self._context) and isinstance(value["@value"], str):
                written.setdefault(name, []).append(value["@value"])
                return
        elif term:
            written.setdefault(name, []).append(self._value(value))
            return
        written.setdefault(self._curie(property), []).append(self._value(value))

    def _value(self, value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever JSON-LD has for a value
        if "@id" in value:
            return {"id": self._curie(value["@id"])}
        if "@list" in value:
            return {"@list": [self._value(item) for item in value["@list"]]}
        if set(value) == {"@value"}:
            return value["@value"]
        return {("type" if key == "@type" else key): (self._word(item) if key == "@type" else item) for key, item in value.items()}

    def _word(self, iri: str) -> str:
        """An IRI in a position where the context's terms apply: a class or a datatype."""
        name, term = self._terms.get(iri, ("", {}))
        return name if term and set(term) == {"@id"} else self._curie(iri)

    def _curie(self, iri: str) -> str:
        """An IRI in a position where only prefixes apply."""
        for space in self._longest:
            if iri.startswith(space) and not iri[len(space) :].startswith("//"):
                return f"{self._prefixes[space]}:{iri[len(space) :]}"
        scheme, _, rest = iri.partition(":")
        if scheme in self._read_as_prefixes and not rest.startswith("//"):
            self._confused.add(scheme)
        return iri

    @staticmethod
    def _expanded(iri: str, context: Mapping[str, Any]) -> str:
        prefix, colon, local = iri.partition(":")
        space = context.get(prefix)
        return space + local if colon and isinstance(space, str) and not local.startswith("//") else iri
