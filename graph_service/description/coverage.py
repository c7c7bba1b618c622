"""Spatial and temporal coverage of a graph, computed from its things: `dcterms:spatial` and `dcterms:temporal` (DCAT 3)."""

from collections.abc import Collection

from graph_service.rdf.namespaces import DCAT, DCTERMS, PROV, RDF, SCHEMA
from graph_service.rdf.terms import Literal, NamedNode, Triple
from graph_service.rdf.triples import Description
from graph_service.sources.roles import Role, Roles

_STARTS = frozenset({DCAT + "startDate", SCHEMA + "startDate", PROV + "startedAtTime"})
_ENDS = frozenset({DCAT + "endDate", SCHEMA + "endDate", PROV + "endedAtTime"})


def describe_coverage(said: Description, roles: Roles, triples: Collection[Triple]) -> None:
    """Add the places of the graph's things, and the period of its activities (`prov:Activity`)."""
    dataset, period = said.space.dataset, said.space.dataset + "#period"
    places = {t.object.value for t in triples if t.predicate.value == DCTERMS + "spatial" and isinstance(t.object, NamedNode)}
    said.say(dataset, DCTERMS + "spatial", *places)
    activities = {t.subject for t in triples if t.predicate.value == RDF + "type" and t.object == NamedNode(PROV + "Activity")}
    start, end = (
        _dates(triples, activities, properties) for properties in (_STARTS.union(roles.of(Role.START)), _ENDS.union(roles.of(Role.END)))
    )
    if start or end:
        said.say(dataset, DCTERMS + "temporal", period)
        said.a(period, DCTERMS + "PeriodOfTime")
        # Dates, months and years in ISO 8601 sort as text.
        said.say(period, DCAT + "startDate", *sorted(start, key=lambda date: date.value)[:1])
        said.say(period, DCAT + "endDate", *sorted(end, key=lambda date: date.value)[-1:])


def _dates(triples: Collection[Triple], subjects: Collection[object], properties: Collection[str]) -> list[Literal]:
    return [t.object for t in triples if t.predicate.value in properties and t.subject in subjects and isinstance(t.object, Literal)]
