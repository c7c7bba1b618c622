"""What a canned query's page gives to take along runs as it stands, whatever the values are."""

import ast
import html
import re
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from tests.conftest import Server

NAMES = {"name": '"; import os # \'"$(id)`\\', "lang": "fr"}


def taken(server: Server, path: str) -> dict[str, str]:
    page = server.ask(path, Accept="text/html")
    assert page.status == 200, page.text
    return {key: html.unescape(text) for key, text in re.findall(r'<code id="(?:take-)?([\w-]+)">(.*?)</code>', page.text, re.DOTALL)}


@pytest.mark.parametrize("arguments", [{"country": "Tunisie"}, {"country": "place:CRI", "infer": "false", "lang": "es"}])
def test_the_snippets_of_a_table_give_its_rows(server: Server, arguments: dict[str, str]) -> None:
    found = taken(server, f"/queries/projects-by-country?{urlencode(arguments)}")
    rows = server.ask(f"/queries/projects-by-country.csv?{urlencode(arguments)}").text
    assert subprocess.run(["bash", "-c", f"{found['curl']} --silent"], capture_output=True, timeout=30, check=True).stdout.decode() == rows
    assert found["url"] in found["excel"]
    assert found["url"] in found["sheets"]
    count = len(rows.splitlines()) - 1
    for key, length in (("pandas", "len(frame)"), ("python-sparql", "len(answer['results']['bindings'])")):
        text = f"{found[key]}\nprint({length})"
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False)
        assert done.stdout == f"{count}\n", done.stderr


def test_values_of_any_kind_stay_values(server: Server) -> None:
    found = taken(server, f"/queries/names?{urlencode(NAMES)}")
    done = subprocess.run(["bash", "-c", f"{found['curl']} --silent"], capture_output=True, timeout=30, check=True)
    assert done.stdout.startswith(b"thing,thing_label")
    for key in ("client", "pandas", "python-sparql"):
        compile(found[key], key, "exec")
    call = ast.parse(found["client"])
    assert NAMES["name"] in [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]


def test_the_query_leads_to_the_editor_and_a_graph_is_taken_as_turtle(server: Server) -> None:
    page = server.ask("/queries/country-rdf?country=place:TUN", Accept="text/html").text
    assert 'href="/sparql#query=' in page
    found = taken(server, "/queries/country-rdf?country=place:TUN")
    assert found["url"] == f"{server.url}/queries/country-rdf.ttl?country=place%3ATUN"
    assert set(found) == {"text", "url", "curl", "python-sparql"}
