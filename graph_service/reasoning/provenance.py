"""Output of an explanation: as text, as JSON, as RDF with PROV-O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from graph_service.formats.rdf_writer import write_readably
from graph_service.rdf.namespaces import PROV, RDF, RDFS
from graph_service.rdf.space import Space
from graph_service.rdf.triples import Triples
from graph_service.reasoning.explanation import Step
from graph_service.sources.evidence import statement_iri
from graph_service.sources.roles import Role, Roles


@dataclass(frozen=True)
class Passage:
    """A passage: its IRI, its words, its document's IRI, and its language."""

    iri: str
    words: str
    document: str
    language: str | None = None


@dataclass(frozen=True)
class Origin:
    """The sources of a triple: named graphs, and passages of documents."""

    graphs: tuple[str, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Explanation:
    """A derivation of a triple, and the origin of each asserted triple that it uses."""

    step: Step
    origins: Mapping[ox.Triple, Origin]


def as_lines(explanation: Explanation) -> Iterator[str]:
    """The derivation as an indented list, each asserted triple with its passages; a repeated step is shortened."""
    shown: set[ox.Triple] = set()

    def lines(step: Step, depth: int) -> Iterator[str]:
        indent = "  " * depth
        yield f"{indent}{write_readably(step.triple)}"
        if step.triple in shown:
            yield f"{indent}  as above"
            return
        shown.add(step.triple)
        if step.rule is not None:
            yield f"{indent}  inferred by {step.rule.axiom} ({step.rule.name}) from"
            for premise in step.premises:
                yield from lines(premise, depth + 2)
        else:
            origin = explanation.origins[step.triple]
            yield f"{indent}  said in {', '.join(origin.graphs)}"
            for passage in origin.passages:
                yield f"{indent}  “{passage.words}” ({passage.iri})"

    return lines(explanation.step, 0)


def as_data(explanation: Explanation) -> dict[str, object]:
    """The derivation as plain data: each step with its triple, and either its rule and premises or its graphs and passages.

    Steps are numbered. A shared step is given once; its repetitions have triple, number and `repeated`.
    """
    numbers: dict[ox.Triple, int] = {}

    def data(step: Step) -> dict[str, object]:
        triple: dict[str, object] = {name: str(getattr(step.triple, name)) for name in ("subject", "predicate", "object")}
        is_new = step.triple not in numbers
        number = numbers.setdefault(step.triple, len(numbers) + 1)
        about = {**triple, "step": number, "inferred": step.rule is not None}
        if not is_new:
            return {**about, "repeated": True}
        if step.rule is not None:
            rule = {"name": step.rule.name, "axiom": step.rule.axiom}
            return {**about, "rule": rule, "premises": [data(premise) for premise in step.premises]}
        origin = explanation.origins[step.triple]
        passages = [{"iri": p.iri, "words": p.words, "document": p.document} for p in origin.passages]
        return {**about, "graphs": list(origin.graphs), "passages": passages}

    return data(explanation.step)


def as_triples(space: Space, roles: Roles, explanation: Explanation) -> set[ox.Triple]:
    """The derivation as RDF: a reified statement for each triple.

    An inferred one is `prov:wasDerivedFrom` its premises and `prov:wasGeneratedBy` the use of a rule, labelled with the axiom; an asserted
    one has its passages as evidence and its graphs as `prov:hadPrimarySource`.
    """
    found = Triples()
    nodes = {step.triple: statement_iri(space, *step.triple) for step in explanation.step.steps}
    for step in explanation.step.steps:
        triple, node = step.triple, nodes[step.triple]
        found.a(node.value, RDF + "Statement")
        found.say(node.value, RDF + "subject", triple.subject)
        found.say(node.value, RDF + "predicate", triple.predicate)
        found.say(node.value, RDF + "object", triple.object)
        if step.rule is None:
            origin = explanation.origins[triple]
            found.say(node.value, PROV + "hadPrimarySource", *origin.graphs)
            found.say(node.value, roles.of(Role.EVIDENCE)[0], *(passage.iri for passage in origin.passages))
            continue
        use = ox.NamedNode(node.value + "#inference")
        found.say(node.value, PROV + "wasGeneratedBy", use)
        found.a(use.value, PROV + "Activity")
        found.say(use.value, RDFS + "label", ox.Literal(f"{step.rule.axiom} ({step.rule.name})", language="en"))
        for premise in step.premises:
            found.say(node.value, PROV + "wasDerivedFrom", nodes[premise.triple])
            found.say(use.value, PROV + "used", nodes[premise.triple])
    return found
