"""Building triples: sets of triples that are easy to add to."""

from collections import defaultdict
from collections.abc import Iterable

from graph_service.rdf.namespaces import RDF, XSD
from graph_service.rdf.space import Space
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode, Triple


class Triples(set[Triple]):
    """A set of triples, to which one subject and property at a time is added."""

    def say(self, subject: str, predicate: str, *objects: AnyTerm | str) -> None:
        """Add a triple for each object; the subject is an IRI, and so is an object that is a string."""
        for object_ in objects:
            self.add(Triple(NamedNode(subject), NamedNode(predicate), NamedNode(object_) if isinstance(object_, str) else object_))

    def a(self, subject: str, *classes: str) -> None:
        """Add the classes (IRIs) of a subject."""
        self.say(subject, RDF + "type", *classes)

    def texts(self, subject: str, predicate: str, texts: dict[str, str]) -> None:
        """Add texts by language tag."""
        self.say(subject, predicate, *(Literal(text, language=language) for language, text in texts.items()))


class Description(Triples):
    """The description of a dataset and of what belongs to it, with the IRIs of its space."""

    def __init__(self, space: Space, triples: Iterable[Triple] = ()) -> None:
        super().__init__(triples)
        self.space = space
        #: Index of the dataset's own values, which are looked up often among hundreds of thousands of triples.
        self._of_dataset: dict[str, dict[AnyTerm, None]] = defaultdict(dict)
        for triple in self:
            if triple.subject == NamedNode(space.dataset):
                self._of_dataset[triple.predicate.value][triple.object] = None

    def say(self, subject: str, predicate: str, *objects: AnyTerm | str) -> None:
        """Add a triple for each object; the subject is an IRI, and so is an object that is a string."""
        super().say(subject, predicate, *objects)
        if subject == self.space.dataset:
            self._of_dataset[predicate].update((NamedNode(o) if isinstance(o, str) else o, None) for o in objects)

    def of_dataset(self, property: str) -> list[AnyTerm]:
        """The dataset's values of a property."""
        return list(self._of_dataset.get(property, ()))


def number(value: int) -> Literal:
    """An integer, xsd:integer."""
    return Literal(str(value), datatype=NamedNode(XSD + "integer"))


def moment(text: str) -> Literal:
    """A date and time in ISO 8601, xsd:dateTime."""
    return Literal(text, datatype=NamedNode(XSD + "dateTime"))


def any_uri(text: str) -> Literal:
    """An IRI as a literal, xsd:anyURI."""
    return Literal(text, datatype=NamedNode(XSD + "anyURI"))
