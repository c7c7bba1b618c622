"""Prefixes and CURIEs: the usual prefixes, and those of the graph that this process works on.

A process builds or serves one graph, and abbreviates an IRI in the same way in every message, page and file: so the prefixes are set once
(`adopt`), when the graph is known. A usual prefix cannot be redefined.
"""

from collections.abc import Mapping

from graph_service.rdf.namespaces import USUAL
from graph_service.text.memo import remembered

#: Characters that the local part of a CURIE must not have: it would not name one thing in a namespace.
_NO_NAME = frozenset("/#")


class _Known:
    """A graph's prefixes together with the usual ones."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self.all = {**USUAL, **{prefix: iri for prefix, iri in own.items() if prefix and iri and prefix not in USUAL}}
        first: dict[str, str] = {}
        for prefix, iri in self.all.items():
            first.setdefault(iri, prefix)
        #: One prefix for each namespace.
        self.written = {prefix: iri for iri, prefix in first.items()}
        #: Longest first: `http://example.org/menu/` is more specific than `http://example.org/`.
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
    """Set the graph's prefixes (prefix -> namespace) beside the usual ones, replacing another graph's.

    Of two prefixes of one namespace the first is used in output; both are parsed.
    """
    global _known
    _known = _Known(own)


def prefixes() -> Mapping[str, str]:
    """All prefixes that are parsed: prefix -> namespace."""
    return _known.all


def written() -> Mapping[str, str]:
    """The prefixes used in output, one for each namespace: prefix -> namespace."""
    return _known.written


def curie(iri: str) -> str:
    """The CURIE of an IRI (`skos:Concept`, `place:CRI`), or the IRI itself if no prefix fits."""
    return _known.short(iri)
