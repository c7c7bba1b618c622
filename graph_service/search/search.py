"""Full-text search: words -> things by rank, each with a snippet of the matching text."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path
from typing import Any

from graph_service.arrival import began
from graph_service.errors import OutOfTime
from graph_service.rdf.labels import distance
from graph_service.rdf.prefixes import curie
from graph_service.search.index import LAST_LABEL, LOCAL_NAME, Part
from graph_service.text.folding import WORD, fold

#: About how many characters a snippet has, and how many of them before the match.
_SHOWN, _BEFORE = 200, 60

#: How many characters of a text are scanned for a snippet, and of all texts of a page together.
_LOOKED_AT, _LOOKED_AT_TOGETHER = 20_000, 400_000

#: SQLite checks the deadline after so many virtual machine instructions.
_STEPS = 10_000

# Grades: acronym, whole name, prefix of either, words of either; then definitions, passages, other texts. If only some words match, all are
# of one grade, ranked by number and rarity of the words. Within a grade terms of an ontology come after things.
_MATCHES = """
WITH hit AS MATERIALIZED (SELECT rowid AS id, rank AS weight FROM word WHERE word MATCH :match),
graded AS (
  SELECT text.*, CASE
    WHEN :some THEN 9 WHEN part > 1 THEN part + 2 WHEN folded = :asked THEN part
    WHEN substr(folded, 1, length(:asked)) = :asked THEN 2 ELSE 3
  END AS grade, weight
  FROM hit JOIN text USING (id)
  WHERE part <= :last AND (:kind IS NULL OR thing IN (SELECT thing FROM class WHERE iri = :kind))
),
ordered AS (
  SELECT *, CASE WHEN grade < 4 THEN length(folded) ELSE weight END AS size,
    ROW_NUMBER() OVER (PARTITION BY thing ORDER BY grade, language <> :language, weight, id) AS turn
  FROM graded
)
"""

_PAGE = """SELECT thing.id, iri, kind, source, part, language, words, COUNT(*) OVER () AS total
FROM ordered JOIN thing ON thing.id = ordered.thing WHERE turn = 1
ORDER BY grade, kind LIKE 'http://www.w3.org/2002/07/owl#%', size, iri LIMIT :size OFFSET :start"""

#: The things with exactly this name or acronym; else those with this key (the end of the IRI).
_CALLED = """SELECT DISTINCT iri FROM (SELECT rowid AS id FROM word WHERE word MATCH :match) JOIN text USING (id)
JOIN thing ON thing.id = text.thing WHERE folded = :asked AND part <= :last ORDER BY iri LIMIT :most"""
_KEYED = "SELECT iri FROM thing WHERE iri LIKE :key ESCAPE '!' ORDER BY iri LIMIT :most"

#: The most classes that are searched for a suggestion.
_CLASSES = 2000

#: The most things of one name that are returned.
_NAMESAKES = 20

#: The most indexed words compared with one that no text has, and how alike they must be (0 to 1, see `difflib`).
_COMPARED, _ALIKE = 2000, 0.8

#: The least share of a word that similar words must have as their common prefix.
_STEM = 0.7

#: The most similar words that are used.
_FORMS = 5

#: Indexed words of about the same length, most frequent first.
_NEAR = """SELECT term FROM temp.vocabulary WHERE term >= :begin AND term < :end
AND length(term) BETWEEN :length - 2 AND :length + 2 ORDER BY doc DESC LIMIT :most"""

_KINDS = """SELECT kind, COUNT(*) FROM ordered JOIN thing ON thing.id = ordered.thing
WHERE turn = 1 AND kind IS NOT NULL GROUP BY kind ORDER BY COUNT(*) DESC, kind"""

# For labels the language decides (see `rdf.labels`); for other names and texts the property.
_NAME = """SELECT language, words FROM text WHERE thing = ? AND part = ? AND place < ?
ORDER BY max(place, ?), distance(language, ?), place, language, words LIMIT 1"""


@dataclass(frozen=True)
class Piece:
    """A piece of a snippet, and whether it matches."""

    text: str
    match: bool = False


@dataclass(frozen=True)
class Name:
    """A thing's label with its language; else its short name or first words."""

    iri: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Hit:
    """A search result: the thing, its class, its source document, and the part, language and snippet of the matching text."""

    thing: Name
    kind: Name | None
    source: Name | None
    part: Part
    language: str
    snippet: tuple[Piece, ...]


@dataclass(frozen=True)
class Findings:
    """A page of search results, the total number, the number by class, and whether all words match or only some."""

    hits: tuple[Hit, ...]
    total: int
    kinds: tuple[tuple[Name, int], ...]
    complete: bool = True
    #: The words that were searched for in place of those that no text has.
    instead: str = ""


@dataclass(frozen=True)
class Wanted:
    """A search request: text; preferred language; a class; range of results; whether only names are searched."""

    text: str
    language: str = "en"
    kind: str | None = None
    start: int = 0
    size: int = 20
    names_only: bool = False


class Search:
    """Searches one snapshot's index."""

    def __init__(self, index: Callable[[], Path], deadline: float, short: Callable[[str], str] = curie) -> None:
        """`index` returns the index file, and raises Unavailable if it is damaged; `short` abbreviates the IRI of a thing without a label;
        `deadline` is in seconds.
        """
        self._index = index
        self._short = short
        self._deadline = deadline

    def find(self, wanted: Wanted) -> Findings:
        """The things that have a text with all words, or words with these prefixes; if there are none, those with some of them; if there
        are none either, those with the most similar words that there are.

        A text without words finds nothing. Raises OutOfTime, and Unavailable if the index is damaged.
        """
        words = fold(wanted.text).split()
        if not words:
            return Findings((), 0, ())
        with self._in_time() as database:
            found = self._find(database, wanted, words)
            if found.total or wanted.names_only:
                return found
            if len(words) > 1:
                found = self._find(database, wanted, words, some=True)
            similar = [] if found.total else [_similar(database, word) for word in words]
            if similar in ([], words):
                return found
            return replace(self._find(database, wanted, similar), instead=" ".join(similar))

    def called(self, text: str) -> list[str]:
        """The IRIs of the things with this name in any language, ignoring case and accents; else of those with this key.

        Raises OutOfTime, and Unavailable if the index is damaged.
        """
        words = fold(text).split()
        if not words:
            return []
        key = "%/" + re.sub("([%_!])", r"!\1", text.strip())
        given = {"match": " ".join(f'"{word}"' for word in dict.fromkeys(words)), "asked": " ".join(words), "key": key}
        with self._in_time() as database:
            for query in (_CALLED, _KEYED):
                found = [iri for (iri,) in database.execute(query, given | {"last": Part.NAME, "most": _NAMESAKES})]
                if found:
                    return found
        return []

    def is_class(self, iri: str) -> bool:
        """Whether a class has instances. Raises Unavailable."""
        with self._opened() as database:
            return database.execute("SELECT 1 FROM class WHERE iri = ? LIMIT 1", (iri,)).fetchone() is not None

    def classes(self) -> list[str]:
        """The IRIs of some classes with instances. Raises Unavailable."""
        with self._opened() as database:
            return [iri for (iri,) in database.execute("SELECT DISTINCT iri FROM class LIMIT ?", (_CLASSES,))]

    @contextmanager
    def _in_time(self) -> Iterator[sqlite3.Connection]:
        """Open the index with the deadline of a search. Raises OutOfTime after it."""
        end = began() + self._deadline
        with self._opened() as database:
            database.create_function("distance", 2, distance, deterministic=True)
            database.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
            try:
                yield database
            except sqlite3.OperationalError as error:
                if "interrupt" not in str(error):
                    raise
                raise OutOfTime(f"The search took longer than {self._deadline:g} s.") from error

    def _opened(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(f"{self._index().absolute().as_uri()}?mode=ro&immutable=1", uri=True))

    def _find(self, database: sqlite3.Connection, wanted: Wanted, words: Sequence[str], some: bool = False) -> Findings:
        # Each word is a quoted string of letters and digits, with no FTS5 syntax in it. A word matches as a prefix; one of up to two
        # letters only if it is the last, which is still being typed.
        parts = [f'"{word}"' + "*" * (len(word) > 2 or word == words[-1]) for word in dict.fromkeys(words)]
        given: dict[str, Any] = {
            "match": (" OR " if some else " ").join(parts),
            "some": some,
            "asked": " ".join(words),
            "language": wanted.language,
            "kind": wanted.kind,
            "last": Part.NAME if wanted.names_only else Part.TEXT,
        }
        rows = database.execute(_MATCHES + _PAGE, given | {"size": wanted.size, "start": wanted.start}).fetchall()
        counted = [] if wanted.names_only and rows else database.execute(_MATCHES + _KINDS, given).fetchall()
        total = rows[0][-1] if rows else sum(count for _, count in counted)
        looked_at = min(_LOOKED_AT, _LOOKED_AT_TOGETHER // max(1, len(rows)))
        hits = (
            Hit(
                self._named(database, number, iri, wanted.language),
                self._name(database, kind, wanted.language),
                self._name(database, source, wanted.language),
                Part(part),
                language,
                tuple(snippet(text, words, looked_at)),
            )
            for number, iri, kind, source, part, language, text, _ in rows
        )
        kinds = ((self._name(database, kind, wanted.language), count) for kind, count in counted)
        return Findings(tuple(hits), total, tuple((name, count) for name, count in kinds if name), complete=not some)

    def _name(self, database: sqlite3.Connection, iri: str | None, language: str) -> Name | None:
        if iri is None:
            return None
        row = database.execute("SELECT id FROM thing WHERE iri = ?", (iri,)).fetchone()
        return self._named(database, row[0], iri, language) if row else Name(iri, self._short(iri))

    def _named(self, database: sqlite3.Connection, number: int, iri: str, language: str) -> Name:
        row = database.execute(_NAME, (number, Part.NAME, LOCAL_NAME, LAST_LABEL, language)).fetchone()
        if row:
            return Name(iri, row[1], row[0])
        row = database.execute(_NAME, (number, Part.PASSAGE, LOCAL_NAME, LAST_LABEL, language)).fetchone()
        return Name(iri, _shortened(row[1], 80), row[0]) if row else Name(iri, self._short(iri))


def _similar(database: sqlite3.Connection, word: str) -> str:
    """What to search for instead of a word that no text has: a prefix shared with similar words, or the most similar word.

    The first letter must be right. Returns the word itself if none is similar.
    """
    given = {"begin": word[0], "end": word[0] + "\U0010ffff", "length": len(word), "most": _COMPARED}
    # A virtual table over the index, which lives as long as the connection.
    database.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, word, row)")
    alike = get_close_matches(word, [term for (term,) in database.execute(_NEAR, given)], _FORMS, _ALIKE)
    if not alike:
        return word
    # Inflected forms of a word share their beginning: `libraries`, `library`.
    shared = [sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, term, strict=False))) for term in alike]
    stems = [length for length in shared if length >= _STEM * len(word)]
    return word[: min(stems)] if stems else alike[0]


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + "…"


def snippet(text: str, words: Sequence[str], looked_at: int = _LOOKED_AT) -> list[Piece]:
    """The part of a text with the most matches of folded words, split into matches and the rest.

    Of a long text so many characters are scanned, beginning near the first literal occurrence of a word.
    """
    begin = _first(text, words) if len(text) > looked_at else 0
    looked = text[: begin + looked_at]
    matches = [match.span() for match in WORD.finditer(looked, begin) if _is_wanted(match[0], tuple(words))]
    best = _densest(matches)
    start = text.rfind(" ", 0, best[0] - _BEFORE) + 1 if best[0] > _BEFORE and len(text) > _SHOWN else 0
    end = len(text) if len(text) <= start + _SHOWN else max(text.rfind(" ", 0, start + _SHOWN), best[1])
    pieces, at = [Piece("…")] if start else [], start
    for begin, finish in matches:
        if start <= begin and finish <= end:
            pieces += [Piece(text[at:begin]), Piece(text[begin:finish], match=True)]
            at = finish
    pieces.append(Piece(text[at:end] + ("…" if end < len(text) else "")))
    return [piece for piece in pieces if piece.text]


def _first(text: str, words: Sequence[str]) -> int:
    """An offset shortly before the first occurrence of a word in any case; 0 if there is none."""
    small = text.lower()
    places = [place for word in words if (place := small.find(word)) >= 0]
    # Lower-casing can change the length; and some context before the match may be shown.
    return max(0, min(places) - 2 * _SHOWN) if places and len(small) == len(text) else 0


def _is_wanted(word: str, wanted: tuple[str, ...]) -> bool:
    # Fast path: ASCII words need only lower-casing.
    return word.lower().startswith(wanted) if word.isascii() else any(part.startswith(wanted) for part in fold(word).split())


def _densest(matches: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The match followed by the most others within a snippet."""
    best, most, ahead = (0, 0), 0, 0
    for place, match in enumerate(matches):
        while ahead < len(matches) and matches[ahead][0] < match[0] + _SHOWN - _BEFORE:
            ahead += 1
        if ahead - place > most:
            best, most = match, ahead - place
    return best
