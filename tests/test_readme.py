"""The README stays true: what it shows is run, and its table of settings is the settings."""

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

from graph_service.settings import Settings, environment_name
from tests.conftest import ROOT, Server

TITLES = ("A graph of your own", "An ontology saved by Protégé")
README = (ROOT / "README.md").read_text(encoding="utf-8")
#: The sections whose blocks are typed one after the other, in a folder and against a service of their own.
TUTORIALS = {title: re.findall(rf"^## {title}\n.*?(?=^## )", README, re.DOTALL | re.MULTILINE)[0] for title in TITLES}
REST = re.sub("|".join(rf"^## {title}\n.*?(?=^## )" for title in TITLES), "", README, flags=re.DOTALL | re.MULTILINE)
BLOCKS = re.findall(r"```(bash|python)\n(.*?)```", REST, re.DOTALL)

#: What the output of a block must hold, by words of the block.
EXPECTED = {
    "latin-america": "Fair Recruitment in Central America",
    "RegionalProcess": "https://w3id.org/labcoop/id/framework/",
    "lc:evidence/oa:exact": "six countries (Cambodia",
    "service.run(": "Fair Recruitment in Central America",
    "projects-by-country": "Fair Recruitment in Central America",
    "projects-by-department": "TRIANGLE in ASEAN",
    "statements-per-passage": 'rel="next"',
    "projects-active-in-year": "TRIANGLE in ASEAN",
    "q=sante": "santé",
    "network.svg": "</svg>",
    "things/projects.csv": "TRIANGLE in ASEAN",
    "hasDonorCountry": "In 2021, GAC extended its support to TRIANGLE in ASEAN until 2024",
    "dataset.ttl": "International Labour Organization",
    "/tmp/mine.ttl": "http://example.org/knows",
    "/tmp/family.ttl": "http://example.org/Woman",
}

#: What the output of a block of a tutorial must hold, by how the block begins.
TOLD = {
    "graph-service init": "museum/queries/works-by-maker.rq",
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
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert words in done.stdout, done.stdout


@pytest.mark.live
@pytest.mark.parametrize("title", TITLES)
def test_a_tutorial_works_from_its_first_line_to_its_last(
    title: str, start: Callable[..., Server], snapshots: Path, tmp_path: Path
) -> None:
    # An ontology of the Dublin Core Metadata Initiative, as the package owlready2 brings it: OWL in RDF/XML, as Protégé saves it.
    shutil.copy(Path(owlready2.__file__).parent / "ontos" / "dcterms.owl", tmp_path / "my.owl")
    url = "http://127.0.0.1:8000"
    for text in re.findall(r"```bash\n(.*?)```", TUTORIALS[title], re.DOTALL):
        if text.startswith("graph-service serve "):
            url = start(*(str(tmp_path / name) for name in text.split()[2:])).url
            continue
        words = next(words for beginning, words in TOLD.items() if text.startswith(beginning))
        deadline = time.monotonic() + 30
        while True:
            done = subprocess.run(
                ["bash", "-euc", text.replace("http://127.0.0.1:8000", url)],
                env={
                    **os.environ,
                    "GRAPH_SERVICE_SNAPSHOTS": str(snapshots),
                    "NO_PROXY": "127.0.0.1",
                    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                },
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=60,
            )
            # What is built is served a moment later, and only that is waited for.
            if "curl" not in text or (done.returncode == 0 and words in done.stdout) or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        assert (done.returncode, words in done.stdout) == (0, True), (text, done.stdout, done.stderr)
    assert all(path.stat().st_size for path in tmp_path.glob("*.ttl"))


def test_every_expectation_belongs_to_a_block() -> None:
    assert all(any(key in text for _, text in BLOCKS) for key in EXPECTED)
    assert all(any(f"```bash\n{beginning}" in text for text in TUTORIALS.values()) for beginning in TOLD)


def test_the_table_of_settings_is_the_settings() -> None:
    for setting in fields(Settings):
        row = f"| `{environment_name(setting.name)}` | {setting.metadata['shown']} | {setting.metadata['help']} |"
        assert row in README, f"the README lacks the row\n{row}"
    assert README.count("| `GRAPH_SERVICE_") == len(fields(Settings))
