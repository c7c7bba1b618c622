"""Rules over instances, compiled from an ontology: the OWL 2 RL/RDF rules with the ontology's own terms put in.

The generic rules (OWL 2 Profiles, section 4.3, tables 4 to 8) quantify over axioms; here each axiom becomes a rule of its own, so
that `lc:Project rdfs:subClassOf lc:Undertaking` is the rule "a Project is an Undertaking" and not a join. Every class expression,
named or not, is a class. A rule without a head is a clash: its body must never hold.

What has no rule here is an error that names the axiom, never silently left out. One thing only is left to others: whether a literal
is of the datatype that is a property's range (rules dt-type1 to dt-not-type).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, count

import pyoxigraph as ox

from graph_service.errors import BuildError
from graph_service.words.names import OWL, RDF, RDFS, XSD, curie

Node = ox.NamedNode | ox.BlankNode
Value = Node | ox.Literal | ox.Triple


def _owl(name: str) -> ox.NamedNode:
    return ox.NamedNode(OWL + name)


def _rdfs(name: str) -> ox.NamedNode:
    return ox.NamedNode(RDFS + name)


TYPE = ox.NamedNode(RDF + "type")
SAME_AS = _owl("sameAs")
_DIFFERENT_FROM = _owl("differentFrom")
_FIRST, _REST, _NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))
_SUB_CLASS, _SUB_PROPERTY, _DOMAIN, _RANGE = (_rdfs(name) for name in ("subClassOf", "subPropertyOf", "domain", "range"))
_ON_PROPERTY, _THING, _NOTHING = (_owl(name) for name in ("onProperty", "Thing", "Nothing"))

#: Properties that mean something to the rules themselves: nothing can be said of them.
_PROPERTIES_OF_THE_LANGUAGE = frozenset({TYPE, _FIRST, _REST, _SUB_CLASS, _SUB_PROPERTY, _DOMAIN, _RANGE})

#: Kinds that say what a term is and from which nothing follows for instances.
_DECLARATIONS = frozenset(
    {
        *(_owl(name) for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Ontology", "Restriction")),
        *(_owl(name) for name in ("Axiom", "DeprecatedClass", "DeprecatedProperty")),
        *(_rdfs("Class"), _rdfs("Datatype"), ox.NamedNode(RDF + "Property")),
    }
)

#: Properties of ontologies, terms and axioms, from which nothing follows.
_ANNOTATIONS = frozenset(
    _owl(name)
    for name in (
        *("versionInfo", "versionIRI", "priorVersion", "backwardCompatibleWith", "incompatibleWith", "deprecated", "imports"),
        *("annotatedSource", "annotatedProperty", "annotatedTarget"),
    )
)

#: What the language says of individuals: facts, not axioms.
_FACTS = frozenset({SAME_AS, _DIFFERENT_FROM, _THING, _NOTHING, _owl("NamedIndividual")})


@dataclass(frozen=True)
class Atom:
    """A triple pattern. Strings are variables; the predicate is always a term, and with rdf:type so is the object."""

    subject: Node | ox.Literal | str
    predicate: ox.NamedNode
    object: Value | str

    @property
    def variables(self) -> list[str]:
        """The variables, in order."""
        return [part for part in (self.subject, self.object) if isinstance(part, str)]


@dataclass(frozen=True)
class Rule:
    """If the body holds, so does the head; without a head, the body is a clash.

    `name` is the rule's name in the specification, `axiom` what the ontology says, for people. `different` are two variables that
    must not be the same term; in a clash, they must be two values: things that may turn out to be one are no clash.
    """

    name: str
    axiom: str
    head: Atom | None
    body: tuple[Atom, ...]
    different: tuple[str, str] | None = None


class _Ontology:
    """The triples of an ontology, for looking up."""

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
        return self._pairs.get(predicate, [])

    def objects(self, subject: object, predicate: ox.NamedNode) -> list[Value]:
        return self._objects.get((subject, predicate), [])

    def about(self, subject: object) -> list[ox.Triple]:
        return self._about.get(subject, [])

    def instances(self, kind: str) -> list[Node]:
        return [s for s, o in self.pairs(TYPE) if o == _owl(kind)]

    def members(self, head: object) -> list[Value]:
        found: list[Value] = []
        while head != _NIL:
            first, rest = self.objects(head, _FIRST), self.objects(head, _REST)
            if len(first) != 1 or len(rest) != 1 or len(found) > len(self.triples):
                raise BuildError(f"A list of the ontology is broken at {head}.")
            found.append(first[0])
            head = rest[0]
        return found


def is_terminology(triple: ox.Triple) -> bool:
    """Whether a triple of an ontology is part of an axiom or says that something is a class or property, and is no fact."""
    if triple.predicate == TYPE:
        kind = triple.object
        return kind in _DECLARATIONS or (isinstance(kind, ox.NamedNode) and kind.value.startswith(OWL) and kind not in _FACTS)
    if triple.predicate.value.startswith(OWL):
        return triple.predicate not in _FACTS | _ANNOTATIONS
    return triple.predicate in {_SUB_CLASS, _SUB_PROPERTY, _DOMAIN, _RANGE, _FIRST, _REST}


def compile_rules(terminology: Iterable[ox.Triple], closed: Iterable[ox.Triple]) -> list[Rule]:
    """The rules of an ontology, given its terminology and the closure of that.

    From the closure come the subclass and subproperty relations that do not follow by chaining the stated ones. Raises BuildError
    naming the first axiom for which there is no rule.
    """
    ontology = _Ontology(terminology)
    _refuse_what_has_no_rule(ontology)
    hierarchies = _Ontology(closed)
    rules = [
        *(_class_rule(a, b) for a, b in _hierarchy(ontology, hierarchies, _SUB_CLASS, _owl("equivalentClass"))),
        *(_property_rule(ontology, a, b) for a, b in _hierarchy(ontology, hierarchies, _SUB_PROPERTY, _owl("equivalentProperty"))),
        *_properties(ontology),
        *_expressions(ontology),
        *_disjointness(ontology),
        Rule("cls-nothing2", "owl:Nothing has no members", None, (Atom("x", TYPE, _NOTHING),)),
        Rule("eq-ref, eq-diff1", "nothing differs from itself", None, (Atom("x", _DIFFERENT_FROM, "x"),)),
    ]
    return _without_unnamed_classes(list(dict.fromkeys(map(_said_of_nothing, rules))))


def _said_of_nothing(rule: Rule) -> Rule:
    """A rule that would make something a member of owl:Nothing, as the clash that it is."""
    return replace(rule, head=None) if rule.head is not None and _is_of(rule.head, _NOTHING) else rule


def produces_equality(rules: Iterable[Rule]) -> bool:
    """Whether some rule may find two things to be the same."""
    return any(rule.head is not None and rule.head.predicate == SAME_AS for rule in rules)


def equality(predicates: Iterable[ox.NamedNode], classes: Iterable[Value]) -> Iterator[Rule]:
    """The rules of equality (table 4): symmetric, transitive, and same things have the same properties and classes."""
    same = Atom("x", SAME_AS, "y")
    yield Rule("eq-sym", "owl:sameAs is symmetric", Atom("y", SAME_AS, "x"), (same,))
    yield Rule("eq-trans", "owl:sameAs is transitive", Atom("x", SAME_AS, "z"), (same, Atom("y", SAME_AS, "z")))
    yield Rule("eq-diff1", "owl:sameAs and owl:differentFrom exclude each other", None, (same, Atom("x", _DIFFERENT_FROM, "y")))
    for p in predicates:
        if p not in {SAME_AS, TYPE}:
            yield Rule("eq-rep-s", f"same things have the same {curie(p.value)}", Atom("y", p, "z"), (same, Atom("x", p, "z")))
            yield Rule("eq-rep-o", f"same things have the same {curie(p.value)}", Atom("z", p, "y"), (same, Atom("z", p, "x")))
    for c in classes:
        yield Rule("eq-rep-s", "same things have the same classes", Atom("y", TYPE, c), (same, Atom("x", TYPE, c)))


def _without_unnamed_classes(rules: list[Rule]) -> list[Rule]:
    """The rules with unnamed classes put out of the way, each replaced by what makes a thing belong to it.

    `A ≡ [hasValue p v]` makes `A(x) <- r(x)` and `r(x) <- p(x, v)`; together they are `A(x) <- p(x, v)`, which is what a person
    would say. An unnamed class that is defined by itself has to stay.
    """
    unnamed = {atom.object for rule in rules for atom in (*rule.body, *((rule.head,) if rule.head else ()))}
    for node in sorted((node for node in unnamed if isinstance(node, ox.BlankNode)), key=str):
        makes = [rule for rule in rules if rule.head is not None and _is_of(rule.head, node)]
        needs = [rule for rule in rules if any(_is_of(atom, node) for atom in rule.body)]
        if any(rule in needs for rule in makes):
            continue
        others = [rule for rule in rules if rule not in makes and rule not in needs]
        rules = others + [merged for need in needs for merged in _merged(need, node, makes) if merged.head not in merged.body]
    return list(dict.fromkeys(rules))


def _merged(need: Rule, node: ox.BlankNode, makes: list[Rule]) -> list[Rule]:
    """The rule with its first atom of the class replaced by each body that makes things belong to it, and so on for the next."""
    place = next((n for n, atom in enumerate(need.body) if _is_of(atom, node)), None)
    if place is None:
        return [need]
    found = []
    for make in makes:
        assert make.head is not None
        member, thing = make.head.subject, need.body[place].subject
        fresh: dict[str, Node | ox.Literal | str] = {**_fresh(make, need)}
        names: dict[str, Node | ox.Literal | str] = {}
        same: tuple[Atom, ...] = ()
        if isinstance(member, str):
            fresh[member] = thing
        elif isinstance(thing, str):
            # The class has this one known member (owl:oneOf): the variable stands for it.
            names[thing] = member
        elif thing != member:
            same = (Atom(thing, SAME_AS, member),)
        body = (*(_renamed(atom, fresh) for atom in make.body), *same)
        before, after = (tuple(_renamed(atom, names) for atom in part) for part in (need.body[:place], need.body[place + 1 :]))
        head = need.head and _renamed(need.head, names)
        rule = Rule(f"{make.name}, {need.name}", f"{make.axiom}; {need.axiom}", head, before + body + after, need.different)
        found += _merged(rule, node, makes)
    return found


def _fresh(make: Rule, need: Rule) -> dict[str, str]:
    """New names for the variables of a rule, so that none is a variable of the other."""
    taken = {variable for atom in (*need.body, *((need.head,) if need.head else ())) for variable in atom.variables}
    names: dict[str, str] = {}
    for variable in dict.fromkeys(variable for atom in make.body for variable in atom.variables):
        number = next(n for n in count() if f"{variable}v{n}" not in taken)
        names[variable] = f"{variable}v{number}"
        taken.add(names[variable])
    return names


def _is_of(atom: Atom, node: Value) -> bool:
    return atom.predicate == TYPE and atom.object == node


def _renamed(atom: Atom, names: Mapping[str, Node | ox.Literal | str]) -> Atom:
    subject = names.get(atom.subject, atom.subject) if isinstance(atom.subject, str) else atom.subject
    object_ = names.get(atom.object, atom.object) if isinstance(atom.object, str) else atom.object
    return Atom(subject, atom.predicate, object_)


def _hierarchy(ontology: _Ontology, closed: _Ontology, relation: ox.NamedNode, equivalence: ox.NamedNode) -> list[tuple[Node, Value]]:
    """What is below what: the stated pairs and those of the closure that do not follow by chaining them."""
    stated = {(a, b) for a, b in ontology.pairs(relation)}
    for a, b in ontology.pairs(equivalence):
        assert isinstance(b, Node)
        stated |= {(a, b), (b, a)}
    above: dict[Value, set[Value]] = {}
    for a, b in stated:
        above.setdefault(a, set()).add(b)
    reached: dict[Value, set[Value]] = {}
    for start in above:
        todo, seen = [start], set[Value]()
        while todo:
            new = above.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        reached[start] = seen
    extra = {
        (a, b)
        for a, b in closed.pairs(relation)
        if b not in reached.get(a, set()) and not any(isinstance(node, ox.BlankNode) or _is_language(node) for node in (a, b))
    }
    return sorted(((a, b) for a, b in stated | extra if a != b and b != _THING and a != _NOTHING), key=str)


def _class_rule(a: Node, b: Value) -> Rule:
    return Rule("cax-sco", f"{_show(a)} rdfs:subClassOf {_show(b)}", Atom("x", TYPE, b), (Atom("x", TYPE, a),))


def _property_rule(ontology: _Ontology, a: Node, b: Value) -> Rule:
    axiom = f"{_show_step(ontology, a)} rdfs:subPropertyOf {_show_step(ontology, b)}"
    return Rule("prp-spo1", axiom, _step(ontology, b, "x", "y"), (_step(ontology, a, "x", "y"),))


def _properties(ontology: _Ontology) -> Iterator[Rule]:
    for p, c in ontology.pairs(_DOMAIN):
        if c != _THING:
            axiom = f"{_show_step(ontology, p)} rdfs:domain {_show(c)}"
            yield Rule("prp-dom", axiom, Atom("x", TYPE, c), (_step(ontology, p, "x", "y"),))
    for p, c in ontology.pairs(_RANGE):
        if c != _THING and not _is_datatype(c):
            axiom = f"{_show_step(ontology, p)} rdfs:range {_show(c)}"
            yield Rule("prp-rng", axiom, Atom("y", TYPE, c), (_step(ontology, p, "x", "y"),))
    for p, q in ontology.pairs(_owl("inverseOf")):
        if isinstance(p, ox.NamedNode):
            axiom = f"{_show(p)} owl:inverseOf {_show_step(ontology, q)}"
            one, other = _step(ontology, p, "x", "y"), _step(ontology, q, "y", "x")
            yield Rule("prp-inv1", axiom, other, (one,))
            yield Rule("prp-inv2", axiom, one, (other,))
    for p, chain in ontology.pairs(_owl("propertyChainAxiom")):
        links = ontology.members(chain)
        body = tuple(_step(ontology, link, f"x{n}", f"x{n + 1}") for n, link in enumerate(links))
        axiom = f"{_show_step(ontology, p)} owl:propertyChainAxiom ( {' '.join(_show_step(ontology, link) for link in links)} )"
        yield Rule("prp-spo2", axiom, _step(ontology, p, "x0", f"x{len(links)}"), body)
    yield from _characteristics(ontology)


def _characteristics(ontology: _Ontology) -> Iterator[Rule]:
    def each(kind: str) -> Iterator[tuple[Node, str]]:
        return ((p, f"{_show_step(ontology, p)} a owl:{kind}") for p in ontology.instances(kind))

    def step(p: Node, source: str, target: str) -> Atom:
        return _step(ontology, p, source, target)

    for p, axiom in each("SymmetricProperty"):
        yield Rule("prp-symp", axiom, step(p, "y", "x"), (step(p, "x", "y"),))
    for p, axiom in each("TransitiveProperty"):
        yield Rule("prp-trp", axiom, step(p, "x", "z"), (step(p, "x", "y"), step(p, "y", "z")))
    for p, axiom in each("FunctionalProperty"):
        yield from _at_most_one(ontology, p, "prp-fp", axiom, (step(p, "x", "y"), step(p, "x", "z")))
    for p, axiom in each("InverseFunctionalProperty"):
        yield from _at_most_one(ontology, p, "prp-ifp", axiom, (step(p, "y", "x"), step(p, "z", "x")))
    for p, axiom in each("IrreflexiveProperty"):
        yield Rule("prp-irp", axiom, None, (step(p, "x", "x"),))
    for p, axiom in each("AsymmetricProperty"):
        yield Rule("prp-asyp", axiom, None, (step(p, "x", "y"), step(p, "y", "x")))


def _at_most_one(ontology: _Ontology, p: Node, name: str, axiom: str, body: tuple[Atom, ...]) -> Iterator[Rule]:
    """The rules of a body whose `y` and `z` must be one: two things are the same, two different values are a clash."""
    if p not in ontology.instances("DatatypeProperty"):
        yield Rule(name, axiom, Atom("y", SAME_AS, "z"), body, different=("y", "z"))
    if p not in ontology.instances("ObjectProperty"):
        yield Rule(f"{name}, dt-diff", axiom, None, body, different=("y", "z"))


def _expressions(ontology: _Ontology) -> Iterator[Rule]:
    def restrictions(kind: str) -> Iterator[tuple[Node, Node, Value]]:
        for node, value in ontology.pairs(_owl(kind)):
            for p in ontology.objects(node, _ON_PROPERTY):
                assert isinstance(p, Node)
                yield node, p, value

    for node, p, v in restrictions("hasValue"):
        step, axiom = _step(ontology, p, "x", v), f"hasValue: {_show_step(ontology, p)} {_show(v)}"
        yield Rule("cls-hv1", axiom, step, (Atom("x", TYPE, node),))
        yield Rule("cls-hv2", axiom, Atom("x", TYPE, node), (step,))
    for node, p, c in restrictions("someValuesFrom"):
        step = _step(ontology, p, "x", "y")
        body = (step,) if c == _THING else (step, Atom("y", TYPE, c))
        yield Rule("cls-svf1", f"someValuesFrom: {_show_step(ontology, p)} {_show(c)}", Atom("x", TYPE, node), body)
    for node, p, c in restrictions("allValuesFrom"):
        body = (Atom("x", TYPE, node), _step(ontology, p, "x", "y"))
        yield Rule("cls-avf", f"allValuesFrom: {_show_step(ontology, p)} {_show(c)}", Atom("y", TYPE, c), body)
    for node, p, n in restrictions("maxCardinality"):
        one, two = _step(ontology, p, "x", "y"), _step(ontology, p, "x", "z")
        axiom = f"maxCardinality {_number(n)}: {_show_step(ontology, p)}"
        if _number(n) == 0:
            yield Rule("cls-maxc1", axiom, None, (Atom("x", TYPE, node), one))
        else:
            yield from _at_most_one(ontology, p, "cls-maxc2", axiom, (Atom("x", TYPE, node), one, two))
    for node, parts in ontology.pairs(_owl("intersectionOf")):
        members, axiom = ontology.members(parts), f"{_show(node)} owl:intersectionOf"
        yield Rule("cls-int1", axiom, Atom("x", TYPE, node), tuple(Atom("x", TYPE, member) for member in members))
        for member in members:
            yield Rule("cls-int2", axiom, Atom("x", TYPE, member), (Atom("x", TYPE, node),))
    for node, parts in ontology.pairs(_owl("unionOf")):
        for member in ontology.members(parts):
            yield Rule("cls-uni", f"{_show(node)} owl:unionOf", Atom("x", TYPE, node), (Atom("x", TYPE, member),))
    for node, parts in ontology.pairs(_owl("oneOf")):
        for member in ontology.members(parts):
            assert isinstance(member, Node)  # _refuse_what_has_no_rule saw to it.
            yield Rule("cls-oo", f"{_show(node)} owl:oneOf", Atom(member, TYPE, node), ())
    for a, b in ontology.pairs(_owl("complementOf")):
        yield Rule("cls-com", f"{_show(a)} owl:complementOf {_show(b)}", None, (Atom("x", TYPE, a), Atom("x", TYPE, b)))


def _disjointness(ontology: _Ontology) -> Iterator[Rule]:
    def classes(a: Value, b: Value) -> Rule:
        return Rule("cax-dw", f"{_show(a)} owl:disjointWith {_show(b)}", None, (Atom("x", TYPE, a), Atom("x", TYPE, b)))

    def properties(a: Value, b: Value) -> Rule:
        axiom = f"{_show_step(ontology, a)} owl:propertyDisjointWith {_show_step(ontology, b)}"
        return Rule("prp-pdw", axiom, None, (_step(ontology, a, "x", "y"), _step(ontology, b, "x", "y")))

    for a, b in ontology.pairs(_owl("disjointWith")):
        yield classes(a, b)
    for a, b in ontology.pairs(_owl("propertyDisjointWith")):
        yield properties(a, b)
    for kind, rule in (("AllDisjointClasses", classes), ("AllDisjointProperties", properties)):
        for node, o in ontology.pairs(TYPE):
            if o == _owl(kind):
                for members in ontology.objects(node, _owl("members")):
                    yield from (rule(a, b) for a, b in combinations(ontology.members(members), 2))


#: What has a rule above, wherever it stands.
_PROPERTIES_WITH_RULES = frozenset(
    _owl(name)
    for name in (
        *("equivalentClass", "equivalentProperty", "inverseOf", "propertyChainAxiom", "onProperty", "hasValue", "someValuesFrom"),
        *("allValuesFrom", "maxCardinality", "intersectionOf", "unionOf", "oneOf", "complementOf", "disjointWith"),
        *("propertyDisjointWith", "members"),
    )
)
_KINDS_WITH_RULES = frozenset(
    _owl(name)
    for name in (
        *("SymmetricProperty", "TransitiveProperty", "FunctionalProperty", "InverseFunctionalProperty", "IrreflexiveProperty"),
        *("AsymmetricProperty", "AllDisjointClasses", "AllDisjointProperties"),
    )
)

#: The class expressions there are, and those that have a rule on each side of a subclass axiom (OWL 2 Profiles, section 4.2.3).
_ON_BOTH_SIDES = ("intersectionOf", "hasValue")
_ON_THE_LEFT = (*_ON_BOTH_SIDES, "unionOf", "oneOf", "someValuesFrom")
_ON_THE_RIGHT = (*_ON_BOTH_SIDES, "complementOf", "allValuesFrom", "maxCardinality")
_RESTRICTIONS = ("hasValue", "someValuesFrom", "allValuesFrom", "maxCardinality")
_EXPRESSIONS = tuple(dict.fromkeys(_ON_THE_LEFT + _ON_THE_RIGHT))


def _refuse_what_has_no_rule(ontology: _Ontology) -> None:
    """Raises BuildError naming the first axiom, or part of one, for which there is no rule."""
    for t in sorted(ontology.triples, key=str):
        said = f"{_described(ontology, t.subject)} {_show(t.predicate)} {_described(ontology, t.object)}"
        if t.predicate.value.startswith(OWL) and t.predicate not in _PROPERTIES_WITH_RULES:
            raise _no_rule(said)
        if t.predicate == TYPE and t.object not in _DECLARATIONS | _KINDS_WITH_RULES:
            raise _no_rule(said)
        if t.predicate == _owl("maxCardinality") and _number(t.object) not in {0, 1}:
            raise _no_rule(said)
        if t.predicate in {_owl("someValuesFrom"), _owl("allValuesFrom")} and _is_datatype(t.object):
            raise _no_rule(said)
        if t.predicate == _owl("oneOf") and any(isinstance(member, ox.Literal) for member in ontology.members(t.object)):
            raise _no_rule(said)
        if t.predicate == _owl("propertyChainAxiom") and not ontology.members(t.object):
            raise _no_rule(said)
    check = _Sides(ontology)
    for a, b in ontology.pairs(_SUB_CLASS):
        check.left(a, axiom := f"{_described(ontology, a)} rdfs:subClassOf {_described(ontology, b)}")
        check.right(b, axiom)
    for relation in ("equivalentClass", "disjointWith"):
        for a, b in ontology.pairs(_owl(relation)):
            axiom = f"{_described(ontology, a)} owl:{relation} {_described(ontology, b)}"
            for node in (a, b):
                check.left(node, axiom)
                if relation == "equivalentClass":
                    check.right(node, axiom)
    for property in (_DOMAIN, _RANGE):
        for p, c in ontology.pairs(property):
            check.right(c, f"{_described(ontology, p)} {_show(property)} {_described(ontology, c)}")
    for node in ontology.instances("AllDisjointClasses"):
        for members in ontology.objects(node, _owl("members")):
            for member in ontology.members(members):
                check.left(member, f"owl:AllDisjointClasses {_described(ontology, members)}")
    for name in _EXPRESSIONS:
        for node, value in ontology.pairs(_owl(name)):
            if isinstance(node, ox.NamedNode):
                check.definition(node, f"{_show(node)} owl:{name} {_described(ontology, value)}")


class _Sides:
    """Refuses class expressions that stand on a side of an axiom for which they have no rule, nested ones too."""

    def __init__(self, ontology: _Ontology) -> None:
        self._ontology = ontology
        self._seen: set[tuple[object, tuple[str, ...]]] = set()

    def left(self, node: Value, axiom: str) -> None:
        if node == _THING:
            raise _no_rule(axiom, "owl:Thing on the left")
        self._class(node, _ON_THE_LEFT, axiom, "on the left")

    def right(self, node: Value, axiom: str) -> None:
        self._class(node, _ON_THE_RIGHT, axiom, "on the right")

    def definition(self, node: Value, axiom: str) -> None:
        """Refuse what has no rule on both sides: a name is defined by the expression."""
        self._expression(node, _ON_THE_LEFT, axiom, "on the left")
        self._expression(node, _ON_THE_RIGHT, axiom, "on the right")

    def _class(self, node: Value, allowed: tuple[str, ...], axiom: str, side: str) -> None:
        if isinstance(node, ox.BlankNode):
            self._expression(node, allowed, axiom, side)
        elif not isinstance(node, ox.NamedNode) or (node.value.startswith(OWL) and node not in {_THING, _NOTHING}):
            raise _no_rule(axiom, f"{_show(node)} as a class")

    def _expression(self, node: Value, allowed: tuple[str, ...], axiom: str, side: str) -> None:
        if (node, allowed) in self._seen:
            return
        self._seen.add((node, allowed))
        found = [(name, value) for name in _EXPRESSIONS for value in self._ontology.objects(node, _owl(name))]
        if len(found) != 1 and isinstance(node, ox.BlankNode):
            raise _no_rule(axiom, "an unnamed class that is not defined once")
        for name, value in found:
            if name not in allowed:
                raise _no_rule(axiom, f"owl:{name} {side}")
            if name in _RESTRICTIONS and len(self._ontology.objects(node, _ON_PROPERTY)) != 1:
                raise _no_rule(axiom, f"owl:{name} without one property")
            if name in {"intersectionOf", "unionOf"}:
                for member in self._ontology.members(value):
                    self._same_side(member, allowed, axiom)
            elif name == "allValuesFrom":
                self.right(value, axiom)
            elif name == "complementOf" or (name == "someValuesFrom" and value != _THING):
                self.left(value, axiom)

    def _same_side(self, node: Value, allowed: tuple[str, ...], axiom: str) -> None:
        (self.left if allowed == _ON_THE_LEFT else self.right)(node, axiom)


def _no_rule(axiom: str, because: str = "") -> BuildError:
    return BuildError(f"The ontology has an axiom from which nothing can be inferred here: {axiom}{because and f' ({because})'}.")


def _step(ontology: _Ontology, link: Value, source: str, target: Value | str) -> Atom:
    """The atom of a property, which may be an inverse: of a link of a chain, a restriction, an axiom."""
    inverses = ontology.objects(link, _owl("inverseOf")) if isinstance(link, ox.BlankNode) else []
    forward = inverses[0] if len(inverses) == 1 else link
    if not isinstance(forward, ox.NamedNode) or forward.value.startswith(OWL) or forward in _PROPERTIES_OF_THE_LANGUAGE:
        raise _no_rule(f"{_described(ontology, link)} as a property")
    if inverses:
        assert not isinstance(target, ox.Triple)
        return Atom(target, forward, source)
    return Atom(source, forward, target)


def _show_step(ontology: _Ontology, link: Value) -> str:
    inverses = ontology.objects(link, _owl("inverseOf")) if isinstance(link, ox.BlankNode) else ()
    return next((f"inverse of {_show(forward)}" for forward in inverses), _show(link))


def _described(ontology: _Ontology, node: Value, depth: int = 3) -> str:
    """A term for people; an unnamed class or a list by what it is made of."""
    if not isinstance(node, ox.BlankNode) or not depth:
        return _show(node)
    if ontology.objects(node, _FIRST):
        return f"( {' '.join(_described(ontology, member, depth - 1) for member in ontology.members(node))} )"
    parts = [t for t in ontology.about(node) if t.predicate != TYPE and t.predicate.value.startswith(OWL)]
    return f"[ {' ; '.join(f'{_show(t.predicate)} {_described(ontology, t.object, depth - 1)}' for t in parts)} ]" if parts else _show(node)


def _number(value: Value) -> int | None:
    return int(value.value) if isinstance(value, ox.Literal) and value.value.isdigit() else None


def _is_datatype(node: Value) -> bool:
    return isinstance(node, ox.NamedNode) and (node.value.startswith(XSD) or node.value in {RDFS + "Literal", RDF + "langString"})


def _is_language(node: Value) -> bool:
    return isinstance(node, ox.NamedNode) and node.value.startswith((RDF, RDFS, XSD)) and node != _rdfs("label")


def _show(node: object) -> str:
    return curie(node.value) if isinstance(node, ox.NamedNode) else "an unnamed class" if isinstance(node, ox.BlankNode) else str(node)
