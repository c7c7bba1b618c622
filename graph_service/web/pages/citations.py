"""How to cite a page: as a text in APA's style, and for reference managers in BibTeX, RIS and CSL-JSON."""

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date

from graph_service.description.about import About
from graph_service.rdf.namespaces import DCTERMS, FOAF
from graph_service.service.service import Service
from graph_service.web.http.languages import language_of_names
from graph_service.web.pages.presentation import presentation_of


@dataclass(frozen=True)
class Citation:
    """A format's name, its key for the page, and the citation in it."""

    key: str
    name: str
    text: str


def citations(service: Service, title: str, address: str) -> list[Citation]:
    """Cite what has a title and an address, as part of this version of the graph; the graph itself if the title is the graph's."""
    graph = service.about.title(language_of_names()).value
    author = _authors(service, language_of_names()) or graph
    day, version = date.fromisoformat(service.snapshot.made[:10]), service.snapshot.id
    within = "" if title == graph else graph
    key = re.sub(r"[^a-z0-9]+", "-", address.rstrip("/").rsplit("/", 1)[-1].lower()).strip("-") or "graph"
    return [
        Citation("apa", "APA", _apa(author, title, within, day, version, address)),
        Citation("bibtex", "BibTeX", _bibtex(key, author, title, within, day, version, address)),
        Citation("ris", "RIS", _ris(author, title, within, day, version, address)),
        Citation("csl", "CSL-JSON", _csl(key, author, title, within, day, version, address)),
    ]


@lru_cache(maxsize=8)
def _authors(service: Service, language: str) -> str:
    """The names of the graph's makers. Each page asks for them, and the whole description is looked through."""
    description = presentation_of(service).description
    names = (About(description, iri).text(FOAF + "name", language) for iri in service.about.iris(DCTERMS + "creator"))
    return ", ".join(name.value for name in names if name is not None and name.value)


def _apa(author: str, title: str, within: str, day: date, version: str, address: str) -> str:
    when = f"{day.year}, {format_date(day, 'MMMM d', locale='en')}"
    whole = f"{title}. In {within}" if within else title
    return f"{author.rstrip('.')}. ({when}). {whole} (Version {version}) [Data set]. {address}"


def _bibtex(key: str, author: str, title: str, within: str, day: date, version: str, address: str) -> str:
    fields = {
        "author": f"{{{_escaped(author)}}}",
        "title": f"{{{_escaped(title)}}}",
        **({"booktitle": _escaped(within)} if within else {}),
        "year": str(day.year),
        "month": str(day.month),
        "note": f"Data set, version {version} of {day.isoformat()}",
        "url": address,
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{{key}-{day.year},\n{lines}}}"


def _escaped(text: str) -> str:
    """A text without what BibTeX reads as a command."""
    return re.sub(r"([&%$#_])", r"\\\1", re.sub(r"[\\{}~^]", " ", text))


def _ris(author: str, title: str, within: str, day: date, version: str, address: str) -> str:
    rows = [
        *(("TY", "DATA"), ("AU", author), ("TI", title), *([("T2", within)] if within else [])),
        *(("PY", str(day.year)), ("DA", day.strftime("%Y/%m/%d")), ("ET", version), ("UR", address), ("ER", "")),
    ]
    return "\n".join(f"{tag}  - {' '.join(value.split())}".rstrip() if value else f"{tag}  - " for tag, value in rows)


def _csl(key: str, author: str, title: str, within: str, day: date, version: str, address: str) -> str:
    told = {
        "id": key,
        "type": "dataset",
        "title": title,
        **({"container-title": within} if within else {}),
        "author": [{"literal": author}],
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "version": version,
        "URL": address,
    }
    return json.dumps([told], ensure_ascii=False, indent=2)
