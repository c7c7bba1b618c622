"""The README stays true: what it shows is run, and its table of settings is the settings."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from graph_service.config import Settings, environment_name
from tests.conftest import ROOT, Server

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(bash|python)\n(.*?)```", README, re.DOTALL)

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


def test_every_expectation_belongs_to_a_block() -> None:
    assert all(any(key in text for _, text in BLOCKS) for key in EXPECTED)


def test_the_table_of_settings_is_the_settings() -> None:
    for setting in fields(Settings):
        row = f"| `{environment_name(setting.name)}` | {setting.metadata['shown']} | {setting.metadata['help']} |"
        assert row in README, f"the README lacks the row\n{row}"
    assert README.count("| `GRAPH_SERVICE_") == len(fields(Settings))
