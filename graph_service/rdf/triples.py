"""Saying things in triples: a set of them that is easy to add to."""

from collections import defaultdict
from collections.abc import Iterable

from graph_service.rdf.namespaces import RDF, XSD
from graph_service.rdf.space import Space
from graph_service.rdf.terms import AnyTerm, Literal, NamedNode, Triple


class Triples(set[Triple]):
    """Triples, each once, said one subject and property at a time."""

    def say(self, subject: str, predicate: str, *objects: AnyTerm | str) -> None:
        """That a subject (an IRI) has the objects for a property; an object that is a string is an IRI."""
        for object_ in objects:
            self.add(Triple(NamedNode(subject), NamedNode(predicate), NamedNode(object_) if isinstance(object_, str) else object_))

    def a(self, subject: str, *classes: str) -> None:
        """That a subject is of some classes (IRIs)."""
        self.say(subject, RDF + "type", *classes)

    def texts(self, subject: str, predicate: str, texts: dict[str, str]) -> None:
        """That a subject has texts, by language tag."""
        self.say(subject, predicate, *(Literal(text, language=language) for language, text in texts.items()))


class Description(Triples):
    """What is said of a dataset and of what belongs to it, which have their names in its space."""

    def __init__(self, space: Space, triples: Iterable[Triple] = ()) -> None:
        super().__init__(triples)
        self.space = space
        #: What is said of the dataset itself, which is asked for again and again where there are hundreds of thousands of triples.
        self._of_dataset: dict[str, dict[AnyTerm, None]] = defaultdict(dict)
        for triple in self:
            if triple.subject == NamedNode(space.dataset):
                self._of_dataset[triple.predicate.value][triple.object] = None

    def say(self, subject: str, predicate: str, *objects: AnyTerm | str) -> None:
        """That a subject (an IRI) has the objects for a property; an object that is a string is an IRI."""
        super().say(subject, predicate, *objects)
        if subject == self.space.dataset:
            self._of_dataset[predicate].update((NamedNode(o) if isinstance(o, str) else o, None) for o in objects)

    def of_dataset(self, property: str) -> list[AnyTerm]:
        """The values of a property of the dataset."""
        return list(self._of_dataset.get(property, ()))


def number(value: int) -> Literal:
    """A whole number, xsd:integer."""
    return Literal(str(value), datatype=NamedNode(XSD + "integer"))


def moment(text: str) -> Literal:
    """A date and time as ISO 8601 writes it, xsd:dateTime."""
    return Literal(text, datatype=NamedNode(XSD + "dateTime"))


def any_uri(text: str) -> Literal:
    """An IRI as a value, xsd:anyURI."""
    return Literal(text, datatype=NamedNode(XSD + "anyURI"))
