"""What a canned query's page gives to take along runs as it stands, whatever the values are."""

import ast
import csv
import html
import os
import re
import shutil
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
    assert subprocess.run(["bash", "-c", f"{found['curl']} --silent"], capture_output=True, timeout=600, check=True).stdout.decode() == rows
    for key in ("excel", "sheets", "polars", "observable", "datawrapper"):
        assert found["url"] in found[key]
    count = len(rows.splitlines()) - 1
    for key, length in (("pandas", "len(frame)"), ("python-sparql", "len(answer['results']['bindings'])")):
        text = f"{found[key]}\nprint({length})"
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=600, check=False)
        assert done.stdout == f"{count}\n", done.stderr


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed (Debian: r-base-core)")
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_r_reads_a_table_with_its_types_and_accents(server: Server, locale: str) -> None:
    found = taken(server, "/queries/contributions?contributor=CAN&lang=es")
    text = f"{found['r']}\ncat(nrow(table), class(table$start_year), utf8ToInt(table$giver_label[1])[6], sum(is.na(table$start_year)))"
    done = subprocess.run(["Rscript", "-e", text], env={**os.environ, "LC_ALL": locale}, capture_output=True, text=True, timeout=600)
    rows = list(csv.DictReader(server.ask("/queries/contributions.csv?contributor=CAN&lang=es").text.splitlines()))
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{len(rows)} integer {ord('á')} {sum(not row['start_year'] for row in rows)}"


def test_a_country_whose_code_is_na_is_no_missing_value(server: Server) -> None:
    found = taken(server, "/queries/projects-by-country?country=place:CRI")
    assert 'na.strings = ""' in found["r"]
    assert "keep_default_na=False" in found["pandas"]


def test_values_of_any_kind_stay_values(server: Server) -> None:
    found = taken(server, f"/queries/names?{urlencode(NAMES)}")
    done = subprocess.run(["bash", "-c", f"{found['curl']} --silent"], capture_output=True, timeout=600, check=True)
    assert done.stdout.startswith(b"thing,thing_label")
    for key in ("client", "pandas", "polars", "python-sparql"):
        compile(found[key], key, "exec")
    call = ast.parse(found["client"])
    assert NAMES["name"] in [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]


def test_the_query_leads_to_the_editor_and_a_graph_is_taken_as_turtle(server: Server) -> None:
    page = server.ask("/queries/country-rdf?country=place:TUN", Accept="text/html").text
    assert 'href="/sparql#query=' in page
    found = taken(server, "/queries/country-rdf?country=place:TUN")
    assert found["url"] == f"{server.url}/queries/country-rdf.ttl?country=place%3ATUN"
    citations = {"cite-apa", "cite-bibtex", "cite-ris", "cite-csl"}
    assert set(found) == {"text", "url", "curl", "python-sparql", *citations}
