"""Short names of IRIs: by the usual prefixes, and by those of the graph that this process works on.

A process builds or serves one graph, and writes an IRI the same way in every message, page and file: so the prefixes are told here once
(`adopt`), when it is known which graph that is. A prefix that everybody uses keeps its usual meaning.
"""

from collections.abc import Mapping

from graph_service.rdf.namespaces import (
    DCAT,
    DCTERMS,
    FOAF,
    OA,
    OWL,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SD,
    SHACL,
    SKOS,
    SPDX,
    SPEX,
    VIEW,
    VOID,
    VOID_EXT,
    XSD,
)
from graph_service.text.memo import remembered

#: The prefixes of vocabularies that many use, the service itself among them.
USUAL: Mapping[str, str] = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "oa": OA,
    "foaf": FOAF,
    "prov": PROV,
    "schema": SCHEMA,
    "dcat": DCAT,
    "sd": SD,
    "sh": SHACL,
    "spdx": SPDX,
    "spex": SPEX,
    "void": VOID,
    "void-ext": VOID_EXT,
    "vann": "http://purl.org/vocab/vann/",
    "view": VIEW,
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
}

#: What a name in short must not have behind its prefix: it would be no name of one thing in a namespace.
_NO_NAME = frozenset("/#")


class _Known:
    """The prefixes of a graph beside the usual ones."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self.all = {**USUAL, **{prefix: iri for prefix, iri in own.items() if prefix and iri and prefix not in USUAL}}
        first: dict[str, str] = {}
        for prefix, iri in self.all.items():
            first.setdefault(iri, prefix)
        #: One of each namespace.
        self.written = {prefix: iri for iri, prefix in first.items()}
        #: The longest first: of `http://example.org/` and `http://example.org/menu/` the second says more.
        self._spaces = sorted(first.items(), key=lambda pair: (-len(pair[0]), pair[1]))
        self.short = remembered(2**14)(self._short)

    def _short(self, iri: str) -> str:
        for space, prefix in self._spaces:
            if iri.startswith(space):
                name = iri[len(space) :]
                return iri if set(name) & _NO_NAME else f"{prefix}:{name}"
        return iri


_known = _Known({})


def adopt(own: Mapping[str, str]) -> None:
    """Know the prefixes of a graph (prefix -> namespace) beside the usual ones, and those of no other graph any more.

    Of two prefixes of one namespace the first is written, and both are read.
    """
    global _known
    _known = _Known(own)


def prefixes() -> Mapping[str, str]:
    """All prefixes that are read: prefix -> namespace."""
    return _known.all


def written() -> Mapping[str, str]:
    """The prefixes that are written, one for each namespace: prefix -> namespace."""
    return _known.written


def curie(iri: str) -> str:
    """The shortest name of an IRI: `skos:Concept`, `place:CRI`, or the IRI itself where no prefix fits."""
    return _known.short(iri)
