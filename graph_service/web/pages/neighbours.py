"""The things before and after one in the list of its kind, by name."""

from functools import lru_cache

from graph_service.rdf.terms import NamedNode
from graph_service.service.service import Service
from graph_service.snapshot.lists import ListedKind
from graph_service.web.display.cells import Cell, cell
from graph_service.web.http.languages import language_of_names
from graph_service.web.pages.listed_kinds import kinds_of
from graph_service.web.pages.listing import Listing, ListRequest

#: In longer lists nobody goes from one to the next.
_LONGEST = 1000


def neighbours(service: Service, kind: ListedKind | None, iri: str) -> tuple[Cell | None, Cell | None]:
    """The thing before and the thing after one; None at the ends, and both None in a very long list."""
    order = _order(service, kind.name, language_of_names()) if kind is not None else ()
    if iri not in order:
        return None, None
    at = order.index(iri)
    around = [NamedNode(other) for other in (*order[max(at - 1, 0) : at], *order[at + 1 : at + 2])]
    labels = service.labels(around, language_of_names())
    before = cell(NamedNode(order[at - 1]), labels) if at else None
    after = cell(NamedNode(order[at + 1]), labels) if at + 1 < len(order) else None
    return before, after


@lru_cache(maxsize=64)
def _order(service: Service, name: str, language: str) -> tuple[str, ...]:
    kind = kinds_of(service).named(name)
    if kind is None:
        return ()
    found = Listing(service, kind, ListRequest({}), language).in_order(_LONGEST + 1)
    return found if len(found) <= _LONGEST else ()
