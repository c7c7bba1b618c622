"""The README and the pages for users stay true: what they show is run, and their tables of settings are the settings."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import owlready2
import pytest

from graph_service.cli import main
from graph_service.settings import Settings, environment_name, flag_name
from tests.conftest import PATIENCE, ROOT, Server

#: The pages whose commands a reader types.
PAGES = ("README.md", *(f"docs/{name}.md" for name in ("http", "python", "commands", "own-graph", "reasoning")))
TEXTS = {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}

#: The sections whose blocks are typed one after the other, in a folder and against a service of their own.
TUTORIALS = {
    title: re.findall(rf"^## {title}\n.*?(?=^## )", TEXTS[page], re.DOTALL | re.MULTILINE)[0]
    for page, title in (
        ("README.md", "Your own graph"),
        ("docs/own-graph.md", "A project of your own"),
        ("docs/own-graph.md", "An ontology saved by Protégé"),
    )
}
BLOCK = re.compile(r"^```(bash|python)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TYPED_IN_A_TUTORIAL = {found for text in TUTORIALS.values() for found in BLOCK.findall(text)}
#: All other blocks, each of which stands by itself.
BLOCKS = [found for text in TEXTS.values() for found in BLOCK.findall(text) if found not in _TYPED_IN_A_TUTORIAL]

#: What the output of a block must hold, by words of the block.
EXPECTED = {
    "latin-america": "Fair Recruitment in Central America",
    "RegionalProcess": "https://w3id.org/labcoop/id/framework/",
    "lc:evidence/oa:exact": "six countries (Cambodia",
    'print(row["kind"]': "https://w3id.org/labcoop/ns#",
    "frame(service": "Cambodia",
    "except InvalidParameter": "'Atlantis' was given",
    "rdflib.Dataset()": "https://w3id.org/labcoop/graph/news-2022",
    'print(row["project_label"]': "Fair Recruitment in Central America",
    "country=Costa%20Rica&lang=fr": "agit au niveau national",
    "country=Costa%20Rica'": "Fair Recruitment in Central America",
    "projects-by-department": "TRIANGLE in ASEAN",
    "statements-per-passage": 'rel="next"',
    "projects-active-in-year": "TRIANGLE in ASEAN",
    "q=sante": "santé",
    "network.svg": "</svg>",
    "things/projects.csv": "TRIANGLE in ASEAN",
    "hasDonorCountry": "In 2021, GAC extended its support to TRIANGLE in ASEAN until 2024",
    "/id/organisation/ilo": "International Labour Organization",
    "downloads/dataset.ttl": "",
    "graph-service export": "",
    "/tmp/mine.ttl": "http://example.org/knows",
    "/tmp/family.ttl": "http://example.org/Woman",
}

#: What the output of a block of a tutorial must hold, by how the block begins.
TOLD = {
    "graph-service init museum\ngraph-service check": "findings: 0\n",
    "graph-service init": "museum/queries/works-by-maker.rq",
    "curl -sS --fail-with-body 'http://127.0.0.1:8001/queries/works-by-maker": "Melencolia I",
    "cat >> museum/ontology": "",
    "curl -sS --fail-with-body 'http://127.0.0.1:8000/things/works": "Etching rdfs:subClassOf",
    "cat > museum/queries": "Albrecht Dürer,Nuremberg,2",
    "graph-service build": "Rembrandt van Rijn,Amsterdam,1",
    "mkdir -p museum/tests": "expected answers: 4\nwarnings: 0\nfindings: 0\n",
    "graph-service export": "",
    "cat > below.rq": "http://purl.org/dc/terms/Location,http://purl.org/dc/terms/LocationPeriodOrJurisdiction",
}


def expected(text: str) -> str:
    """What the output of a block must hold."""
    return next(words for key, words in EXPECTED.items() if key in text)


@pytest.mark.live
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_block_runs_and_shows_what_it_says(number: int, server: Server, snapshots: Path, tmp_path: Path) -> None:
    language, text = BLOCKS[number]
    words = expected(text)
    text = text.replace("http://127.0.0.1:8000", server.url).replace("/tmp/", f"{tmp_path}/")
    done = subprocess.run(
        ["bash", "-euc", text] if language == "bash" else [sys.executable, "-W", "error::UserWarning", "-c", text],
        env={
            **os.environ,
            "GRAPH_SERVICE_SNAPSHOTS": str(snapshots),
            "NO_PROXY": "127.0.0.1",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert words in done.stdout, done.stdout
    assert all(path.stat().st_size for path in tmp_path.iterdir())


@pytest.mark.live
@pytest.mark.parametrize("title", TUTORIALS)
def test_a_tutorial_works_from_its_first_line_to_its_last(
    title: str, start: Callable[..., Server], snapshots: Path, tmp_path: Path
) -> None:
    # An ontology of the Dublin Core Metadata Initiative, as the package owlready2 brings it: OWL in RDF/XML, as Protégé saves it.
    shutil.copy(Path(owlready2.__file__).parent / "ontos" / "dcterms.owl", tmp_path / "my.owl")
    url = ""
    for _, text in BLOCK.findall(TUTORIALS[title]):
        if text.startswith("graph-service serve "):
            # On a port that is free.
            sources = text.partition(" --port ")[0].split()[2:]
            url = start(*(str(tmp_path / name) for name in sources)).url
            continue
        words = next(words for beginning, words in TOLD.items() if text.startswith(beginning))
        deadline = time.monotonic() + PATIENCE
        while True:
            done = subprocess.run(
                ["bash", "-euc", re.sub(r"http://127\.0\.0\.1:800[01]", url, text)],
                env={
                    **os.environ,
                    "GRAPH_SERVICE_SNAPSHOTS": str(snapshots),
                    "NO_PROXY": "127.0.0.1",
                    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                },
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=600,
            )
            # What is built is served a moment later, and only that is waited for.
            if "curl" not in text or (done.returncode == 0 and words in done.stdout) or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        assert (done.returncode, words in done.stdout) == (0, True), (text, done.stdout, done.stderr)
    assert all(path.stat().st_size for path in tmp_path.glob("*.ttl"))


def test_every_expectation_belongs_to_a_block() -> None:
    assert all(any(expected(text) == words and key in text for _, text in BLOCKS) for key, words in EXPECTED.items())
    assert all(any(f"```bash\n{beginning}" in text for text in TUTORIALS.values()) for beginning in TOLD)


def test_no_page_has_commands_that_are_not_run() -> None:
    others = [page for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")) if page.relative_to(ROOT).as_posix() not in PAGES]
    assert [page.name for page in others if "```bash" in page.read_text(encoding="utf-8")] == []


def test_the_tables_of_settings_are_the_settings() -> None:
    rows = {
        f"| `{environment_name(setting.name)}` | {setting.metadata['shown']} | {setting.metadata['help']} |" for setting in fields(Settings)
    }
    tables = {
        page: re.findall(r"^\| `GRAPH_SERVICE_.*$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
        for page in ("README.md", "docs/settings.md")
    }
    assert sorted(tables["docs/settings.md"]) == sorted(rows)
    # Those that are asked for most.
    assert set(tables["README.md"]) < rows


def test_the_settings_without_a_flag_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    told = re.findall(r"`([A-Z_]+)`", text[: text.index("## ")])
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    flags = set(re.findall(r"--[\w-]+", capsys.readouterr().out))
    assert sorted(told) == sorted(setting.name.upper() for setting in fields(Settings) if flag_name(setting.name) not in flags)
