"""The classes and properties that a graph uses: how often, what people call them, and which of them is meant by a name that is none.

VoID has the same counts for each graph; this is counted over the default graph, where inferred classes have the properties that documents
state.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property, lru_cache, partial
from itertools import takewhile

from graph_service.engine.result import Query, Result
from graph_service.rdf import terms
from graph_service.rdf.labels import DESCRIPTIONS, LABELS, distance, last_part
from graph_service.rdf.namespaces import RDFS, SCHEMA, SKOS
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.search.search import Search, Wanted
from graph_service.text.folding import fold
from graph_service.text.synonyms import meanings

_CLASSES = "SELECT ?class (COUNT(DISTINCT ?thing) AS ?count) WHERE { ?thing a ?class FILTER(isIRI(?class)) } GROUP BY ?class"

_PROPERTIES = "SELECT ?property (COUNT(*) AS ?count) WHERE { ?thing ?property ?value } GROUP BY ?property"

_USE = """
SELECT ?class ?property (COUNT(*) AS ?count) WHERE {
  ?thing a ?class ; ?property ?value
  FILTER(isIRI(?class))
} GROUP BY ?class ?property"""

_FORMS = """
SELECT ?property ?tag ?datatype (COUNT(*) AS ?count) WHERE {
  ?thing ?property ?value
  FILTER(isLiteral(?value))
  BIND(LANG(?value) AS ?tag)
  BIND(DATATYPE(?value) AS ?datatype)
} GROUP BY ?property ?tag ?datatype"""

#: Other names of a term, by which people find it.
_ALSO = (SKOS + "altLabel", SKOS + "hiddenLabel", SCHEMA + "alternateName")

_KEYS = {**dict.fromkeys(LABELS, "label"), **dict.fromkeys(DESCRIPTIONS, "definition"), **dict.fromkeys(_ALSO, "also")}

_WORDS = f"""
SELECT ?term ?key ?text WHERE {{{{
  VALUES (?property ?key) {{{{ {" ".join(f'(<{property}> "{key}")' for property, key in _KEYS.items())} }}}}
  VALUES ?term {{{{ {{terms}} }}}}
  ?term ?property ?text
}}}}"""

_RANGES = f"SELECT ?term ?range WHERE {{{{ VALUES ?term {{{{ {{terms}} }}}} ?term <{RDFS}range> ?range FILTER(isIRI(?range)) }}}}"

_UNUSED = """
SELECT ?iri WHERE {{
  VALUES ?iri {{ {iris} }}
  FILTER NOT EXISTS {{ ?iri ?p1 ?o1 }}
  FILTER NOT EXISTS {{ ?s2 ?p2 ?iri }}
  FILTER NOT EXISTS {{ ?s3 ?iri ?o3 }}
}}"""

_TAGGED = "SELECT DISTINCT ?value WHERE {{ VALUES ?value {{ {values} }} ?thing {property} ?value }}"

#: The parts of a name: `worksInCountry`, `works_in_country`, `RDFType`.
_PARTS = re.compile(r"[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])|\d+")

#: How many terms are near one, at most, and how near they must be (1 is the same).
_NEAR, _LEAST = 5, 0.55

#: Of a larger vocabulary only so many terms are compared, most used first.
_COMPARED = 3000

#: What a shared word counts: itself, another form, itself in the class of the values, a synonym; and what it loses if only a label has it.
_SAME, _INFLECTED, _RANGED, _MEANT, _LABELLED = 1.0, 0.85, 0.75, 0.65, 0.1

#: What a name counts that is spelt alike, by how much it is: a whole word is surer.
_SPELT = 0.75

#: How much of the longer of two words their common beginning is, at least, for them to be forms of one; and its least length.
_STEM, _STEM_LENGTH = 0.75, 4

#: What a term is nearer by if it is in the same namespace, and if things of the class that is spoken of have it.
_AT_HOME, _OF_CLASS = 0.1, 0.15


@dataclass
class UsedTerm:
    """A class or property: its IRI, how often it is used, its names and definitions as they are in the graph; of a property the classes of
    its values, as far as the graph says; of a class how often its things have each property.
    """

    iri: str
    count: int
    labels: list[Literal] = field(default_factory=list)
    definitions: list[Literal] = field(default_factory=list)
    also: list[Literal] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    properties: dict[str, int] = field(default_factory=dict)

    def label(self, language: str) -> str | None:
        """The label in the language closest to one."""
        return _closest(self.labels, language)

    def definition(self, language: str) -> str | None:
        """The definition in the language closest to one."""
        return _closest(self.definitions, language)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The words of the IRI's last part, folded."""
        return parts(last_part(self.iri))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the IRI's last part and of all names in all languages, folded."""
        return frozenset((*self.parts, *(word for name in (*self.labels, *self.also) for word in fold(name.value).split())))

    @cached_property
    def range_parts(self) -> frozenset[str]:
        """The words of the IRIs of the classes of its values, folded."""
        return frozenset(word for range in self.ranges for word in parts(last_part(range)))


class Vocabulary:
    """The terms that one graph uses. Thread-safe; each part is asked of the engine when it is first needed."""

    def __init__(self, ask: Callable[[Query], Result], search: Search) -> None:
        """`ask` runs a query over the graph, whose full-text search is `search`."""
        self._ask, self._search = ask, search
        self.near = lru_cache(maxsize=512)(self._near)

    @cached_property
    def classes(self) -> Mapping[str, UsedTerm]:
        """IRI -> class, most used first. Raises the engine's errors, as all that follow."""
        found = self._terms(_CLASSES)
        for kind, property, count in self._ask(Query(_USE)).rows():
            if isinstance(kind, NamedNode) and isinstance(property, NamedNode) and isinstance(count, Literal) and kind.value in found:
                found[kind.value].properties[property.value] = int(count.value)
        return found

    @cached_property
    def properties(self) -> Mapping[str, UsedTerm]:
        """IRI -> property, most used first."""
        return self._terms(_PROPERTIES)

    def is_property(self, iri: str) -> bool:
        """Whether a triple has this predicate."""
        return iri in self.properties

    def is_class(self, iri: str) -> bool:
        """Whether a thing is of this class."""
        return iri in self.classes

    def unused(self, iris: Sequence[str]) -> Sequence[str]:
        """Those of some IRIs that are in no triple, in their order."""
        nodes = [node for iri in iris if (node := _node(iri)) is not None]
        if not nodes:
            return []
        rows = self._ask(Query(_UNUSED.format(iris=" ".join(map(terms.write, nodes))))).rows()
        missing = {row[0].value for row in rows if isinstance(row[0], NamedNode)}
        return [iri for iri in iris if iri in missing]

    def forms(self, property: str) -> Sequence[str]:
        """How the literals of a property end, most frequent first: `@en` and the like, or the IRI of their datatype."""
        return self._forms.get(property, ())

    def tagged(self, property: str, words: str) -> Sequence[str]:
        """`@en` and the like, with which the property has these words as a value; else all that its values have."""
        tags = [form for form in self.forms(property) if form.startswith("@")]
        values = " ".join(str(Literal(words, language=tag[1:])) for tag in tags)
        if not values:
            return []
        rows = self._ask(Query(_TAGGED.format(values=values, property=terms.write(NamedNode(property))))).rows()
        return [f"@{row[0].language}" for row in rows if isinstance(row[0], Literal)] or tags

    def _near(self, iri: str, role: str, classes: tuple[str, ...] = ()) -> Sequence[str]:
        """The IRIs that may be meant by one that is not in use, likeliest first: by spelling, by words of their names in any language, by
        synonyms. `role` is property, class or thing, `classes` are those of the things that are said to have the property.
        """
        name = last_part(iri)
        asked = parts(name)
        if not asked:
            return []
        if role == "thing":
            found = self._search.find(Wanted(" ".join(asked), size=_NEAR, names_only=True))
            return [hit.thing.iri for hit in found.hits] if found.complete else []
        known = self.classes if role == "class" else self.properties
        compared = [*known.values()][:_COMPARED]
        home = iri.removesuffix(name)
        ranked = [(_nearness(name, asked, term), term) for term in compared]
        had = {property for kind in classes if kind in self.classes for property in self.classes[kind].properties}
        ranked = [
            (nearness + _AT_HOME * term.iri.startswith(home) + _OF_CLASS * (term.iri in had), term)
            for nearness, term in ranked
            if nearness >= _LEAST
        ]
        ranked.sort(key=lambda pair: (-pair[0], -pair[1].count, pair[1].iri))
        return [term.iri for _, term in ranked[:_NEAR]]

    @cached_property
    def _forms(self) -> Mapping[str, Sequence[str]]:
        counted: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for property, tag, datatype, count in self._ask(Query(_FORMS)).rows():
            if isinstance(property, NamedNode) and isinstance(datatype, NamedNode) and isinstance(count, Literal):
                form = f"@{tag.value}" if isinstance(tag, Literal) and tag.value else datatype.value
                counted[property.value].append((-int(count.value), form))
        return {property: [form for _, form in sorted(forms)] for property, forms in counted.items()}

    def _terms(self, text: str) -> dict[str, UsedTerm]:
        rows = self._ask(Query(text)).rows()
        counted = [(iri.value, int(count.value)) for iri, count in rows if isinstance(iri, NamedNode) and isinstance(count, Literal)]
        found = {iri: UsedTerm(iri, count) for iri, count in sorted(counted, key=lambda entry: (-entry[1], entry[0]))}
        self._name(found)
        return found

    def _name(self, found: Mapping[str, UsedTerm]) -> None:
        """Add names, definitions and the classes of values."""
        nodes = " ".join(terms.write(NamedNode(iri)) for iri in found)
        for term, range in self._ask(Query(_RANGES.format(terms=nodes))).rows():
            if isinstance(term, NamedNode) and isinstance(range, NamedNode):
                found[term.value].ranges.append(range.value)
        for term, key, words in self._ask(Query(_WORDS.format(terms=nodes))).rows():
            if isinstance(term, NamedNode) and isinstance(key, Literal) and isinstance(words, Literal):
                named = found[term.value]
                {"label": named.labels, "definition": named.definitions, "also": named.also}[key.value].append(words)


def parts(name: str) -> tuple[str, ...]:
    """The words of a name that is written together, folded: `worksInCountry` -> works, in, country."""
    return tuple(fold(" ".join(_PARTS.findall(name))).split())


def _nearness(name: str, asked: Sequence[str], term: UsedTerm) -> float:
    """How near a term is to a name, from 0 to 1."""
    other = last_part(term.iri)
    if fold(name) == fold(other):
        return 1
    matcher = SequenceMatcher(None, name.lower(), other.lower())
    spelling = matcher.ratio() if matcher.real_quick_ratio() > _LEAST and matcher.quick_ratio() > _LEAST else 0
    shared = sum(_share(word, term) for word in asked) / len(asked)
    # Of names that share as many words the shorter is nearer.
    return max(spelling * _SPELT, shared * 0.95 ** max(0, len(term.parts) - len(asked)))


def _share(word: str, term: UsedTerm) -> float:
    """How well one word is among those of a term."""
    found = [_RANGED if word in term.range_parts else 0.0]
    for value, fits in ((_SAME, {word}.__contains__), (_INFLECTED, partial(_are_forms, word)), (_MEANT, meanings(word).__contains__)):
        if any(map(fits, term.parts)):
            found.append(value)
        elif any(map(fits, term.words)):
            found.append(value - _LABELLED)
    return max(found)


def _are_forms(word: str, other: str) -> bool:
    """Whether two words may be forms of one: `funder`, `funded`."""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))
    return shared >= max(_STEM_LENGTH, _STEM * max(len(word), len(other)))


def _closest(texts: Iterable[Literal], language: str) -> str | None:
    best = min(((distance(text.language, language), text.value) for text in texts), default=None)
    return None if best is None else best[1]


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:
        return None
