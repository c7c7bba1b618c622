"""Doubts: possible mistakes, reported as warnings that do not stop a build.

- Two things of a type whose keys or labels are almost the same: one letter differs, or the same words are in another order. Numbers and
  short words (mostly codes) must be equal, since they distinguish things. `owl:differentFrom` in the reference data says that both are
  right.
- A text that seems to be in another language than its tag says, if `py3langid` is installed (the extra `languages`): only texts of `LONG`
  characters and more, in the three languages of the pages, if the guess is nearly certain.

Files that are not read, and files and folders without content, are reported for every graph.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache

import pyoxigraph as ox

from graph_service.rdf.namespaces import OWL, RDFS
from graph_service.rdf.prefixes import curie
from graph_service.sources.serialisations import ENDINGS
from graph_service.sources.sources import Sources

try:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier
except ImportError:  # the extra is not installed
    LanguageIdentifier = None

#: How many faults of a file are listed.
_FAULTS = 100

#: The shortest text whose language is guessed, and how certain the guess must be.
LONG = 80
_SURE = 0.99

_LANGUAGES = ("en", "fr", "es")
_NAMES = {"en": "English", "fr": "French", "es": "Spanish"}

#: Keys of passages are ordinals, not names: "contributions" may well be beside "contribution".
_PASSAGE = "passage"

#: How long the words of a key or label must be together for one letter to be a small difference; words up to the second length must be
#: equal.
_LONG_NAME, _SHORT_WORD = 8, 3

#: Words that are ignored in keys and labels.
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "de", "del", "des", "du", "el", "et", "for", "in", "la", "las", "le", "les", "los", "of", "the", "y"}
)

_DIFFERENT, _LABEL = ox.NamedNode(OWL + "differentFrom"), ox.NamedNode(RDFS + "label")


def unread(sources: Sources) -> Iterator[str]:
    """Warnings about files that are not read, parts that were skipped, and folders and files without content."""
    yield from (f"{path}: is not read: the name of a source ends in {ENDINGS}." for path in sources.unread)
    yield from (f"{path}: there is no source in it: the name of one ends in {ENDINGS}." for path in sources.empty)
    for file in (*sources.files, *sources.about):
        yield from (f"{file.place_of(fault)}: left out: {fault.detail}" for fault in file.faults[:_FAULTS])
        if len(file.faults) > _FAULTS:
            yield f"{file.path}: left out: {len(file.faults) - _FAULTS:,} more that cannot be read."
        if not file.quads:
            yield f"{file.path}: says nothing: there is no triple in it."


def doubts(sources: Sources) -> Iterator[str]:
    """All doubts about the sources, as sentences with file and line. Raises SourceError for a file that cannot be parsed."""
    yield from _near_each_other(sources)
    yield from _of_another_language(sources)


def _near_each_other(sources: Sources) -> Iterator[str]:
    """Pairs of things with almost the same key or label."""
    alike: dict[tuple[object, ...], set[tuple[str, str, str]]] = defaultdict(set)
    different = set[tuple[str, str]]()
    for file in sources.data:
        for quad in file.quads:
            subject, value = quad.subject, quad.object
            if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(sources.space.things):
                continue
            kind, _, key = subject.value.removeprefix(sources.space.things).partition("/")
            if kind == _PASSAGE:
                continue
            if quad.predicate == _DIFFERENT and isinstance(value, ox.NamedNode):
                different |= {(subject.value, value.value), (value.value, subject.value)}
            names = [key, value.value] if quad.predicate == _LABEL and isinstance(value, ox.Literal) and value.language == "en" else [key]
            for name in names:
                words, rest = _taken_apart(name)
                for form in sorted(_without_a_letter(words)) if len(words) >= _LONG_NAME else ():
                    alike[kind, rest, form].add((subject.value, name, words))
    reported = set[tuple[str, str]]()
    for things in alike.values():
        for first, name, _ in sorted(things):
            for other, other_name, _ in sorted(things):
                if first < other and (first, other) not in reported | different:
                    reported.add((first, other))
                    quoted = "" if {name, other_name} == {_key(sources, first), _key(sources, other)} else f' ("{name}", "{other_name}")'
                    yield (
                        f"{sources.where(other)}: {curie(other)} reads almost like {curie(first)}{quoted} at {sources.where(first)}. "
                        f"Are they one? If not, {curie(other)} owl:differentFrom {curie(first)} says so."
                    )


def _key(sources: Sources, iri: str) -> str:
    return iri.removeprefix(sources.space.things).partition("/")[2]


def _taken_apart(name: str) -> tuple[str, tuple[str, ...]]:
    """The longer words of a key or label, sorted; and the numbers and short words, which must be equal in both."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = sorted(set(re.findall("[a-z]+|[0-9]+", plain)) - _SMALL_WORDS)
    short = tuple(word for word in words if len(word) <= _SHORT_WORD or word.isdecimal())
    return " ".join(word for word in words if word not in short), short


def _without_a_letter(words: str) -> set[str]:
    """The words, and each result of deleting one letter: two texts that differ by one letter share one of these."""
    return {words, *(words[:place] + words[place + 1 :] for place in range(len(words)))}


def _of_another_language(sources: Sources) -> Iterator[str]:
    """Long texts that seem to be in another language than their tag says."""
    guess = _guesser()
    if guess is None:
        return
    seen = set[ox.Literal]()
    for file in sources.files + sources.about:
        for quad in file.quads:
            text = quad.object
            if not isinstance(text, ox.Literal) or len(text.value) < LONG or text.language not in _LANGUAGES or text in seen:
                continue
            seen.add(text)
            language, certainty = guess(text.value)
            if language != text.language and certainty >= _SURE and isinstance(quad.subject, ox.NamedNode):
                line = file.line_of(quad.subject.value, quad.predicate.value, text.value)
                thing, property = curie(quad.subject.value), curie(quad.predicate.value)
                yield (
                    f"{file.path}:{line or 1}: {thing} ({property}): the text is tagged @{text.language} "
                    f"and reads like {_NAMES[language]}. Is @{language} meant?"
                )


@cache
def _guesser() -> Callable[[str], tuple[str, float]] | None:
    """A function that guesses a text's language with its certainty; None without the library."""
    if LanguageIdentifier is None:
        return None
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(_LANGUAGES))
    return lambda text: (str((found := identifier.classify(text))[0]), float(found[1]))
