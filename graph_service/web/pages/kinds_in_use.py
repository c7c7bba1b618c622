"""Lists for a graph without list definitions: its classes, with the properties that their instances have.

A class gets a list if it has instances with IRIs; the largest come first. A property is a column if many instances have it, and a facet if
it has few values.
"""

import re
from collections.abc import Sequence

from babel.support import LazyProxy

from graph_service.engine.result import Query
from graph_service.rdf import terms
from graph_service.rdf.labels import last_part
from graph_service.rdf.namespaces import OWL, RDF, RDFS, SHACL
from graph_service.rdf.terms import Literal, NamedNode
from graph_service.service.service import Service
from graph_service.settings import LANGUAGES
from graph_service.snapshot.lists import RESERVED, ListedKind, Trait
from graph_service.web.display.translations import lazy_gettext
from graph_service.web.http.languages import speaking

#: The most classes with a list, and the most columns and facets of a list. A table below the lists has all classes.
MOST_KINDS, _MOST_COLUMNS, _MOST_FACETS = 60, 5, 8

#: A column is a property of at least one instance in so many; a facet has at most so many values.
_ONE_IN, _MOST_VALUES = 4, 60

#: Namespaces of the languages themselves.
_LANGUAGES = (RDF, RDFS, OWL, SHACL)

#: Lists of the ontology's terms, which come last.
_TERMS = {
    "classes": (lazy_gettext("Classes"), (OWL + "Class", RDFS + "Class")),
    "properties": (
        lazy_gettext("Properties"),
        (*(OWL + kind for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")), RDF + "Property"),
    ),
}

#: The graph's description of itself is not counted.
_CLASSES = f"""
SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) WHERE {{
  ?thing a ?class .
  FILTER NOT EXISTS {{ GRAPH $description {{ ?thing a ?class }} }}
  FILTER(isIRI(?thing) && isIRI(?class) && {" && ".join(f'!STRSTARTS(STR(?class), "{space}")' for space in _LANGUAGES)})
}} GROUP BY ?class ORDER BY DESC(?things) ?class LIMIT {MOST_KINDS}"""

_PROPERTIES = """
SELECT ?property (COUNT(DISTINCT ?thing) AS ?things) (COUNT(DISTINCT ?value) AS ?values) (SAMPLE(?value) AS ?one) WHERE {{
  {of} ?thing a ?class ; ?property ?value .
  FILTER(isIRI(?thing) && !isBlank(?value))
}} GROUP BY ?property ORDER BY DESC(?things) ?property"""

#: Properties that are not columns: labels, which have a column of their own, and types.
_NAMES = frozenset({RDF + "type", RDFS + "label", "http://www.w3.org/2004/02/skos/core#prefLabel", OWL + "sameAs"})


def kinds_in_use(service: Service) -> list[ListedKind]:
    """The classes in use as kinds, without traits."""
    query = Query(_CLASSES.replace("$description", f"<{service.space.graph_description}>"))
    classes = [term for term, _ in service.sparql(query).rows() if isinstance(term, NamedNode)]
    names = _labels(service, classes)
    kinds: dict[str, ListedKind] = {}
    for class_ in classes:
        name = _free(_word(class_.value), kinds)
        kinds[name] = ListedKind(name, names[class_.value], (class_.value,))
    for word, (label, meta) in _TERMS.items():
        if service.sparql(Query(f"ASK {{ {_of(meta)} ?thing a ?class FILTER(isIRI(?thing)) }}")):
            name = _free(word, kinds)
            kinds[name] = ListedKind(name, _in_languages(label), meta)
    return list(kinds.values())


def traits_in_use(service: Service, kind: ListedKind) -> tuple[Trait, ...]:
    """The traits of a class: properties that many of its instances have."""
    rows = list(service.sparql(Query(_PROPERTIES.format(of=_of(kind.classes)))).rows())
    rows = [row for row in rows if isinstance(row[0], NamedNode) and row[0].value not in _NAMES]
    most = max((_number(things) for _, things, *_ in rows), default=0)
    labels = _labels(service, [row[0] for row in rows if isinstance(row[0], NamedNode)])
    traits: dict[str, Trait] = {}
    columns = facets = 0
    for property, things, values, one in rows:
        assert isinstance(property, NamedNode)
        column = columns < _MOST_COLUMNS and _number(things) * _ONE_IN >= most
        # A value unique to each instance filters nothing.
        facet = facets < _MOST_FACETS and 1 < _number(values) <= _MOST_VALUES and _number(values) < _number(things)
        if column or facet:
            name = _free(_variable(property.value), traits, "_")
            traits[name] = Trait(
                name=name,
                label=labels[property.value],
                pattern=f"?thing {terms.write(property)} ?value . FILTER(!isBlank(?value))",
                column=column,
                facet=facet,
                plain=isinstance(one, Literal),
            )
            columns, facets = columns + column, facets + facet
    return tuple(traits.values())


def _of(classes: Sequence[str]) -> str:
    return f"VALUES ?class {{ {' '.join(terms.write(NamedNode(iri)) for iri in classes)} }}"


def _in_languages(label: LazyProxy) -> dict[str, str]:
    texts = {}
    for tag in LANGUAGES:
        with speaking(tag):
            texts[tag] = str(label)
    return texts


def _labels(service: Service, things: Sequence[NamedNode]) -> dict[str, dict[str, str]]:
    """IRI -> labels by language; the local name if there are none. A label without a language counts as English."""
    found: dict[str, dict[str, str]] = {thing.value: {} for thing in things}
    for iri, names in service.names(things).items():
        for name in sorted(names, key=lambda name: (name.language is None, len(name.language or ""))):
            tag = name.language or "en"
            # A label in a regional variety serves the language, too, if there is no closer one.
            for language in (tag, tag.partition("-")[0]):
                found[iri].setdefault(language, name.value)
    return {iri: texts or dict.fromkeys(LANGUAGES, _word(iri)) for iri, texts in found.items()}


def _word(iri: str) -> str:
    """An IRI's name in addresses: letters, digits, `-` and `_` of its last part."""
    return re.sub(r"[^\w-]+", "-", last_part(iri).rpartition(":")[2]).strip("-") or "things"


def _variable(iri: str) -> str:
    """An IRI's name as a variable: ASCII letters, digits and `_`, beginning with a letter."""
    return re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"^[^A-Za-z]+", "", _word(iri))).strip("_") or "value"


def _free(word: str, taken: dict[str, ListedKind] | dict[str, Trait], joint: str = "-") -> str:
    """A name that is neither taken nor reserved."""
    name, number = word, 1
    while name in taken or name in RESERVED:
        number += 1
        name = f"{word}{joint}{number}"
    return name


def _number(term: object) -> int:
    return int(term.value) if isinstance(term, Literal) else 0
