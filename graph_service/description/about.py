"""What the makers of a graph say about it: title, licence, creators, rights, how to cite it."""

from collections.abc import Iterable

from graph_service.rdf.labels import distance
from graph_service.rdf.namespaces import DCTERMS
from graph_service.rdf.terms import Literal, NamedNode, Triple


class About:
    """The dataset's own values in a description, by property."""

    def __init__(self, description: Iterable[Triple], dataset: str) -> None:
        """`dataset` is the IRI of the dataset."""
        self._iris: dict[str, list[str]] = {}
        self._texts: dict[str, list[Literal]] = {}
        said = (triple for triple in description if triple.subject == NamedNode(dataset))
        for triple in sorted(said, key=str):
            property, value = triple.predicate.value, triple.object
            if isinstance(value, NamedNode):
                self._iris.setdefault(property, []).append(value.value)
            elif isinstance(value, Literal):
                self._texts.setdefault(property, []).append(value)

    def iris(self, property: str) -> list[str]:
        """The IRIs that are values of a property, sorted."""
        return self._iris.get(property, [])

    def literals(self, property: str) -> list[Literal]:
        """The texts that are values of a property, sorted."""
        return self._texts.get(property, [])

    def texts(self, property: str) -> dict[str, str]:
        """Language -> the first text of a property in it; "" without a language."""
        return {text.language or "": text.value for text in reversed(self.literals(property))}

    def text(self, property: str, language: str) -> Literal | None:
        """The text of a property in the language closest to the given one, or None."""
        return min(self.literals(property), key=lambda text: (distance(text.language, language), text.language or ""), default=None)

    def title(self, language: str) -> Literal:
        """The title in the language closest to the given one; an empty text if there is none."""
        return self.text(DCTERMS + "title", language) or Literal("")
