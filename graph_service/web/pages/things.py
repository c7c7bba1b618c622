"""The page of a thing: label, summary, facts about it, mentions of it, related things."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.labels import DESCRIPTIONS, distance, last_part
from graph_service.rdf.namespaces import DCTERMS, OA, OWL, RDF, RDFS, SKOS, XSD
from graph_service.rdf.terms import AnyTerm, BlankNode, Literal, NamedNode, Triple
from graph_service.service.service import Service
from graph_service.snapshot.lists import ListedKind
from graph_service.sources.evidence import statement_iri
from graph_service.sources.roles import Role
from graph_service.web.data.statements_about import Extent, extent
from graph_service.web.display.cells import Cell, PageTable, cell, table
from graph_service.web.display.translations import gettext
from graph_service.web.http.languages import language
from graph_service.web.pages.annotations import annotations
from graph_service.web.pages.blank_nodes import sketch
from graph_service.web.pages.expectations import expected
from graph_service.web.pages.fact_summaries import gists
from graph_service.web.pages.facts import Fact, FactPassage, Section, Teller, Value
from graph_service.web.pages.leads import called, lead, listed, shown
from graph_service.web.pages.listed_kinds import kinds_of
from graph_service.web.pages.listing import lists
from graph_service.web.pages.presentation import Presentation
from graph_service.web.pages.questions import Question, questions
from graph_service.web.pages.related import Relative, related

_PASSAGES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT DISTINCT ?s ?p ?o ?passage ?words ?document ?language WHERE {{
  VALUES ?{variable} {{ {nodes} }}
  ?record rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; {evidence} ?passage .
  ?passage oa:exact ?words ; {quoted_from} ?document .
  OPTIONAL {{ ?document dcterms:language ?language }}
}} ORDER BY ?document ?passage"""

_SPOKEN = """
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?language WHERE {{ {node} {quoted_from} ?document . ?document dcterms:language ?language }}"""

_SAYS = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT DISTINCT ?subject ?property ?value WHERE {{
  ?record {evidence} {node} ; rdf:subject ?subject ; rdf:predicate ?property ; rdf:object ?value .
}} ORDER BY ?subject ?property ?value"""

_SAID_BY = """
SELECT DISTINCT ?said ?words WHERE {{ ?said {said_by} {node} ; {words} ?words }} ORDER BY ?said ?words"""

#: Shown elsewhere on the page: as the words of a passage, or with each value.
_NOT_AS_FACTS = frozenset({OA + "exact"})

#: Redundant for people: a label that is also the preferred label. The graph may define more.
_DOUBLES = {RDFS + "label": SKOS + "prefLabel"}

#: Translated texts: shown in the reader's language if available.
_TRANSLATED = frozenset({*DESCRIPTIONS, DCTERMS + "title"} - {SKOS + "scopeNote"})


@dataclass(frozen=True)
class Thing:
    """A thing's page: label, acronym beside it, asserted classes, summary, groups of facts, mentions, related things, and its list.

    A passage has its words, and its statements as rows of subject, property and value; a person has the words said, each with its source.
    """

    iri: str
    label: str
    beside: str
    language: str | None
    kinds: list[Value]
    summary: Cell | None
    words: list[Cell]
    says: PageTable
    sections: list[Section]
    said_by: list[tuple[Cell, Cell]]
    folded: list[Fact]
    mentions: list[Section]
    related: list[Relative]
    questions: list[Question]
    headings: dict[str, Literal]
    classes: list[str]
    kind: ListedKind | None
    withdrawn: bool
    replacements: list[Cell]


def thing(service: Service, presentation: Presentation, iri: str, language: str = "en", infer: bool = True) -> Thing:
    """Collect everything to show of a thing, with or without inferences. Raises NotFound if the graph says nothing about it."""
    found_of = extent(service, iri, infer)
    graphs: dict[Triple, set[NamedNode]] = {}
    for quad in found_of.quads:
        found = graphs.setdefault(quad.triple, set())
        if isinstance(quad.graph_name, NamedNode):
            found.add(quad.graph_name)
    triples = sorted(graphs, key=str)
    node = NamedNode(iri)
    nameless = service.said_of_nameless(triples, infer)
    shown = [term for t in (*triples, *(quad.triple for quad in nameless)) for term in (t.subject, t.predicate, t.object)]
    groups = [NamedNode(place.group) for place in presentation.places.values()]
    labels = service.labels([*shown, *groups, *(graph for found in graphs.values() for graph in found)], language)

    def show(term: AnyTerm) -> Cell:
        made = sketch(term, nameless, labels) if isinstance(term, BlankNode) else cell(term, labels)
        assert made is not None
        return made

    inferred = {triple for triple in triples if graphs[triple] == {NamedNode(service.space.graph_inferred)}}
    types = [t for t in triples if t.subject == node and t.predicate.value == RDF + "type"]
    teller = Teller(
        show=show,
        gists=gists(service, {term.value for term in shown if isinstance(term, NamedNode) and term != node}, language),
        inferred=inferred,
        passages=_passages(service, found_of, triples, language),
        graphs=lambda triple: tuple(show(graph) for graph in sorted(graphs[triple], key=str)),
        annotations=annotations(service, iri, language),
        presentation=presentation,
        extent=found_of,
        classed=any(t not in inferred for t in types),
    )
    hidden = _NOT_AS_FACTS.union(service.roles.of(Role.EVIDENCE), called(service))
    said = _readable([triple for triple in triples if triple.subject == node], language)
    words = _words(service, said)
    given = {triple.predicate.value for triple in said}
    doubles = {**_DOUBLES, **presentation.repeats}
    facts = [(t, _tagged(t, words)) for t in said if t.predicate.value not in hidden and doubles.get(t.predicate.value) not in given]
    from_here = {(t.predicate.value, t.object) for t in said}
    pointing = [
        (t, t.subject)
        for t in triples
        if t.object == node != t.subject
        and t.predicate.value not in hidden
        and not any((opposite, t.subject) in from_here for opposite in presentation.opposites.get(t.predicate.value, ()))
    ]
    # A property with an inverse label is shown as a fact.
    facts += [pair for pair in pointing if pair[0].predicate.value in presentation.inverses]
    mentions = [pair for pair in pointing if pair[0].predicate.value not in presentation.inverses]
    missing = expected(service, presentation, iri, {t.object.value for t in types if isinstance(t.object, NamedNode)}, infer)
    sections = teller.sections(facts, expected=missing)
    voiced = any(triple.predicate.value in service.roles.of(Role.SAID_BY) for triple, _ in pointing)
    kinds = [teller.value(t, t.object) for t in types if t not in teller.inferred]
    kind = kinds_of(service).of([t.object.value for t in types if isinstance(t.object, NamedNode)])
    classes = sorted(t.object.value for t in types if t not in teller.inferred)  # type: ignore[union-attr]
    says = table(service, service.sparql(Query(_SAYS.format(**service.roles.paths, node=terms.write(node)))))
    assert isinstance(says, PageTable)
    return Thing(
        iri=iri,
        label=labels[iri].value if iri in labels else last_part(iri),
        beside=_beside(said, presentation.marked("besideName"), labels.get(iri)),
        language=labels[iri].language if iri in labels else None,
        kinds=kinds,
        summary=_lead(
            service,
            iri,
            {t.object.value for t in types if isinstance(t.object, NamedNode)},
            kinds,
            infer,
            _summary(presentation, said, kinds, sections, language),
        ),
        words=words,
        says=says,
        sections=sections,
        said_by=_said_by(service, node, labels) if voiced else [],
        folded=teller.folded(facts),
        mentions=teller.sections(mentions, of=False),
        related=related(service, iri, language),
        questions=questions(service, iri, {t.object.value for t in types}),  # type: ignore[union-attr]
        headings=labels,
        classes=classes,
        kind=kind if kind is not None and lists(service, kind, iri) else None,
        withdrawn=is_withdrawn(triples, iri),
        replacements=[show(NamedNode(replacement)) for replacement in replacements(triples, iri)],
    )


def _beside(said: Iterable[Triple], properties: Collection[str], label: Literal | None) -> str:
    """What stands beside a name, such as its acronym; not an English one beside a French name, and not the name itself."""
    values = [t.object for t in said if t.predicate.value in properties and isinstance(t.object, Literal)]
    fitting = (value.value for value in values if value.language in {None, label and label.language})
    return next((value for value in fitting if label is None or value != label.value), "")


def _said_by(service: Service, node: NamedNode, labels: Mapping[str, Literal]) -> list[tuple[Cell, Cell]]:
    """The words that a thing has said, each with a link to the quotation."""
    rows = service.sparql(Query(_SAID_BY.format(**service.roles.paths, node=terms.write(node)))).rows()
    found = ((cell(said, labels), words) for said, words in rows if isinstance(words, Literal))
    return [(source, Cell(words.value, language=words.language)) for source, words in found if source is not None]


def is_withdrawn(triples: Iterable[Triple], iri: str) -> bool:
    """Whether a thing is marked as withdrawn (`owl:deprecated`)."""
    return Triple(NamedNode(iri), NamedNode(OWL + "deprecated"), Literal("true", datatype=NamedNode(XSD + "boolean"))) in set(triples)


def replacements(triples: Iterable[Triple], iri: str) -> list[str]:
    """The IRIs of a thing's replacements."""
    said = (t for t in triples if t.subject == NamedNode(iri) and t.predicate.value == DCTERMS + "isReplacedBy")
    return sorted(t.object.value for t in said if isinstance(t.object, NamedNode))


def _lead(service: Service, iri: str, classes: Collection[str], kinds: Sequence[Value], infer: bool, summary: Cell | None) -> Cell | None:
    """The graph's own sentence on a thing of its classes, else the summary; a description in the reader's language follows the sentence."""
    sentence = lead(service, iri, classes, [kind.cell for kind in kinds], infer)
    if sentence is None:
        return summary
    own_words = summary is not None and summary.language == language()
    return Cell(Markup("{} {}").format(sentence, summary.text) if summary is not None and own_words else sentence)


def _summary(
    presentation: Presentation, said: Sequence[Triple], kinds: Sequence[Value], sections: Sequence[Section], language: str
) -> Cell | None:
    """A sentence on a thing: its description, else its first facts; None for a passage, whose words are shown."""
    for property in (OA + "exact", *presentation.summaries, *DESCRIPTIONS):
        texts = [t.object for t in said if t.predicate.value == property and isinstance(t.object, Literal)]
        if texts:
            best = min(texts, key=lambda text: (distance(text.language, language), text.value))
            return None if property == OA + "exact" else Cell(best.value, language=best.language)
    summing, nameless = presentation.marked("summing"), presentation.marked("named", False)
    own = [[fact for fact in section.facts if not fact.inverse] for section in sections if section.group in summing]
    first = (min(facts, key=lambda fact: _strangeness(fact, language)) for facts in own if facts)
    sentences = [_sentence(fact, named=fact.term.title not in nameless) for fact in first if fact.stated]
    sentence = Markup("; ").join([listed([shown(kind.cell) for kind in kinds]), *sentences] if kinds else sentences)
    return Cell(sentence[:1].upper() + sentence[1:] + ".") if sentences else None


def _readable(said: Sequence[Triple], language: str) -> list[Triple]:
    """The triples without translations into other languages than the reader's."""
    tags: dict[str, set[str | None]] = {}
    for triple in said:
        if triple.predicate.value in _TRANSLATED and isinstance(triple.object, Literal):
            tags.setdefault(triple.predicate.value, set()).add(triple.object.language)
    best = {property: language if language in given else "en" for property, given in tags.items() if {language, "en"} & given}
    return [
        t
        for t in said
        if t.predicate.value not in best or not isinstance(t.object, Literal) or t.object.language == best[t.predicate.value]
    ]


def _tagged(triple: Triple, words: Sequence[Cell]) -> AnyTerm:
    """The value of a triple; the context of a passage gets the passage's language."""
    around = triple.predicate.value in {OA + "prefix", OA + "suffix"} and isinstance(triple.object, Literal)
    return Literal(triple.object.value, language=words[0].language) if around and words else triple.object  # type: ignore[union-attr]


def _strangeness(fact: Fact, language: str) -> int:
    """How badly a fact fits into a sentence: 1 if a text is in another language, 2 if nothing is asserted."""
    if not fact.stated:
        return 2
    return int(any(value.cell.href is None and value.cell.language not in {None, language} for value in fact.stated))


def _words(service: Service, said: Iterable[Triple]) -> list[Cell]:
    """The words of a passage in its document's language; empty for other things."""
    quoted = [(t.subject, t.object) for t in said if t.predicate.value == OA + "exact" and isinstance(t.object, Literal)]
    rows = service.sparql(Query(_SPOKEN.format(**service.roles.paths, node=quoted[0][0]))).rows() if quoted else iter(())
    tag = next((term.value for (term,) in rows if isinstance(term, Literal)), None)
    return [Cell(words.value, language=words.language or tag) for _, words in quoted]


def _sentence(fact: Fact, *, named: bool) -> Markup:
    values = listed([shown(value.cell) for value in fact.stated])
    if not named:
        return values
    sentence = Markup(gettext("%(property)s: %(values)s"))  # noqa: S704 - a text of ours, into which all else is escaped
    return sentence % {"property": fact.term.text, "values": values}


def _passages(service: Service, of: Extent, triples: Sequence[Triple], language: str) -> dict[Triple, list[FactPassage]]:
    """The passages of each triple."""
    found: dict[Triple, list[FactPassage]] = {}
    if of.is_cut:
        # If there are very many records, only those of shown triples, whose IRIs can be computed.
        records = [statement_iri(service.space, *t) for t in triples]
        queries = [_PASSAGES.format(**service.roles.paths, variable="record", nodes=" ".join(map(terms.write, records)))]
    else:
        node = terms.write(NamedNode(of.iri))
        queries = [_PASSAGES.format(**service.roles.paths, variable=variable, nodes=node) for variable in ("s", "o")]
    rows = [row for query in queries for row in service.sparql(Query(query)).rows()]
    labels = service.labels([document for *_, document, _ in rows], language)
    for s, p, o, passage, words, document, language_ in rows:
        link, origin = cell(passage, labels), cell(document, labels)
        assert isinstance(words, Literal)
        assert link is not None
        assert origin is not None
        tag = language_.value if isinstance(language_, Literal) else None
        found.setdefault(Triple(s, p, o), []).append(FactPassage(words.value, tag, link, origin))  # type: ignore[arg-type]
    return found
