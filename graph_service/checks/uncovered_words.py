"""The words of a passage that none of its statements contains: something may have been overlooked.

A content word is carried if a statement of its file contains it: in a name of its subject, its subject's class, its property or its object,
or in a literal. Words are compared by their stems (Snowball), so that "strengthens" carries "strengthening"; function words are ignored,
but not quantifiers (all, most). An uncarried word need not be a fault: a reader decides. The percentage carried should only rise. It needs
the library `snowballstemmer` (the extra `languages`), and a document in a language whose function words are listed here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from graph_service.checks.document_texts import SourcePassage, passages
from graph_service.rdf.namespaces import DCTERMS, RDFS, SKOS
from graph_service.reasoning.knowledge import Knowledge
from graph_service.sources.evidence import TYPE
from graph_service.sources.roles import Role
from graph_service.text.folding import WORD, fold

try:
    from snowballstemmer import stemmer
except ImportError:  # the extra is not installed
    stemmer = None

_LANGUAGE = ox.NamedNode(DCTERMS + "language")

#: Label properties, beside those of the graph's roles.
_NAMES = frozenset({RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel"})

#: Snowball's names of the languages, and the function words of each.
_ALGORITHMS = {"en": "english", "fr": "french", "es": "spanish"}
_SMALL_WORDS = {
    "en": (
        "a about after also among an and any are as at be been but by can for from had has have he her his i if in into is it its may my "
        "no nor not of on or our s she so such than that the their them then there these they this those through to under was we were what "
        "when where which while who whom whose will with within would you your"
    ),
    "fr": (
        "a à au aux avec c ce ces cette d dans de des du elle elles en entre est et eux il ils j je l la le les leur leurs lui m ma mais "
        "me même mes n ne nos notre nous on ou où par pas pour qu que qui s sa se ses son sont sur t te tu un une vos votre vous y"
    ),
    "es": (
        "a al ante con contra cual cuando de del desde donde el ella ellas ellos en entre era es esa ese eso esta este esto ha han hasta "
        "la las le les lo los mas me mi no nos o para pero por que quien se sin sobre son su sus también te tu un una y ya"
    ),
}


@dataclass(frozen=True)
class Unsaid:
    """A passage, its number of content words, and those that no statement carries, in order."""

    passage: SourcePassage
    words: int
    left: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.passage.where()}: No statement has these words of the passage: {', '.join(self.left)}."


def unsaid(knowledge: Knowledge) -> list[Unsaid]:
    """Each passage with its uncarried words; none in an unsupported language or without the library."""
    if stemmer is None:
        return []
    languages = {
        quad.subject.value: quad.object.value.partition("-")[0]
        for quad in knowledge.data
        if quad.predicate == _LANGUAGE and isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
    }
    roles = knowledge.sources.roles
    named_by = _NAMES.union(roles.of(Role.CODE), roles.of(Role.OTHER_NAME))
    names = defaultdict[str, set[str]](set)
    for quad in (*knowledge.ontology, *knowledge.data):
        if quad.predicate.value in named_by and isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
            names[quad.subject.value].add(quad.object.value)
    for quad in knowledge.data:
        if quad.predicate == TYPE and isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            names[quad.subject.value] |= names[quad.object.value]
    return [
        _look_at(passage, names, languages[passage.document])
        for passage in passages(knowledge.sources)
        if languages.get(passage.document) in _ALGORITHMS
    ]


def carried(found: list[Unsaid]) -> str:
    """The percentage of content words that are carried, with one decimal, rounded down."""
    words = sum(one.words for one in found)
    return f"{1000 * (words - sum(len(one.left) for one in found)) // words / 10} %" if words else "no words looked at"


def _look_at(passage: SourcePassage, names: dict[str, set[str]], language: str) -> Unsaid:
    stem = stemmer(_ALGORITHMS[language]).stemWord
    own = ox.NamedNode(passage.iri)
    small = set(fold(_SMALL_WORDS[language]).split())
    texts = {text for quad in passage.file.quads if quad.subject != own for text in _texts(quad, names)}
    known = {stemmed for text in texts for stemmed in _stems(text, stem)}
    written = [word for word in WORD.findall(passage.exact) if fold(word) not in small]
    return Unsaid(passage, len(written), tuple(word for word in written if stem(fold(word)) not in known))


def _texts(quad: ox.Quad, names: dict[str, set[str]]) -> Iterator[str]:
    for term in (quad.subject, quad.predicate, quad.object):
        if isinstance(term, ox.Literal):
            yield term.value
        elif isinstance(term, ox.NamedNode):
            yield from names.get(term.value, ())


def _stems(text: str, stem: Callable[[str], str]) -> Iterator[str]:
    return (stem(word) for word in fold(text).split())
