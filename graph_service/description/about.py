"""What the makers of a graph say of it as a whole: its title, licence, creators, rights, how to cite it."""

from collections.abc import Iterable

from graph_service.rdf.labels import distance
from graph_service.rdf.namespaces import DCTERMS
from graph_service.rdf.terms import Literal, NamedNode, Triple


class About:
    """What a description says of the dataset, by property."""

    def __init__(self, description: Iterable[Triple], dataset: str) -> None:
        """`dataset` is the IRI of the dataset that is told of."""
        self._iris: dict[str, list[str]] = {}
        self._texts: dict[str, dict[str, str]] = {}
        said = (triple for triple in description if triple.subject == NamedNode(dataset))
        for triple in sorted(said, key=str):
            property, value = triple.predicate.value, triple.object
            if isinstance(value, NamedNode):
                self._iris.setdefault(property, []).append(value.value)
            elif isinstance(value, Literal):
                self._texts.setdefault(property, {}).setdefault(value.language or "", value.value)

    def iris(self, property: str) -> list[str]:
        """The IRIs that are its values of a property, sorted."""
        return self._iris.get(property, [])

    def texts(self, property: str) -> dict[str, str]:
        """Language -> its text by a property; the language is "" where none is said."""
        return self._texts.get(property, {})

    def text(self, property: str, language: str) -> Literal | None:
        """Its text by a property, in the language nearest to the one given; None where there is none."""
        texts = self.texts(property)
        if not texts:
            return None
        tag = min(texts, key=lambda tag: (distance(tag, language), tag))
        return Literal(texts[tag], language=tag) if tag else Literal(texts[tag])

    def title(self, language: str) -> Literal:
        """What it is called, in the language nearest to the one given; an empty text where it has no title."""
        return self.text(DCTERMS + "title", language) or Literal("")
