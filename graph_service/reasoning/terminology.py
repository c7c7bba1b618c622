"""The terminology of an ontology: an index of its classes, properties and axioms."""

from collections.abc import Iterable
from functools import cache

import pyoxigraph as ox

from graph_service.rdf.namespaces import OWL, RDF, RDFS, XSD
from graph_service.rdf.prefixes import curie

Node = ox.NamedNode | ox.BlankNode
Value = Node | ox.Literal | ox.Triple


@cache
def owl(name: str) -> ox.NamedNode:
    """A term of OWL."""
    return ox.NamedNode(OWL + name)


@cache
def rdfs(name: str) -> ox.NamedNode:
    """A term of RDF Schema."""
    return ox.NamedNode(RDFS + name)


TYPE = ox.NamedNode(RDF + "type")
SAME_AS = owl("sameAs")
DIFFERENT_FROM = owl("differentFrom")
FIRST, REST, NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))
SUB_CLASS, SUB_PROPERTY, DOMAIN, RANGE = (rdfs(name) for name in ("subClassOf", "subPropertyOf", "domain", "range"))
ON_PROPERTY, THING, NOTHING = (owl(name) for name in ("onProperty", "Thing", "Nothing"))

#: Properties that the rules themselves use: no axioms can be stated about them.
PROPERTIES_OF_THE_LANGUAGE = frozenset({TYPE, FIRST, REST, SUB_CLASS, SUB_PROPERTY, DOMAIN, RANGE})

#: Types that declare a term and have no consequences for instances.
DECLARATIONS = frozenset(
    {
        *(owl(name) for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Ontology", "Restriction")),
        *(owl(name) for name in ("Axiom", "Annotation", "DeprecatedClass", "DeprecatedProperty", "OntologyProperty", "DataRange")),
        *(rdfs("Class"), rdfs("Datatype"), ox.NamedNode(RDF + "Property")),
    }
)

#: Properties of ontologies, terms and axioms without consequences.
_ANNOTATIONS = frozenset(
    owl(name)
    for name in (
        *("versionInfo", "versionIRI", "priorVersion", "backwardCompatibleWith", "incompatibleWith", "deprecated", "imports"),
        *("annotatedSource", "annotatedProperty", "annotatedTarget"),
    )
)

#: OWL's terms for individuals: facts, not axioms.
_FACTS = frozenset({SAME_AS, DIFFERENT_FROM, THING, NOTHING, owl("NamedIndividual")})

#: Properties of OWL that state no axiom.
_NO_AXIOMS = _FACTS | _ANNOTATIONS

#: Datatypes beside those of XML Schema (OWL 2 Syntax, section 4).
_DATATYPES = frozenset(
    {RDFS + "Literal", OWL + "real", OWL + "rational", *(RDF + name for name in ("langString", "PlainLiteral", "XMLLiteral", "HTML"))}
)

#: The most members of a list that are shown.
_SHOWN = 12


class Terminology:
    """An index of an ontology's triples."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples = set(triples)
        self._objects: dict[tuple[object, ox.NamedNode], list[Value]] = {}
        self._pairs: dict[ox.NamedNode, list[tuple[Node, Value]]] = {}
        self._about: dict[object, list[ox.Triple]] = {}
        for t in sorted(self.triples, key=str):
            assert isinstance(t.subject, Node)
            self._objects.setdefault((t.subject, t.predicate), []).append(t.object)
            self._pairs.setdefault(t.predicate, []).append((t.subject, t.object))
            self._about.setdefault(t.subject, []).append(t)

    def pairs(self, predicate: ox.NamedNode) -> list[tuple[Node, Value]]:
        """Subject and object of each triple with a predicate."""
        return self._pairs.get(predicate, [])

    def objects(self, subject: object, predicate: ox.NamedNode) -> list[Value]:
        """The objects of a subject's triples with a predicate."""
        return self._objects.get((subject, predicate), [])

    def about(self, subject: object) -> list[ox.Triple]:
        """The triples of a subject."""
        return self._about.get(subject, [])

    def instances(self, kind: str) -> list[Node]:
        """The instances of a class of OWL, by its local name."""
        wanted = owl(kind)
        return [s for s, o in self.pairs(TYPE) if o == wanted]

    def members(self, head: object) -> list[Value]:
        """The members of a list, up to a break (see `break_of`)."""
        return self._followed(head)[0]

    def break_of(self, head: object) -> object | None:
        """The node where a list is broken or cyclic; None for a complete one."""
        return self._followed(head)[1]

    def _followed(self, head: object) -> tuple[list[Value], object | None]:
        found: list[Value] = []
        while head != NIL:
            first, rest = self.objects(head, FIRST), self.objects(head, REST)
            if len(first) != 1 or len(rest) != 1 or len(found) > len(self.triples):
                return found, head
            found.append(first[0])
            head = rest[0]
        return found, None

    def inverse_of(self, link: Value) -> list[Value]:
        """What an unnamed property is the inverse of; empty for a named one."""
        return self.objects(link, owl("inverseOf")) if isinstance(link, ox.BlankNode) else []

    def property_of(self, link: Value) -> ox.NamedNode | None:
        """The property of a chain's link, a restriction or an axiom, which may be an inverse; None if it has no rules."""
        inverses = self.inverse_of(link)
        forward = inverses[0] if len(inverses) == 1 else link
        if not isinstance(forward, ox.NamedNode) or forward.value.startswith(OWL) or forward in PROPERTIES_OF_THE_LANGUAGE:
            return None
        return forward


def is_terminology(triple: ox.Triple) -> bool:
    """Whether a triple of an ontology is part of an axiom or a declaration, and not a fact."""
    if triple.predicate == TYPE:
        kind = triple.object
        return kind in DECLARATIONS or (isinstance(kind, ox.NamedNode) and kind.value.startswith(OWL) and kind not in _FACTS)
    if triple.predicate.value.startswith(OWL):
        return triple.predicate not in _NO_AXIOMS
    return triple.predicate in {SUB_CLASS, SUB_PROPERTY, DOMAIN, RANGE, FIRST, REST}


def members_of_unnamed(ontology: Iterable[ox.Triple], terminology: Iterable[ox.Triple]) -> list[ox.Triple]:
    """An ontology's facts about members of its unnamed classes."""
    described = {triple.subject for triple in terminology if isinstance(triple.subject, ox.BlankNode)}
    return [t for t in ontology if t.predicate == TYPE and isinstance(t.object, ox.BlankNode) and t.object in described]


def terminology_of(ontology: Iterable[ox.Triple]) -> set[ox.Triple]:
    """The axioms and declarations of an ontology."""
    return set(filter(is_terminology, ontology))


def described(ontology: Terminology, node: Value, depth: int = 3) -> str:
    """A term for people; an unnamed class or a list by its parts."""
    if not isinstance(node, ox.BlankNode) or not depth:
        return show(node)
    if ontology.objects(node, FIRST):
        first, more = (members := ontology.members(node))[:_SHOWN], members[_SHOWN:]
        return f"( {' '.join(described(ontology, member, depth - 1) for member in first)}{' …' if more else ''} )"
    parts = [t for t in ontology.about(node) if t.predicate != TYPE and t.predicate.value.startswith(OWL)]
    return f"[ {' ; '.join(f'{show(t.predicate)} {described(ontology, t.object, depth - 1)}' for t in parts)} ]" if parts else show(node)


def is_datatype(node: Value) -> bool:
    """Whether a range is a datatype and not a class."""
    return isinstance(node, ox.NamedNode) and (node.value.startswith(XSD) or node.value in _DATATYPES)


def show(node: object) -> str:
    """A term for people."""
    return curie(node.value) if isinstance(node, ox.NamedNode) else "an unnamed class" if isinstance(node, ox.BlankNode) else str(node)
