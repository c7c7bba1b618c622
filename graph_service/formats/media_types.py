"""Result formats: media types, suffixes, short names, and content negotiation.

A table for each kind of result, in this service's order of preference. Sources: SPARQL 1.1 Query Results JSON, XML, CSV and TSV formats;
Turtle, N-Triples, RDF/XML, JSON-LD 1.1, N-Quads and TriG (media types as registered with IANA).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from graph_service.errors import NotAcceptable

_WEIGHT = re.compile(r"[0-9]{1,9}(\.[0-9]{0,9})?")


@dataclass(frozen=True)
class Format:
    """A format of results.

    `name` is its short name (`format=` and file suffix); `media` its media type; `also` further media types that mean it; `aliases` further
    short names. A `plain` format is for spreadsheets and programs without RDF (see `plain_tables`); a `guarded` one may be opened in a
    spreadsheet directly, so that no cell may become a formula. `around` is metadata as JSON that a workbook contains beside the rows (see
    `xlsx`).
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
        """The format of pyoxigraph, or None if pyoxigraph cannot write it."""
        return None if self.plain else _ENGINE.get(self.media)

    @property
    def content_type(self) -> str:
        """The value of Content-Type: `text/*` gets a charset, the others define theirs."""
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

#: SPARQL 1.1 defines no CSV or TSV for ASK, so these are not acceptable for it.
TRUTH_FORMATS = TABLE_FORMATS[:2]

#: A canned query's rows as plain JSON, with JSON numbers and booleans. `.json` and `format=json` mean SPARQL results JSON.
ROWS = Format("rows", "application/json", plain=True)

#: A table for programs: cells have the exact values.
CSV = Format("csv", "text/csv", plain=True)

#: A table for people who download it with a browser and open it in a spreadsheet.
SHEET = Format("csv", "text/csv", plain=True, guarded=True)

#: A table as an Excel workbook, with its metadata.
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", plain=True, guarded=True)

#: The formats of the lists on pages.
LIST_FORMATS = tuple(CSV if format.name == "csv" else format for format in TABLE_FORMATS)

#: The formats of a canned query's table and boolean.
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

#: The formats of one thing's description: it has no named graphs, so that dataset formats would add nothing.
THING_FORMATS = tuple(f for f in GRAPH_FORMATS if f.name not in {"n3", "nq", "trig"})

#: The formats of the data about one thing, also with the named graph of each statement.
DATA_FORMATS = tuple(f for f in GRAPH_FORMATS if f.name != "n3")

#: An explanation: plain JSON, or RDF.
EXPLANATION_FORMATS = (Format("json", "application/json"), *THING_FORMATS)

#: A document of the service: plain JSON, or its description in RDF.
DOCUMENT_FORMATS = (EXPLANATION_FORMATS[0], *GRAPH_FORMATS)

#: A picture: SVG, or its content as JSON.
PICTURE_FORMATS = (Format("svg", "image/svg+xml"), Format("json", "application/json"))

#: The formats of a whole dataset's dumps, and which of them have named graphs.
DUMP_FORMATS = tuple(f for f in GRAPH_FORMATS if f.name != "n3")
DATASET_FORMATS = frozenset({"trig", "nq", "jsonld"})


def named(token: str, formats: Iterable[Format]) -> Format | None:
    """The first of `formats` with this short name (`csv`) or media type, or None."""
    return next((f for f in formats if f.answers_to(token)), None)


def negotiate(accept: str | None, formats: tuple[Format, ...]) -> Format:
    """Choose the format for an Accept header (RFC 9110, section 12.5.1).

    Each format gets the quality of the most specific range that matches it; the highest quality wins; among equals a range with the exact
    media type beats a wildcard, then the order of `formats` decides. An absent or empty header means anything. Raises NotAcceptable if
    every format has quality 0.
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
    """A weight in a header, from 0 to 1 (RFC 9110, section 12.4.2); 0 if it is malformed."""
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
