"""Rules over instances, compiled from an ontology: the OWL 2 RL/RDF rules with the ontology's own terms put in.

The generic rules (OWL 2 Profiles, section 4.3, tables 4 to 8) quantify over axioms; here each axiom becomes a rule of its own, so
that `lc:Project rdfs:subClassOf lc:Undertaking` is the rule "a Project is an Undertaking" and not a join. Every class expression,
named or not, is a class. A rule without a head is a clash: its body must never hold.

What has no rule here is an error that names the axiom, never silently left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
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
_THING, _NOTHING = _owl("Thing"), _owl("Nothing")

#: Kinds that say what a term is and from which nothing follows for instances.
_DECLARATIONS = frozenset(
    _owl(name)
    for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Ontology", "Restriction", "NamedIndividual")
)

#: Properties of ontologies and terms, from which nothing follows.
_ANNOTATIONS = frozenset(
    _owl(name)
    for name in ("versionInfo", "versionIRI", "priorVersion", "backwardCompatibleWith", "incompatibleWith", "deprecated", "imports")
)


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
    must not be the same term.
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
        for t in sorted(self.triples, key=str):
            assert isinstance(t.subject, Node)
            self._objects.setdefault((t.subject, t.predicate), []).append(t.object)
            self._pairs.setdefault(t.predicate, []).append((t.subject, t.object))

    def pairs(self, predicate: ox.NamedNode) -> list[tuple[Node, Value]]:
        return self._pairs.get(predicate, [])

    def objects(self, subject: object, predicate: ox.NamedNode) -> list[Value]:
        return self._objects.get((subject, predicate), [])

    def instances(self, kind: str) -> list[ox.NamedNode]:
        return [s for s, o in self.pairs(TYPE) if o == _owl(kind) and isinstance(s, ox.NamedNode)]

    def members(self, head: object) -> list[Value]:
        found = []
        while head != _NIL:
            first, rest = self.objects(head, _FIRST), self.objects(head, _REST)
            if not first or not rest:
                raise BuildError(f"A list of the ontology is broken off at {head}.")
            found.append(first[0])
            head = rest[0]
        return found


def compile_rules(asserted: Iterable[ox.Triple], closed: Iterable[ox.Triple]) -> list[Rule]:
    """The rules of an ontology, given what it says and its closure.

    From the closure come the subclass and subproperty relations that do not follow by chaining the stated ones. Raises BuildError
    naming the first axiom for which there is no rule.
    """
    ontology = _Ontology(asserted)
    _refuse_what_has_no_rule(ontology)
    hierarchies = _Ontology(closed)
    rules = [
        *_hierarchy(ontology, hierarchies, _SUB_CLASS, _owl("equivalentClass"), _class_rule),
        *_hierarchy(ontology, hierarchies, _SUB_PROPERTY, _owl("equivalentProperty"), _property_rule),
        *_properties(ontology),
        *_expressions(ontology),
        *_disjointness(ontology),
    ]
    return _without_unnamed_classes(list(dict.fromkeys(rules)))


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
        yield Rule("eq-rep-o", "same things have the same classes", Atom("y", TYPE, c), (same, Atom("x", TYPE, c)))


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
        thing = need.body[place].subject
        if isinstance(make.head.subject, str):
            names = _fresh(make, need)
            body = tuple(_renamed(atom, {**names, make.head.subject: thing}) for atom in make.body)
            kept = need.body
            head, different = need.head, need.different
        elif isinstance(thing, str):
            # The class has this one known member (owl:oneOf): the variable stands for it.
            member = {thing: make.head.subject}
            body, kept = (), tuple(_renamed(atom, member) for atom in need.body)
            head, different = need.head and _renamed(need.head, member), need.different
        else:
            continue
        rule = Rule(f"{make.name}, {need.name}", f"{make.axiom}; {need.axiom}", head, kept[:place] + body + kept[place + 1 :], different)
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


def _hierarchy(
    ontology: _Ontology,
    closed: _Ontology,
    relation: ox.NamedNode,
    equivalence: ox.NamedNode,
    rule: Callable[[Node, Value], Rule],
) -> Iterator[Rule]:
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
    extra = {(a, b) for a, b in closed.pairs(relation) if b not in reached.get(a, set())}
    for a, b in sorted(stated | extra, key=str):
        if a != b and b != _THING and a != _NOTHING and not _is_language(a) and not _is_language(b):
            yield rule(a, b)


def _class_rule(a: Node, b: Value) -> Rule:
    head = None if b == _NOTHING else Atom("x", TYPE, b)
    return Rule("cax-sco", f"{_show(a)} rdfs:subClassOf {_show(b)}", head, (Atom("x", TYPE, a),))


def _property_rule(a: Node, b: Value) -> Rule:
    assert isinstance(a, ox.NamedNode)
    assert isinstance(b, ox.NamedNode)
    return Rule("prp-spo1", f"{_show(a)} rdfs:subPropertyOf {_show(b)}", Atom("x", b, "y"), (Atom("x", a, "y"),))


def _properties(ontology: _Ontology) -> Iterator[Rule]:
    for p, c in ontology.pairs(_DOMAIN):
        if c != _THING:
            yield Rule("prp-dom", f"{_show(p)} rdfs:domain {_show(c)}", Atom("x", TYPE, c), (Atom("x", _named(p), "y"),))
    for p, c in ontology.pairs(_RANGE):
        if c != _THING and not _is_datatype(c):
            yield Rule("prp-rng", f"{_show(p)} rdfs:range {_show(c)}", Atom("y", TYPE, c), (Atom("x", _named(p), "y"),))
    for p, q in ontology.pairs(_owl("inverseOf")):
        if isinstance(p, ox.NamedNode):
            axiom = f"{_show(p)} owl:inverseOf {_show(q)}"
            yield Rule("prp-inv1", axiom, Atom("y", _named(q), "x"), (Atom("x", p, "y"),))
            yield Rule("prp-inv2", axiom, Atom("y", p, "x"), (Atom("x", _named(q), "y"),))
    for p, chain in ontology.pairs(_owl("propertyChainAxiom")):
        links = ontology.members(chain)
        body = tuple(_step(ontology, link, f"x{n}", f"x{n + 1}") for n, link in enumerate(links))
        axiom = f"{_show(p)} owl:propertyChainAxiom ( {' '.join(_show_step(ontology, link) for link in links)} )"
        yield Rule("prp-spo2", axiom, Atom("x0", _named(p), f"x{len(links)}"), body)
    yield from _characteristics(ontology)


def _characteristics(ontology: _Ontology) -> Iterator[Rule]:
    for p in ontology.instances("SymmetricProperty"):
        yield Rule("prp-symp", f"{_show(p)} a owl:SymmetricProperty", Atom("y", p, "x"), (Atom("x", p, "y"),))
    for p in ontology.instances("TransitiveProperty"):
        body = (Atom("x", p, "y"), Atom("y", p, "z"))
        yield Rule("prp-trp", f"{_show(p)} a owl:TransitiveProperty", Atom("x", p, "z"), body)
    for p in ontology.instances("FunctionalProperty"):
        body = (Atom("x", p, "y"), Atom("x", p, "z"))
        # Two values of a datatype property cannot be made one: that is a clash (rules prp-fp, dt-diff and eq-diff1 together).
        head = None if p in ontology.instances("DatatypeProperty") else Atom("y", SAME_AS, "z")
        yield Rule("prp-fp", f"{_show(p)} a owl:FunctionalProperty", head, body, different=("y", "z"))
    for p in ontology.instances("InverseFunctionalProperty"):
        body = (Atom("y", p, "x"), Atom("z", p, "x"))
        yield Rule("prp-ifp", f"{_show(p)} a owl:InverseFunctionalProperty", Atom("y", SAME_AS, "z"), body, different=("y", "z"))
    for p in ontology.instances("IrreflexiveProperty"):
        yield Rule("prp-irp", f"{_show(p)} a owl:IrreflexiveProperty", None, (Atom("x", p, "x"),))
    for p in ontology.instances("AsymmetricProperty"):
        yield Rule("prp-asyp", f"{_show(p)} a owl:AsymmetricProperty", None, (Atom("x", p, "y"), Atom("y", p, "x")))


def _expressions(ontology: _Ontology) -> Iterator[Rule]:
    def restrictions(kind: str) -> Iterator[tuple[Node, ox.NamedNode | ox.BlankNode, Value]]:
        for node, value in ontology.pairs(_owl(kind)):
            for p in ontology.objects(node, _owl("onProperty")):
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
        axiom = f"maxCardinality {_show(n)}: {_show_step(ontology, p)}"
        if _number(n) == 0:
            yield Rule("cls-maxc1", axiom, None, (Atom("x", TYPE, node), one))
        else:
            yield Rule("cls-maxc2", axiom, Atom("y", SAME_AS, "z"), (Atom("x", TYPE, node), one, two), different=("y", "z"))
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
            assert isinstance(member, Node)
            yield Rule("cls-oo", f"{_show(node)} owl:oneOf", Atom(member, TYPE, node), ())
    for a, b in ontology.pairs(_owl("complementOf")):
        yield Rule("cls-com", f"{_show(a)} owl:complementOf {_show(b)}", None, (Atom("x", TYPE, a), Atom("x", TYPE, b)))


def _disjointness(ontology: _Ontology) -> Iterator[Rule]:
    def classes(a: Value, b: Value) -> Rule:
        return Rule("cax-dw", f"{_show(a)} owl:disjointWith {_show(b)}", None, (Atom("x", TYPE, a), Atom("x", TYPE, b)))

    def properties(a: Value, b: Value) -> Rule:
        axiom = f"{_show(a)} owl:propertyDisjointWith {_show(b)}"
        return Rule("prp-pdw", axiom, None, (Atom("x", _named(a), "y"), Atom("x", _named(b), "y")))

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
        *("propertyDisjointWith", "members", "sameAs", "differentFrom"),
    )
)
_KINDS_WITH_RULES = frozenset(
    _owl(name)
    for name in (
        *("SymmetricProperty", "TransitiveProperty", "FunctionalProperty", "InverseFunctionalProperty", "IrreflexiveProperty"),
        *("AsymmetricProperty", "AllDisjointClasses", "AllDisjointProperties", "Thing"),
    )
)

#: Class expressions from which nothing follows on that side of a subclass axiom (OWL 2 Profiles, section 4.2.3).
_ONLY_BELOW = ("someValuesFrom", "unionOf", "oneOf")
_ONLY_ABOVE = ("allValuesFrom", "maxCardinality", "complementOf")


def _refuse_what_has_no_rule(ontology: _Ontology) -> None:
    for t in sorted(ontology.triples, key=str):
        known = _PROPERTIES_WITH_RULES | _ANNOTATIONS
        if t.predicate.value.startswith(OWL) and t.predicate not in known:
            raise _no_rule(t.subject, f"{_show(t.predicate)} {_show(t.object)}")
        is_kind = t.predicate == TYPE and isinstance(t.object, ox.NamedNode) and t.object.value.startswith(OWL)
        if is_kind and t.object not in _DECLARATIONS | _KINDS_WITH_RULES:
            raise _no_rule(t.subject, f"a {_show(t.object)}")
        if t.predicate == _owl("maxCardinality") and _number(t.object) not in {0, 1}:
            raise _no_rule(t.subject, f"owl:maxCardinality {_show(t.object)}")
        if t.predicate in {_owl("someValuesFrom"), _owl("allValuesFrom")} and _is_datatype(t.object):
            raise _no_rule(t.subject, f"{_show(t.predicate)} {_show(t.object)}")
    for a, b in [*ontology.pairs(_SUB_CLASS), *ontology.pairs(_owl("equivalentClass"))]:
        _refuse_expression(ontology, a, b, _ONLY_BELOW, f"{_show(a)} rdfs:subClassOf …")
        _refuse_expression(ontology, b, a, _ONLY_ABOVE, f"… rdfs:subClassOf {_show(b)}")
    for a, b in [*ontology.pairs(_DOMAIN), *ontology.pairs(_RANGE), *ontology.pairs(_owl("allValuesFrom"))]:
        _refuse_expression(ontology, a, b, _ONLY_BELOW, f"the classes of {_show(a)}")
    for a, b in ontology.pairs(_owl("equivalentClass")):
        _refuse_expression(ontology, b, a, _ONLY_BELOW, f"{_show(b)} owl:equivalentClass …")
        _refuse_expression(ontology, a, b, _ONLY_ABOVE, f"{_show(b)} owl:equivalentClass …")


def _refuse_expression(ontology: _Ontology, other: Value, node: Value, kinds: tuple[str, ...], axiom: str) -> None:
    """Refuse `node` on the other side of `other` if it is one of the kinds of expression, or an intersection with one."""
    for kind in kinds:
        if ontology.objects(node, _owl(kind)):
            raise _no_rule(other, f"in {axiom}, owl:{kind} on that side")
    for parts in ontology.objects(node, _owl("intersectionOf")):
        for member in ontology.members(parts):
            _refuse_expression(ontology, other, member, kinds, axiom)


def _no_rule(subject: object, axiom: str) -> BuildError:
    return BuildError(f"The ontology has an axiom from which nothing can be inferred here: {_show(subject)}: {axiom}.")


def _step(ontology: _Ontology, link: Value, source: str, target: Value | str) -> Atom:
    """The atom of one link of a chain or of a restriction's property, which may be an inverse."""
    for forward in ontology.objects(link, _owl("inverseOf")) if isinstance(link, ox.BlankNode) else ():
        assert not isinstance(target, ox.Triple)
        return Atom(target, _named(forward), source)
    return Atom(source, _named(link), target)


def _show_step(ontology: _Ontology, link: Value) -> str:
    inverses = ontology.objects(link, _owl("inverseOf")) if isinstance(link, ox.BlankNode) else ()
    return next((f"inverse of {_show(forward)}" for forward in inverses), _show(link))


def _named(node: Value) -> ox.NamedNode:
    if not isinstance(node, ox.NamedNode):
        raise _no_rule(node, "a property without an IRI")
    return node


def _number(value: Value) -> int | None:
    return int(value.value) if isinstance(value, ox.Literal) and value.value.isdigit() else None


def _is_datatype(node: Value) -> bool:
    return isinstance(node, ox.NamedNode) and (node.value.startswith(XSD) or node.value in {RDFS + "Literal", RDF + "langString"})


def _is_language(node: Value) -> bool:
    return isinstance(node, ox.NamedNode) and node.value.startswith((RDF, RDFS, XSD)) and node != _rdfs("label")


def _show(node: object) -> str:
    return curie(node.value) if isinstance(node, ox.NamedNode) else "an unnamed class" if isinstance(node, ox.BlankNode) else str(node)
