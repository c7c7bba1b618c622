"""What is told of tables, in CSV on the Web and Frictionless packages, is true of every one, as other people's validators see it."""

import json
import shutil
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pandas
import polars
import pytest
from csvw import CSVW
from frictionless import Package, system

from tests.conftest import Server

pytestmark = pytest.mark.live

#: A column of each type, and what may stand in it.
TYPED = """#+ summary: {en: All types, fr: Tous les types}
#+ params: {most: {type: integer}}
#+ columns:
#+   thing: {en: thing, fr: chose}
#+   thing_label: {en: name, fr: nom}
#+   whole: {label: whole number, type: integer}
#+   exact: {label: {en: sum, fr: somme}, type: decimal, unit: "?text"}
#+   rough: {label: rough number, type: double, unit: {en: metres, fr: mètres}}
#+   fine: {label: fine, type: boolean}
#+   day: {label: day, type: date}
#+   moment: {label: moment, type: datetime}
#+   year: {label: year, type: year}
#+   text: {label: text, type: string}
#+   other: {label: other, type: any}
#+   naïf: {label: not ASCII, type: any}
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?thing ?thing_label ?whole ?exact ?rough ?fine ?day ?moment ?year ?text ?other ?naïf WHERE {
  VALUES ?most { UNDEF }
  VALUES (?thing ?thing_label ?whole ?exact ?rough ?fine ?day ?moment ?year ?text ?other ?naïf) {
    (<http://example.org/é> "é"@fr 007 -0.50 1.5e3 true "2022-08-16"^^xsd:date "2022-08-16T10:00:00Z"^^xsd:dateTime 2022 "=1+1" 1 "x")
    (<http://example.org/a,b> "NA" -12345678901234567890 5 "INF"^^xsd:double false "2022-08"^^xsd:gYearMonth UNDEF
      "2023"^^xsd:gYear "a \\"b\\"\\nc" "2022"^^xsd:gYear <http://example.org/>)
    (UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF "2022"^^xsd:gYear UNDEF UNDEF UNDEF UNDEF UNDEF)
  }
} ORDER BY ?whole
"""

#: A name that is none in CSV on the Web.
ODD = "#+ summary: Odd\n#+ params: {most: {type: integer}}\nSELECT (1 AS ?_a) { VALUES ?most { UNDEF } }"


#: Reads each table with the types that are promised, and stops at the first that is not so.
READ_IN_R = r"""
told <- read.delim("tables.tsv", header = FALSE, quote = "", colClasses = "character")
for (line in seq_len(nrow(told))) {
  types <- strsplit(told[line, 2], ",")[[1]]
  read <- read.csv(told[line, 1], colClasses = types, na.strings = "", encoding = "UTF-8", check.names = FALSE)
  stopifnot(identical(names(read), strsplit(told[line, 3], ",")[[1]]), nrow(read) == as.integer(told[line, 4]))
}
cat(nrow(told), "tables")
"""


@pytest.fixture(scope="module")
def typed(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("queries")
    (folder / "typed.rq").write_text(TYPED, encoding="utf-8")
    (folder / "odd.rq").write_text(ODD, encoding="utf-8")
    return start("--data", "none", "--ontology", "none", "--reasoning", "none", "--queries", str(folder))


def told(server: Server, path: str) -> Any:
    answer = server.ask(path)
    assert answer.status == 200, answer.text
    return json.loads(answer.body)


def tables(server: Server) -> list[str]:
    """The path of each table, with a place for the suffix: those of SELECT queries, with defaults and with examples, and the lists."""
    found = [f"/things/{kind['kind']}.{{}}" for kind in told(server, "/things")["kinds"]]
    for query in told(server, "/queries")["queries"]:
        if query["columns"]:
            needs = any(parameter["required"] for parameter in query["parameters"])
            calls = [*([] if needs else [{}]), *query["examples"][:1]]
            found += [f"/queries/{query['name']}.{{}}" + (f"?{urlencode(call, doseq=True)}" if call else "") for call in calls]
    return found


def faults(package: Any) -> list[Any]:
    """What Frictionless finds wrong with a package and its tables."""
    # Tables are fetched from the service; its packages are trusted as those of a user's own folder are.
    with system.use_context(trusted=True):
        found: list[Any] = Package.from_descriptor(package).validate().flatten(["rowNumber", "fieldName", "type", "note"])
    return found


def complaints(address: str) -> list[str]:
    """What csvw, which finds the metadata by the links of a table, finds wrong with it."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", DeprecationWarning)
        read = CSVW(address, validate=True)
        assert read.t.tableSchema.columns, "the metadata were not found"
        valid = read.is_valid
    return [*([] if valid else ["not valid"]), *(str(warning.message) for warning in [*read.warnings, *heard])]


def test_every_table_is_what_its_package_and_its_metadata_say(server: Server) -> None:
    addresses = tables(server)
    assert len(addresses) > 60
    wrong = {}
    for address in addresses:
        wrong[address] = faults(told(server, address.format("datapackage.json")))
        wrong[address] += complaints(f"{server.url}{address.format('csv')}")
    assert {address: found for address, found in wrong.items() if found} == {}


def test_pandas_reads_the_types_that_the_package_promises(server: Server) -> None:
    promised = {"integer": "Int64", "number": "Float64", "boolean": "boolean", "year": "Int64", "string": "string", "any": "string"}
    for address in tables(server):
        [resource] = told(server, address.format("datapackage.json"))["resources"]
        types = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        fields = {name: promised[kind] for name, kind in types.items() if kind != "date"}
        days = [name for name, kind in types.items() if kind == "date"]
        frame = pandas.read_csv(
            resource["path"], dtype=fields, parse_dates=days, date_format="%Y-%m-%d", keep_default_na=False, na_values=[""]
        )
        assert list(frame.columns) == list(types)
        assert all(frame[day].dtype.kind == "M" for day in days)
        assert len(frame) == len(told(server, address.format("rows"))["rows"])


def test_polars_reads_the_types_that_the_package_promises(server: Server) -> None:
    promised = {"integer": polars.Int64, "number": polars.Float64, "boolean": polars.Boolean, "year": polars.Int64, "date": polars.Date}
    for address in tables(server):
        [resource] = told(server, address.format("datapackage.json"))["resources"]
        types = {field["name"]: promised.get(field["type"], polars.String) for field in resource["schema"]["fields"]}
        frame = polars.read_csv(resource["path"], schema_overrides=types, try_parse_dates=False)
        assert dict(frame.schema) == types
        assert len(frame) == len(told(server, address.format("rows"))["rows"])


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed (Debian: r-base-core)")
def test_r_reads_the_types_that_the_package_promises(server: Server, tmp_path: Path) -> None:
    promised = {"integer": "integer", "number": "numeric", "boolean": "logical", "year": "integer", "date": "Date"}
    lines = []
    for address in tables(server):
        [resource] = told(server, address.format("datapackage.json"))["resources"]
        types = [promised.get(field["type"], "character") for field in resource["schema"]["fields"]]
        names = ",".join(field["name"] for field in resource["schema"]["fields"])
        rows = len(told(server, address.format("rows"))["rows"])
        lines.append("\t".join([resource["path"], ",".join(types), names, str(rows)]))
    (tmp_path / "tables.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "read.R").write_text(READ_IN_R)
    done = subprocess.run(["Rscript", "read.R"], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{len(lines)} tables", "")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed (Debian: libreoffice-calc-nogui)")
def test_libreoffice_has_numbers_and_days_where_the_package_promises_them(server: Server, tmp_path: Path) -> None:
    """Of all workbooks, each opened and written again; what a column holds beside empty cells is of one kind."""
    # LibreOffice keeps a truth of a workbook as a number that it shows as TRUE or FALSE.
    promised = {"integer": "float", "number": "float", "year": "float", "boolean": "float", "date": "date"}
    kinds = {}
    for number, address in enumerate(tables(server)):
        file = tmp_path / f"{number}.xlsx"
        file.write_bytes(server.ask(address.format("xlsx")).body)
        [resource] = told(server, address.format("datapackage.json"))["resources"]
        kinds[number] = (address, [promised.get(field["type"], "string") for field in resource["schema"]["fields"]])
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    files = [str(tmp_path / f"{number}.xlsx") for number in kinds]
    command = ["soffice", profile, "--headless", "--convert-to", "fods", "--outdir", str(tmp_path), *files]
    subprocess.run(command, check=True, capture_output=True, timeout=200)
    wrong = []
    for number, (address, promise) in kinds.items():
        for row in cells(tmp_path / f"{number}.fods")[1:]:
            # A text may be a number in a column of any type, and is written as one.
            wrong += [
                (address, *pair) for pair in zip(promise, row, strict=False) if pair[1] not in {None, pair[0]} and pair[0] != "string"
            ]
    assert wrong == []


def cells(file: Path) -> list[list[str | None]]:
    """The kinds of the cells of the first sheet of a flat OpenDocument spreadsheet, row by row; None for an empty one."""
    office, table = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}", "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    sheet = next(ElementTree.parse(file).iter(f"{table}table"))
    found = []
    for row in sheet.iter(f"{table}table-row"):
        kinds: list[str | None] = []
        for cell in row.iter(f"{table}table-cell"):
            kinds += [cell.get(f"{office}value-type")] * min(int(cell.get(f"{table}number-columns-repeated", "1")), 100)
        found.append(kinds)
    return found


def test_each_type_of_a_column_is_told_and_holds(typed: Server) -> None:
    package, metadata = told(typed, "/queries/typed.datapackage.json?lang=fr"), told(typed, "/queries/typed.csv-metadata.json?lang=fr")
    assert faults(package) == []
    assert complaints(f"{typed.url}/queries/typed.csv?lang=fr") == []
    fields = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    assert [fields[name]["type"] for name in ("whole", "exact", "rough", "fine", "day", "moment", "year", "text", "other")] == [
        *("integer", "number", "number", "boolean", "string", "datetime", "year", "string", "any")
    ]
    assert (fields["exact"]["title"], fields["exact"]["unit"], fields["rough"]["unit"]) == ("somme", "?text", "mètres")
    columns = {column["titles"]["und"]: column for column in metadata["tableSchema"]["columns"]}
    assert columns["thing_label"]["titles"] == {"und": "thing_label", "en": "name", "fr": "nom"}
    assert [columns[name]["name"] for name in ("thing", "naïf")] == ["thing", "na%C3%AFf"]
    assert told(typed, "/queries/odd.csv-metadata.json")["tableSchema"]["columns"] == [{"titles": {"und": "_a"}, "datatype": "any"}]
    assert columns["fine"]["datatype"] == {"base": "boolean", "format": "TRUE|FALSE"}
    with warnings.catch_warnings():
        # csvw knows no names that are escaped (RFC 6570, section 2.3).
        warnings.simplefilter("ignore")
        rows = list(CSVW(f"{typed.url}/queries/typed.csv").t)
    assert [row["fine"] for row in rows] == [None, False, True]
    assert [row["text"] for row in rows] == [None, 'a "b"\nc', "=1+1"]


@pytest.mark.parametrize(("column", "kind"), [("text", "integer"), ("exact", "integer"), ("fine", "integer"), ("thing_label", "number")])
def test_the_validators_find_what_is_wrong(typed: Server, tmp_path: Path, column: str, kind: str) -> None:
    package = told(typed, "/queries/typed.datapackage.json")
    next(field for field in package["resources"][0]["schema"]["fields"] if field["name"] == column)["type"] = kind
    assert [name for _, name, *_ in faults(package)] == [column] * len(faults(package)) != []
    metadata = told(typed, "/queries/typed.csv-metadata.json")
    metadata["url"] = "typed.csv"
    next(described for described in metadata["tableSchema"]["columns"] if described.get("name") == column)["datatype"] = kind
    (tmp_path / "typed.csv").write_bytes(typed.ask("/queries/typed.csv").body)
    (tmp_path / "typed.csv-metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    assert complaints(str(tmp_path / "typed.csv"))


def test_a_csv_leads_to_what_is_told_of_it_and_that_leads_back(server: Server) -> None:
    asked = "?country=place:CRI&lang=fr&infer=false"
    links = server.ask(f"/queries/projects-by-country.csv{asked}").headers["link"]
    for suffix, media in (("csv-metadata.json", "application/csvm+json"), ("datapackage.json", "application/vnd.datapackage+json")):
        address = f"{server.url}/queries/projects-by-country.{suffix}{asked}"
        assert f'<{address}>; rel="describedby"; type="{media}"' in links
        answer = server.ask(address.removeprefix(server.url))
        assert answer.headers["content-type"] == media
        document = json.loads(answer.body)
        table = document["url"] if "url" in document else document["resources"][0]["path"]
        assert table == f"{server.url}/queries/projects-by-country.csv{asked}"
        assert f'<{table}>; rel="describes"; type="text/csv"' in answer.headers["link"]
    form = b"country=CRI&format=csv"
    links = server.ask("/queries/projects-by-country", "POST", form, Content_Type="application/x-www-form-urlencoded").headers["link"]
    assert f"{server.url}/queries/projects-by-country.csv-metadata.json?country=CRI>" in links
    # A format that is chosen by a parameter is no part of the table's own address.
    links = server.ask("/queries/projects-by-country?format=csv&country=place:CRI").headers["link"]
    assert f"{server.url}/queries/projects-by-country.csv-metadata.json?country=place:CRI>" in links


def test_metadata_tell_whose_the_table_is(server: Server) -> None:
    metadata = told(server, "/queries/projects-by-country.csv-metadata.json?country=CRI&lang=fr")
    assert metadata["dc:license"] == [{"@id": "https://creativecommons.org/licenses/by/4.0/"}]
    assert [source["@id"] for source in metadata["dc:source"]] == [
        f"{server.url}/queries/projects-by-country?country=CRI&lang=fr",
        "https://w3id.org/labcoop/",
    ]
    assert {title["@language"]: title["@value"] for title in metadata["dc:title"]}["fr"] == "Projets par pays"
    assert ", version " in metadata["dc:bibliographicCitation"]
    package = told(server, "/queries/projects-by-country.datapackage.json?country=CRI&lang=fr")
    assert package["licenses"] == [{"path": "https://creativecommons.org/licenses/by/4.0/"}]
    assert package["resources"][0]["title"] == "Projets par pays"
    rows = told(server, "/queries/projects-by-country.rows?country=CRI&lang=fr")
    assert rows["licenses"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert rows["links"]["query"] == f"{server.url}/queries/projects-by-country"


@pytest.mark.parametrize("suffix", ["csv-metadata.json", "datapackage.json"])
def test_of_what_is_no_table_nothing_is_told(server: Server, suffix: str) -> None:
    assert server.ask(f"/queries/country-rdf.{suffix}").status == 404
    assert server.ask(f"/queries/no-such-query.{suffix}").status == 404
    assert server.ask(f"/queries/projects-by-country.{suffix}?country=Atlantis").status == 422
    assert server.ask(f"/queries/projects-by-country.{suffix}?colour=red").status == 400
    answer = server.ask(f"/queries/projects-by-country.{suffix}?country=CRI", Accept_Language="fr")
    assert answer.body == server.ask(f"/queries/projects-by-country.{suffix}?country=CRI").body
