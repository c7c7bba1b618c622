"""The kinds of things with lists: those that the graph defines (`snapshot.lists`), else its classes in use."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache

from graph_service.service.service import Service
from graph_service.snapshot.lists import ListedKind, read_lists
from graph_service.web.pages.kinds_in_use import kinds_in_use, traits_in_use
from graph_service.web.pages.presentation import presentation_of


class Kinds:
    """The kinds of a service's graph, in order."""

    def __init__(self, service: Service) -> None:
        self._service = service
        said, _ = read_lists(presentation_of(service).description)
        #: Whether the graph defines them; else they are its classes in use.
        self.are_said = bool(said)
        self._kinds = {kind.name: kind for kind in said or kinds_in_use(service)}

    def __iter__(self) -> Iterator[ListedKind]:
        """All kinds; classes in use without their traits, which take a query each."""
        return iter(self._kinds.values())

    def named(self, name: str) -> ListedKind | None:
        """The kind of that name, with its traits."""
        kind = self._kinds.get(name)
        if kind is not None and not self.are_said and not kind.traits:
            kind = self._kinds[name] = replace(kind, traits=traits_in_use(self._service, kind))
        return kind

    def of(self, classes: Collection[str]) -> ListedKind | None:
        """The first kind for these classes (IRIs); among classes in use the smallest."""
        fitting = [kind for kind in self if set(kind.classes) & set(classes) and not set(kind.without) & set(classes)]
        return next(iter(fitting if self.are_said else reversed(fitting)), None)


@lru_cache(maxsize=2)
def kinds_of(service: Service) -> Kinds:
    """The kinds of a service's graph, cached."""
    return Kinds(service)
