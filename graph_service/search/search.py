"""Searching the index: words -> things, the best first, each with the text that matched."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_service.arrival import began
from graph_service.errors import OutOfTime
from graph_service.rdf.labels import distance
from graph_service.rdf.prefixes import curie
from graph_service.search.index import LAST_LABEL, LOCAL_NAME, Part
from graph_service.text.folding import WORD, fold

#: About how many characters of a text are shown around a match, and how many of them before it.
_SHOWN, _BEFORE = 200, 60

#: For a snippet so many characters of a text are looked at; of the texts of a page together so many, whatever is found.
_LOOKED_AT, _LOOKED_AT_TOGETHER = 20_000, 400_000

#: SQLite asks after so many of its instructions whether to go on.
_STEPS = 10_000

# Grades: the acronym, the whole name, the beginning of either, words of either; then definitions, passages, other texts. Where only
# some of the words are asked for, all are of one grade: what has more of them, and rarer ones, comes first. Of one grade the words
# of an ontology come after the things that it is about.
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

#: The things with exactly this name or acronym; without one, those whose key (the end of the IRI) it is.
_CALLED = """SELECT DISTINCT iri FROM (SELECT rowid AS id FROM word WHERE word MATCH :match) JOIN text USING (id)
JOIN thing ON thing.id = text.thing WHERE folded = :asked AND part <= :last ORDER BY iri LIMIT :most"""
_KEYED = "SELECT iri FROM thing WHERE iri LIKE :key ESCAPE '!' ORDER BY iri LIMIT :most"

#: So many classes are looked through for one that may be meant.
_CLASSES = 2000

#: So many things of one name are told.
_NAMESAKES = 20

_KINDS = """SELECT kind, COUNT(*) FROM ordered JOIN thing ON thing.id = ordered.thing
WHERE turn = 1 AND kind IS NOT NULL GROUP BY kind ORDER BY COUNT(*) DESC, kind"""

# Of names by which things are shown the language decides (see `labels`); of others and of texts the property does.
_NAME = """SELECT language, words FROM text WHERE thing = ? AND part = ? AND place < ?
ORDER BY max(place, ?), distance(language, ?), place, language, words LIMIT 1"""


@dataclass(frozen=True)
class Piece:
    """A piece of a text, and whether it is what was searched for."""

    text: str
    match: bool = False


@dataclass(frozen=True)
class Name:
    """What a thing is called, in which language; by its short name or its first words where it has no name."""

    iri: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Hit:
    """A thing that was found: itself, its kind, what it is quoted from, and the part, language and pieces of the text that matched."""

    thing: Name
    kind: Name | None
    source: Name | None
    part: Part
    language: str
    snippet: tuple[Piece, ...]


@dataclass(frozen=True)
class Findings:
    """A page of what was found, how many things were found in all, of what kinds, and whether they have all the words or only some."""

    hits: tuple[Hit, ...]
    total: int
    kinds: tuple[tuple[Name, int], ...]
    complete: bool = True


@dataclass(frozen=True)
class Wanted:
    """What is searched for: text; the language that is liked best; a class; which results; whether only names are looked at."""

    text: str
    language: str = "en"
    kind: str | None = None
    start: int = 0
    size: int = 20
    names_only: bool = False


class Search:
    """Searches in one snapshot's index."""

    def __init__(self, index: Callable[[], Path], deadline: float, short: Callable[[str], str] = curie) -> None:
        """`index` gives the file of the index, and raises Unavailable for one that is damaged; `short` what has no name its short name."""
        self._index = index
        self._short = short
        self._deadline = deadline

    def find(self, wanted: Wanted) -> Findings:
        """The things that have a text with all the words, or words that begin so; if there are none, those with some of them.

        Nothing is found by a text without words. Raises OutOfTime, and Unavailable where the index is not as it was written.
        """
        words = fold(wanted.text).split()
        if not words:
            return Findings((), 0, ())
        with self._in_time() as database:
            found = self._find(database, wanted, words)
            return found if found.total or len(words) == 1 or wanted.names_only else self._find(database, wanted, words, some=True)

    def called(self, text: str) -> list[str]:
        """The IRIs of the things that are called so, in whichever language, case and accents; else of those with that key.

        Raises OutOfTime, and Unavailable where the index is not as it was written.
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
        """Whether there is a thing of a class. Raises Unavailable."""
        with self._opened() as database:
            return database.execute("SELECT 1 FROM class WHERE iri = ? LIMIT 1", (iri,)).fetchone() is not None

    def classes(self) -> list[str]:
        """The IRIs of some classes of which there are things. Raises Unavailable."""
        with self._opened() as database:
            return [iri for (iri,) in database.execute("SELECT DISTINCT iri FROM class LIMIT ?", (_CLASSES,))]

    @contextmanager
    def _in_time(self) -> Iterator[sqlite3.Connection]:
        """The index, for as long as a search may take. Raises OutOfTime after that."""
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
        # Each word is a quoted string of letters and digits: nothing in it is syntax of FTS5. A word stands for all that begin
        # with it; one of a letter or two only where it is still being typed.
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


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + "…"


def snippet(text: str, words: Sequence[str], looked_at: int = _LOOKED_AT) -> list[Piece]:
    """The part of a text with the most matches of folded words, in pieces: what matches and what is between.

    Of a long text so many characters are looked at, from the first place on where one of the words stands as it is typed.
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
    """About where the first of some words stands in a text, in small letters or capitals; 0 if none does."""
    small = text.lower()
    places = [place for word in words if (place := small.find(word)) >= 0]
    # A small letter may be longer than its capital, and what is before a match may be looked at too.
    return max(0, min(places) - 2 * _SHOWN) if places and len(small) == len(text) else 0


def _is_wanted(word: str, wanted: tuple[str, ...]) -> bool:
    # Nearly all words are of letters that need no folding but to small ones.
    return word.lower().startswith(wanted) if word.isascii() else any(part.startswith(wanted) for part in fold(word).split())


def _densest(matches: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The first of the matches behind which the most others stand in what is shown."""
    best, most, ahead = (0, 0), 0, 0
    for place, match in enumerate(matches):
        while ahead < len(matches) and matches[ahead][0] < match[0] + _SHOWN - _BEFORE:
            ahead += 1
        if ahead - place > most:
            best, most = match, ahead - place
    return best
