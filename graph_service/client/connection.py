"""HTTP client of a running service: canned queries, SPARQL and files, over SPARQLWrapper."""

import datetime
import hashlib
import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import rdflib
from SPARQLWrapper import JSON, POST, SPARQLWrapper

from graph_service.client.canned import QueryInfo
from graph_service.client.problems import read_problem
from graph_service.client.tables import Table
from graph_service.errors import BadGateway, NotFound, Unavailable

_TABLE, _GRAPH = "application/sparql-results+json", "application/n-triples"
_ACCEPT = f"{_TABLE}, {_GRAPH};q=0.9"
_NEXT = re.compile(r'<([^>]*)>\s*;\s*rel="?next"?')

#: The types of an argument for a canned query; a sequence for a parameter with several values.
Given = str | int | float | bool | datetime.date | None
Answer = Table | bool | rdflib.Graph


class Client:
    """A running service. All methods raise the errors of `graph_service.errors`: those that the service reports, Unavailable if it cannot
    be reached, BadGateway if the answer is not from such a service.
    """

    def __init__(self, url: str = "http://127.0.0.1:8000", timeout: float = 60) -> None:
        """`url` is the service's address, with its path if any; `timeout` is in seconds, for each exchange."""
        self.url = url.rstrip("/")
        self.timeout = timeout

    def queries(self) -> list[QueryInfo]:
        """The canned queries."""
        try:
            return [QueryInfo.read(entry) for entry in self._json("/queries")["queries"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise BadGateway(f"{self.url}/queries is no list of canned queries.") from error

    def describe(self, name: str) -> QueryInfo:
        """A canned query with its parameters and columns. Raises NotFound."""
        for query in self.queries():
            if query.name == name:
                return query
        raise NotFound(f"There is no canned query {name!r}.")

    def run(self, name: str, /, **parameters: Given | Sequence[Given]) -> Answer:
        """Run a canned query: the whole table, boolean or graph. `infer=False` leaves out inferences.

        Raises InvalidParameter and UnknownParameter, with the allowed values, beside the engine's errors.
        """
        with self._ask(f"/queries/{quote(name)}", parameters) as response:
            return _read(response)

    def pages(self, name: str, /, page_size: int = 100, **parameters: Given | Sequence[Given]) -> Iterator[Table]:
        """Run a canned query page by page, so that a long table need not be in memory. Raises what `run` raises."""
        address: str | None = f"/queries/{quote(name)}?" + _encoded({**parameters, "page": 1, "page_size": page_size})
        while address is not None:
            with self._ask(address) as response:
                table = _read(response)
                following = _NEXT.search(", ".join(response.headers.get_all("Link", [])))
            if not isinstance(table, Table):
                raise BadGateway(f"The service sent no table for a page of {name}.")
            yield table
            # Keep to the service's address as given: the service may know itself by another one.
            address = "/queries/" + following[1].partition("/queries/")[2] if following else None

    def sparql(self, query: str, infer: bool = True) -> Answer:
        """Run a SPARQL query: a table, a boolean, or a graph."""
        with _Sparql(self, query, infer).query().response as response:
            return _read(response)

    def download(self, name: str = "dataset.ttl", to: str | Path | None = None) -> Path:
        """Download a file of the dataset, verified by its SHA-256, into the folder or file `to`; returns its path.

        Raises NotFound for an unknown file.
        """
        files = {str(file["url"]).rpartition("/")[2]: file for file in self._json("/downloads/")["files"]}
        if name not in files:
            raise NotFound(f"There is no download {name!r}. Downloads: {', '.join(files)}.")
        target = Path(to or ".")
        target = target / name if target.is_dir() else target
        draft = target.with_name(f".{target.name}.part")
        try:
            # By its version, as in the list: another version may be served meanwhile.
            with self._ask("/downloads/" + str(files[name]["url"]).partition("/downloads/")[2]) as response, draft.open("wb") as file:
                digest = hashlib.sha256()
                while chunk := response.read(256 * 1024):
                    file.write(chunk)
                    digest.update(chunk)
            if digest.hexdigest() != files[name]["sha256"]:
                raise BadGateway(f"What came for {name} is not the file that the service lists.")
            draft.replace(target)
        except http.client.HTTPException as error:
            raise Unavailable(f"{self.url} broke off in the middle of {name}.") from error
        finally:
            draft.unlink(missing_ok=True)
        return target

    def open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        """Send a request to the service. Raises the service's errors, Unavailable and BadGateway."""
        try:
            response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=self.timeout)  # noqa: S310 - the caller's own address
        except urllib.error.HTTPError as error:
            raise read_problem(error) from error
        except OSError as error:
            raise Unavailable(f"{self.url} cannot be reached: {getattr(error, 'reason', error)}.") from error
        except http.client.HTTPException as error:
            raise BadGateway(f"{self.url} does not answer as HTTP does.") from error
        return response

    def _ask(
        self, path: str, parameters: Mapping[str, Given | Sequence[Given]] | None = None, accept: str = _ACCEPT
    ) -> http.client.HTTPResponse:
        address = self.url + path + (f"?{_encoded(parameters)}" if parameters else "")
        return self.open(urllib.request.Request(address, headers={"Accept": accept, "User-Agent": "graph-service-client"}))  # noqa: S310

    def _json(self, path: str) -> dict[str, Any]:
        with self._ask(path, accept="application/json") as response:
            try:
                document: dict[str, Any] = json.load(response)
            except ValueError as error:
                raise BadGateway(f"{self.url}{path} is no JSON.") from error
            return document


class _Sparql(SPARQLWrapper):  # type: ignore[misc,unused-ignore]
    """A SPARQL query sent by SPARQLWrapper with this client's error handling."""

    def __init__(self, client: Client, query: str, infer: bool) -> None:
        super().__init__(f"{client.url}/sparql", agent="graph-service-client")
        self._client = client
        self.setMethod(POST)
        self.setOnlyConneg(True)
        self.setReturnFormat(JSON)
        # The answer says which kind of result it is; SPARQLWrapper would guess from the text.
        self.queryString = query
        self.addCustomHttpHeader("Accept", _ACCEPT)
        if not infer:
            self.addParameter("infer", "false")

    def _query(self) -> tuple[http.client.HTTPResponse, str]:
        return self._client.open(self._createRequest()), self.returnFormat


def _read(response: http.client.HTTPResponse) -> Answer:
    """Parse a table, a boolean or a graph, by its media type. Raises BadGateway, Unavailable."""
    media = response.headers.get_content_type()
    try:
        content = response.read()
        if media == _GRAPH:
            return rdflib.Graph().parse(data=content, format="nt")
        document = json.loads(content)
        return bool(document["boolean"]) if "boolean" in document else Table.read(document)
    except (http.client.HTTPException, OSError) as error:
        raise Unavailable("The service broke off in the middle of its answer.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadGateway(f"What came as {media} is not a query result.") from error


def _encoded(parameters: Mapping[str, Given | Sequence[Given]]) -> str:
    """Parameters as a query string; None is left out."""
    pairs = []
    for name, given in parameters.items():
        values = [given] if isinstance(given, str) or not isinstance(given, Sequence) else given
        pairs += [(name, str(value).lower() if isinstance(value, bool) else str(value)) for value in values if value is not None]
    return urlencode(pairs)
