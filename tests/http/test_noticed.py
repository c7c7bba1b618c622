"""What was left out of a graph, or may be a mistake in it, is told on its page of quality, and to programs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

PREFIXES = (
    "@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
)


def noticed(server: Server) -> list[str]:
    told: list[str] = json.loads(server.ask("/about", Accept="application/json").body)["warnings"]
    page = server.ask("/about", Accept="text/html").text
    assert ("Noticed when it was built" in page) == bool(told)
    return told


def test_what_cannot_be_read_or_reasoned_with_is_told_by_file_and_line(start: Callable[..., Server], tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.ttl").write_text(f"{PREFIXES}:Cat a owl:Class ; owl:complementOf :Dog .\n:tom a :Cat .\n:tom : .\n:eve a :Cat .\n")
    told = noticed(start(str(folder), "--lenient", "true"))
    assert any(warning.startswith("mine/a.ttl:4:") and "left out" in warning for warning in told), told
    assert any(warning.startswith("mine/a.ttl:2:") and "owl:complementOf" in warning for warning in told), told
    assert str(tmp_path) not in " ".join(told)


def test_a_contradiction_is_told_with_its_explanation(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(f"{PREFIXES}:Cat owl:disjointWith :Dog .\n:tom a :Cat , :Dog .\n")
    told = noticed(start(str(tmp_path / "a.ttl"), "--inconsistent", "serve"))
    assert any("contradicts itself" in warning and f"{tmp_path.name}/a.ttl:3" in warning for warning in told), told


def test_of_a_graph_without_fault_nothing_is_told(server: Server) -> None:
    assert noticed(server) == []
