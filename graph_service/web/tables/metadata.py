"""A table's metadata, independent of format: query, arguments, graph, licence, citation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request

from graph_service.queries.catalogue import CannedQuery
from graph_service.queries.columns import Column
from graph_service.queries.header import Text
from graph_service.rdf.labels import in_language
from graph_service.rdf.namespaces import DCTERMS
from graph_service.service.service import Service
from graph_service.web.display.numerals import day
from graph_service.web.display.translations import gettext as _
from graph_service.web.http.languages import speaking


@dataclass(frozen=True)
class DescribedTable:
    """A table without arguments: name, path below the service's root, title and description by language, columns by name."""

    name: str
    path: str
    title: Text
    description: Text
    columns: Mapping[str, Column]


@dataclass(frozen=True)
class Telling:
    """A table's metadata.

    `dataset` is the IRI of the dataset, or the service's address if it has none, `root` the service's address, `asked` the query string
    with its question mark, `language` that of the labels; `version` and `made` are the graph's; `title`, `rights` and `citation` the
    dataset's.
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
        """The address of the table with its arguments."""
        return f"{self.root}{self.table.path}{self.asked}"

    def file(self, suffix: str) -> str:
        """The address of the table or its metadata, with a suffix."""
        return f"{self.root}{self.table.path}.{suffix}{self.asked}"

    def cited(self, alone: bool = True) -> str:
        """The citation in the table's language: dataset, version, and for a table `alone` its address."""
        with speaking(self.language):
            version = _("version %(version)s of %(day)s", version=self.version, day=day(self.made))
        parts = [in_language(self.citation, self.language) or self.dataset, version]
        return ", ".join([*parts, self.address] if alone else parts)


def table_of(query: CannedQuery) -> DescribedTable:
    """The table of a canned query."""
    return DescribedTable(query.name, f"queries/{query.name}", query.header.summary, query.header.description, query.columns)


def tell(service: Service, table: DescribedTable, asked: str, language: str, root: str | None = None) -> Telling:
    """Collect a table's metadata, with addresses on this request's host or below another `root`."""
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
