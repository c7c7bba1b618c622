"""Formats: media types, suffixes, short names, and which of them a client wants.

One table per kind of result, in the order in which this service prefers them. Sources: SPARQL 1.1 Query Results JSON, XML,
CSV and TSV formats; Turtle, N-Triples, RDF/XML, JSON-LD 1.1, N-Quads and TriG (media types as registered with IANA).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from graph_service.errors import NotAcceptable

_WEIGHT = re.compile(r"[0-9]{1,9}(\.[0-9]{0,9})?")


@dataclass(frozen=True)
class Format:
    """One way to write a result.

    `name` is its short name (`format=` and file suffix); `media` its media type; `also` further media types asked for it;
    `aliases` further short names. A `plain` format is for spreadsheets and programs that know nothing of RDF (see `tables`);
    a `guarded` one is opened by a spreadsheet as it is, so nothing in it may become a formula. `around` is what is told beside the rows in
    a format that tells it in the same file (see `workbooks`).
    """

    name: str
    media: str
    also: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    plain: bool = False
    guarded: bool = False
    around: str = ""

    @property
    def engine(self) -> ox.RdfFormat | ox.QueryResultsFormat | None:
        """What pyoxigraph calls this format, or None if it does not write it."""
        return None if self.plain else _ENGINE.get(self.media)

    @property
    def content_type(self) -> str:
        """The value of Content-Type: `text/*` names its character set, the others define it."""
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media

    def answers_to(self, token: str) -> bool:
        """Whether a short name or a full media type means this format."""
        return token.strip().lower() in {self.name, self.media, *self.also, *self.aliases}


_RESULTS = (ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML, ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV)
_RDF = (
    *(ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD),
    *(ox.RdfFormat.N3, ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG),
)
_ENGINE: dict[str, ox.RdfFormat | ox.QueryResultsFormat] = {f.media_type.partition(";")[0]: f for f in (*_RESULTS, *_RDF)}

HTML = Format("html", "text/html", ("application/xhtml+xml",))

TABLE_FORMATS = (
    Format("json", "application/sparql-results+json", ("application/json",), ("srj",)),
    Format("xml", "application/sparql-results+xml", ("application/xml", "text/xml"), ("srx",)),
    Format("csv", "text/csv"),
    Format("tsv", "text/tab-separated-values"),
)

#: ASK has no CSV or TSV form in the recommendation, so there it is not acceptable rather than invented.
TRUTH_FORMATS = TABLE_FORMATS[:2]

#: The rows of a canned query for programs: JSON's own numbers and truths. `.json` and `format=json` stay the recommendation's.
ROWS = Format("rows", "application/json", plain=True)

#: A table for programs: the cells have what the graph has.
CSV = Format("csv", "text/csv", plain=True)

#: The same for who takes it away with a browser, and opens it in a spreadsheet.
SHEET = Format("csv", "text/csv", plain=True, guarded=True)

#: The same as a workbook, with what is told of it.
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", plain=True, guarded=True)

#: What a list on a page is written in for programs and spreadsheets.
LIST_FORMATS = tuple(CSV if format.name == "csv" else format for format in TABLE_FORMATS)

#: What a canned query's table is written in, and its truth.
CANNED_TABLE_FORMATS = (
    Format("json", "application/sparql-results+json", (), ("srj",)),
    *(CSV if format.name == "csv" else format for format in TABLE_FORMATS[1:]),
    ROWS,
    XLSX,
)
CANNED_TRUTH_FORMATS = (*(format for format in CANNED_TABLE_FORMATS if format.name in {"json", "xml"}), ROWS)

GRAPH_FORMATS = (
    Format("ttl", "text/turtle", ("application/x-turtle",), ("turtle",)),
    Format("nt", "application/n-triples", ("text/plain",), ("ntriples", "n-triples")),
    Format("rdf", "application/rdf+xml", ("application/xml", "text/xml"), ("rdfxml", "rdf+xml", "xml")),
    Format("jsonld", "application/ld+json", ("application/json",), ("json-ld", "json")),
    Format("n3", "text/n3", ("text/rdf+n3",)),
    Format("nq", "application/n-quads", (), ("nquads", "n-quads")),
    Format("trig", "application/trig"),
)

#: What the description of one thing is written in: it has no graphs, so formats that are for datasets would add nothing.
THING_FORMATS = tuple(f for f in GRAPH_FORMATS if f.name not in {"n3", "nq", "trig"})

#: What the data about one thing are written in: also in formats that can tell which graph says each of them.
DATA_FORMATS = tuple(f for f in GRAPH_FORMATS if f.name != "n3")

#: An explanation is plain JSON for programs, or RDF.
EXPLANATION_FORMATS = (Format("json", "application/json"), *THING_FORMATS)

#: A document of the service is plain JSON for programs, or what the graph says of it in RDF.
DOCUMENT_FORMATS = (EXPLANATION_FORMATS[0], *GRAPH_FORMATS)

#: A picture is drawn, or described.
PICTURE_FORMATS = (Format("svg", "image/svg+xml"), Format("json", "application/json"))

#: What a whole dataset, graphs and all, is written in, and what only its triples are.
DUMP_FORMATS = tuple(f for f in GRAPH_FORMATS if f.name != "n3")
DATASET_FORMATS = frozenset({"trig", "nq", "jsonld"})


def named(token: str, formats: Iterable[Format]) -> Format | None:
    """The first of `formats` that a short name (`csv`) or media type means, or None."""
    return next((f for f in formats if f.answers_to(token)), None)


def negotiate(accept: str | None, formats: tuple[Format, ...]) -> Format:
    """The format that an Accept header asks for (RFC 9110, section 12.5.1).

    Each format takes the quality of the most specific range that matches it; the highest quality wins; between equals the
    range that names the media type itself beats a wildcard, then the order of `formats` decides, so a client that lists
    several types at equal weight gets the one that this service prefers. An absent or empty header means anything.

    Raises NotAcceptable when every format has quality 0.
    """
    ranges = list(_ranges(accept)) if accept and accept.strip() else [("*/*", 1.0)]
    scored = [(*_quality(f, ranges), -place, f) for place, f in enumerate(formats)]
    quality, _, _, best = max(scored, key=lambda score: score[:3])
    if quality <= 0:
        offered = [f.media for f in formats]
        raise NotAcceptable(f"Nothing here can be written as {accept}. Available: {', '.join(offered)}.", available=offered)
    return best


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = weight(value)
        if media:
            yield media, quality


def weight(text: str) -> float:
    """A client's weight, from 0 to 1 (RFC 9110, section 12.4.2); 0 for what is none."""
    return min(float(text), 1.0) if _WEIGHT.fullmatch(text.strip()) else 0.0


def _quality(format: Format, ranges: list[tuple[str, float]]) -> tuple[float, int]:
    """(quality, specificity) of a format: 3 for its own media type, 2 for a synonym, 1 for `type/*`, 0 for `*/*`."""
    major = format.media.partition("/")[0]
    levels = (
        (3, lambda media: media == format.media),
        (2, lambda media: media in format.also),
        (1, lambda media: media == f"{major}/*"),
        (0, lambda media: media in {"*/*", "*"}),
    )
    for level, matches in levels:
        found = [quality for media, quality in ranges if matches(media)]
        if found:
            return max(found), level
    return 0.0, -1
