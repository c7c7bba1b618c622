"""Mistakes in valid queries: a term that is not used, a variable without a value, a text without its language. What is none is not told."""

from collections.abc import Sequence

import pytest

from graph_service.sparql.mistakes.silent import silent

HEAD = "PREFIX e: <http://e/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "


class _Vocabulary:
    """A graph of works and their makers."""

    def is_property(self, iri: str) -> bool:
        return iri in {
            "http://e/maker",
            "http://e/name",
            "http://e/code",
            "http://e/year",
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        }

    def is_class(self, iri: str) -> bool:
        return iri == "http://e/Work"

    def unused(self, iris: Sequence[str]) -> Sequence[str]:
        return [iri for iri in iris if "nobody" in iri]

    def near(self, iri: str, role: str, classes: tuple[str, ...] = ()) -> Sequence[str]:
        if classes == ("http://e/Work",):
            return ["http://e/year"]
        return {"property": ["http://e/maker", "http://f/maker"], "class": ["http://e/Work"]}.get(role, [])

    def forms(self, property: str) -> Sequence[str]:
        xsd = "http://www.w3.org/2001/XMLSchema#"
        return {"http://e/name": ["@en", "@fr"], "http://e/code": [xsd + "string"], "http://e/year": [xsd + "gYear"]}.get(property, [])

    def tagged(self, property: str, words: str) -> Sequence[str]:
        return ["@en", "@fr"]


#: Kind, the query with the mistake between « and », the proposals.
MISTAKES = [
    ("unused-property", "SELECT * { ?w «e:author» ?m }", ["e:maker", "<http://f/maker>"]),
    ("unused-property", "SELECT * { ?w a e:Work ; e:maker/«e:author» ?m }", ["e:maker", "<http://f/maker>"]),
    ("unused-property", "SELECT * { ?w a e:Work ; e:maker ?m ; «e:author» ?m . ?m e:name ?n }", ["e:year"]),
    ("unused-property", "SELECT * { ?w e:maker ?m . ?m a e:Work . ?w «e:author» ?m }", ["e:maker", "<http://f/maker>"]),
    ("unused-property", "SELECT * { ?w e:maker [ «e:author» ?m ] }", ["e:maker", "<http://f/maker>"]),
    ("unused-property", "SELECT * { ?w e:name ?n FILTER EXISTS { ?w «<http://e/author>» ?m } }", ["e:maker", "<http://f/maker>"]),
    ("unused-property", "CONSTRUCT { ?w e:new ?m } WHERE { ?w (e:maker|«e:author») ?m }", ["e:maker", "<http://f/maker>"]),
    ("unused-class", "SELECT * { ?w a «e:Picture» }", ["e:Work"]),
    ("unused-class", "SELECT * { ?w e:maker ?m ; a e:Work, «e:Picture» }", ["e:Work"]),
    ("unused", "SELECT * { ?w e:maker «e:nobody» }", []),
    ("unused", "SELECT * { VALUES ?m { «e:nobody» } ?w e:maker ?m }", []),
    ("unused", "SELECT * { ?w e:maker ?m FILTER(?m = «e:nobody») }", []),
    ("unused", "DESCRIBE ?w { «e:nobody» e:maker ?w }", []),
    ("unbound", "SELECT ?w «?makr» { ?w e:maker ?maker }", ["?maker"]),
    ("unbound", "SELECT ?w { ?w e:maker ?m FILTER(«?year» > 3) }", []),
    ("unbound", "SELECT ?w { ?w e:year ?year } ORDER BY «?yaer»", ["?year"]),
    ("unbound", "CONSTRUCT { ?w e:new «?x» } WHERE { ?w e:maker ?m }", []),
    ("unbound", "SELECT (COUNT(«?y») AS ?all) { ?w e:maker ?m }", []),
    ("tag-missing", 'SELECT * { ?w e:name «"Vase"» }', ['"Vase"@en', '"Vase"@fr']),
    ("tag-missing", 'SELECT * { ?w e:name "Vase"@en, «"Vase"» }', ['"Vase"@en', '"Vase"@fr']),
    ("tag-missing", 'SELECT * { ?w e:name ?n FILTER(?n = «"Vase"») }', ['"Vase"@en', '"Vase"@fr']),
    ("tag-missing", "SELECT * { ?w e:name ?n FILTER('''a''' = 'b' || «'Vase'» = ?n) }", ["'Vase'@en", "'Vase'@fr"]),
    ("tag-wrong", 'SELECT * { ?w e:name «"Vase"@de» }', ['"Vase"@en', '"Vase"@fr']),
    ("tag-wrong", 'SELECT * { ?w e:code «"V1"@en» }', ['"V1"']),
    ("type-missing", "SELECT * { ?w e:year «1999» }", ['"1999"^^xsd:gYear']),
    ("type-missing", 'SELECT * { ?w e:year «"1999"» }', ['"1999"^^xsd:gYear']),
]


@pytest.mark.parametrize(("kind", "marked", "proposals"), MISTAKES)
def test_a_silent_mistake_is_found_at_its_place(kind: str, marked: str, proposals: list[str]) -> None:
    text = HEAD + marked.replace("«", "").replace("»", "")
    (mistake,) = silent(text, _Vocabulary())
    place = (len(HEAD) + marked.index("«"), len(HEAD) + marked.index("»") - 1)
    assert (mistake.kind, (mistake.start, mistake.end)) == (kind, place)
    assert list(mistake.proposals) == proposals
    assert text[mistake.start : mistake.end] in mistake.sentence


def test_texts_in_the_readers_language_are_proposed_first() -> None:
    (mistake,) = silent(HEAD + 'SELECT * { ?w e:name "Vase" }', _Vocabulary(), language="fr")
    assert mistake.proposals == ('"Vase"@fr', '"Vase"@en')


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?w a e:Work ; e:maker ?m ; e:name ?n FILTER(?n = 'Vase'@en) }",
        "SELECT ?n (COUNT(?w) AS ?all) { ?w e:maker ?n } GROUP BY ?n HAVING (COUNT(?w) > 1) ORDER BY DESC(?all) LIMIT 3",
        "SELECT ?w ?x { ?w e:maker ?m BIND(STR(?m) AS ?x) }",
        "SELECT ?w ?x { ?w e:maker ?m { SELECT ?x { ?x a e:Work } LIMIT 1 } }",
        "SELECT ?a ?b { VALUES (?a ?b) { (e:maker UNDEF) } }",
        "SELECT ?g { GRAPH ?g { ?w e:maker ?m } }",
        # What another server has is not known.
        "SELECT ?w { SERVICE SILENT <http://other/> { ?w e:author ?m ; e:name 'x' } ?w a e:Work }",
        # A path that fits without the property.
        "SELECT ?w { ?w e:maker/e:author* ?m }",
        "SELECT ?w { ?w !e:author ?m }",
        # Datatypes and functions.
        "SELECT ?w { ?w e:year '1999'^^xsd:gYear FILTER(xsd:integer(?w) > 1) }",
        "SELECT ?w { ?w e:maker/e:name 'Vase' }",
        "SELECT * FROM e:nobody { ?w e:maker ?m }",
        "CONSTRUCT { ?w e:new e:nobody } WHERE { ?w e:maker ?m }",
        "ASK { ?w e:maker (1 2) }",
        # No query at all.
        "«»",
        "}}}} ]] ((",
        "PREFIX",
    ],
)
def test_what_is_right_is_not_told(query: str) -> None:
    assert [mistake.sentence for mistake in silent(HEAD + query, _Vocabulary())] == []


def test_what_is_only_in_a_named_graph_is_not_missed_where_the_default_graph_does_not_have_it() -> None:
    text = HEAD + "SELECT * { GRAPH ?g { ?w e:author ?m } }"
    assert [mistake.kind for mistake in silent(text, _Vocabulary())] == ["unused-property"]
    assert silent(text, _Vocabulary(), plain=True) == []
