"""Code snippets for the call of a canned query: URL, command line, and several languages.

Values are printed as literals of each language, so that they cannot be executed.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from graph_service.web.http.values import LONGEST_FOLLOWED


@dataclass(frozen=True)
class Snippet:
    """A snippet: the key of its element, its title, and the code."""

    key: str
    name: str
    text: str


def snippets(name: str, given: Mapping[str, Sequence[str]], text: str, form: str) -> list[Snippet]:
    """The snippets for a call; `text` is the bound SPARQL text, `form` its query form.

    Empty if the arguments are too long for an address.
    """
    root = request.root_url
    pairs = [(key, value) for key, values in given.items() for value in values if value.strip()]
    query = f"?{urlencode(pairs)}" if pairs else ""
    if len(query) > LONGEST_FOLLOWED:
        return []
    file = f"{root}queries/{name}.{'csv' if form == 'SELECT' else 'json' if form == 'ASK' else 'ttl'}{query}"
    found = [
        Snippet("url", "URL", file),
        Snippet("curl", "curl", f"curl -sS --fail-with-body {shlex.quote(file)}"),
        Snippet("python-sparql", "Python (SPARQLWrapper)", _sparqlwrapper(root, text, form, ("infer", "false") in pairs)),
    ]
    if form == "SELECT":
        rows = f"{root}queries/{name}.rows{query}"
        address, service = json.dumps(file), json.dumps(root.rstrip("/"))
        call = ", ".join([json.dumps(name), *(["**" + repr(_arguments(pairs))] if pairs else [])])
        found[2:2] = [
            Snippet(
                "pandas", "Python (pandas)", f'import pandas\n\nframe = pandas.read_csv({address}, keep_default_na=False, na_values=[""])'
            ),
            Snippet(
                "polars", "Python (Polars)", f"import polars\n\nframe = polars.scan_csv({address}, infer_schema_length=None).collect()"
            ),
            Snippet(
                "client",
                "Python (graph_service.client)",
                f"from graph_service.client import Client\n\nfor row in Client({service}).run({call}):\n    print(row)",
            ),
            Snippet("r", "R", f'table <- read.csv({address}, encoding = "UTF-8", na.strings = "", check.names = FALSE)'),
            Snippet("javascript", "JavaScript", f"const answer = await fetch({json.dumps(rows)})\nconst {{ rows }} = await answer.json()"),
            Snippet("observable", "Observable (D3)", f"table = d3.csv({address}, d3.autoType)"),
            Snippet("excel", "Excel, Power BI (Power Query)", _power_query(file)),
            Snippet("sheets", "Google Sheets", f"=IMPORTDATA({_quoted(file)})"),
            # For Datawrapper's external data sets: it fetches the address whenever a reader looks at the chart.
            Snippet("datawrapper", "Datawrapper (“Link external dataset”)", file),
        ]
    return found


def _arguments(pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The arguments of a call in Python: a list if there are several values."""
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return {key: given[0] if len(given) == 1 else given for key, given in values.items()}


def _sparqlwrapper(root: str, text: str, form: str, asserted: bool) -> str:
    graph = form in {"CONSTRUCT", "DESCRIBE"}
    return "\n".join(
        [
            f"from SPARQLWrapper import {'TURTLE' if graph else 'JSON'}, SPARQLWrapper",
            "",
            f"client = SPARQLWrapper({json.dumps(root + 'sparql')}, returnFormat={'TURTLE' if graph else 'JSON'})",
            f"client.setQuery({json.dumps(text, ensure_ascii=False)})",
            *(['client.addParameter("infer", "false")'] if asserted else []),
            "answer = client.queryAndConvert()",
        ]
    )


def _power_query(file: str) -> str:
    """A Power Query script: the first row has the names, and types are detected."""
    return "\n".join(
        [
            "let",
            f'    Source = Csv.Document(Web.Contents({_quoted(file)}), [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),',
            "    Rows = Table.PromoteHeaders(Source, [PromoteAllScalars = true])",
            "in",
            "    Rows",
        ]
    )


def _quoted(text: str) -> str:
    """A string for spreadsheets and Power Query: quotes are doubled."""
    return '"' + text.replace('"', '""') + '"'
