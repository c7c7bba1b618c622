"""What a table tells beside its rows, in whatever format: which it is, with which values, of which graph, and whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request

from graph_service.queries.catalogue import CannedQuery
from graph_service.queries.columns import Column
from graph_service.queries.header import Text
from graph_service.rdf.namespaces import DCTERMS
from graph_service.service.service import Service
from graph_service.web.display.numerals import day
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import speaking


@dataclass(frozen=True)
class DescribedTable:
    """A table by itself: its name, the path of its address below the service's own, its title and what it is about by language, and its
    columns by name.
    """

    name: str
    path: str
    title: Text
    description: Text
    columns: Mapping[str, Column]


@dataclass(frozen=True)
class Telling:
    """A table with all that is told of it.

    `dataset` is the IRI of the dataset, or where the service stands if it has none, `root` is where the service stands, `asked` are the
    parameters of the table's address with their question mark, `language` is that of the names in it; `version` and `made` are of the
    graph; `title`, `rights` and `citation` are the dataset's words.
    """

    table: DescribedTable
    dataset: str
    root: str
    asked: str
    language: str
    version: str
    made: str
    licenses: Sequence[str]
    title: Text
    rights: Text
    citation: Text

    @property
    def address(self) -> str:
        """Where the table is asked for, with the values, by people and programs."""
        return f"{self.root}{self.table.path}{self.asked}"

    def file(self, suffix: str) -> str:
        """The address of the table, or of what is told of it, with a suffix."""
        return f"{self.root}{self.table.path}.{suffix}{self.asked}"

    def cited(self, alone: bool = True) -> str:
        """How to cite it, in its language: the dataset, its version, and for a table `alone` its address."""
        with speaking(self.language):
            version = _("version %(version)s of %(day)s", version=self.version, day=day(self.made))
        told = [in_language(self.citation, self.language) or self.dataset, version]
        return ", ".join([*told, self.address] if alone else told)


def table_of(query: CannedQuery) -> DescribedTable:
    """The table that a canned query answers with."""
    return DescribedTable(query.name, f"queries/{query.name}", query.header.summary, query.header.description, query.columns)


def tell(service: Service, table: DescribedTable, asked: str, language: str, root: str | None = None) -> Telling:
    """What is told of a table, by its address on this request's host or below another `root`."""
    return Telling(
        table=table,
        dataset=service.space.dataset if service.space.is_named else root or request.root_url,
        root=root or request.root_url,
        asked=asked,
        language=language,
        version=service.snapshot.id,
        made=service.snapshot.made,
        licenses=service.about.iris(DCTERMS + "license"),
        title=service.about.texts(DCTERMS + "title"),
        rights=service.about.texts(DCTERMS + "rights"),
        citation=service.about.texts(DCTERMS + "bibliographicCitation"),
    )


def in_language(text: Text, *languages: str) -> str:
    """A text in the first of some languages that it has, else in English, else in any; empty where there is none."""
    return next((text[tag] for tag in (*languages, "en", *text) if text.get(tag)), "")
