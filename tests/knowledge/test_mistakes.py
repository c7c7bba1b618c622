"""Mistakes of authors: what the gates say of each. Nothing is told in a traceback, and nothing without saying where.

A file in `mistakes/` is one mistake. It begins with comments: what the mistake is; `in:` where the file lies in its author's checkout
(`data/reference/mistake.ttl` if it does not say); `expects:` the beginning of a finding, `warns:` that of a warning, with `…` for any
words. There are no others.
The folder `sound/` is the rest of the checkout, and has no mistakes; the ontology is the project's own.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from graph_service.checks import doubts, gates
from graph_service.errors import ServiceError
from graph_service.reasoning.knowledge import read
from graph_service.settings import Settings, bundled
from graph_service.sources.sources import Sources

FOLDER = Path(__file__).parent / "mistakes"
MISTAKES = sorted(path for path in FOLDER.iterdir() if path.is_file())
IN = "data/reference/mistake.ttl"
LONG = "a-french-text-as-english"


@pytest.fixture(scope="module")
def ontology(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's ontology without the cases of its entailments, which have tests of their own."""
    place = tmp_path_factory.mktemp("mistakes") / "own"
    shutil.copytree(bundled("ontology"), place, ignore=shutil.ignore_patterns("entailments"))
    return place


@pytest.fixture(scope="module", autouse=True)
def _language_guessed_once() -> Iterator[None]:
    """The texts of the ontology are the same each time, and their language is."""
    guess = doubts._guesser()
    once = guess and cache(guess)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doubts, "_guesser", lambda: once)
        yield


def told(checkout: Path, ontology: Path) -> tuple[list[str], list[str]]:
    """The findings and the warnings about a checkout, by paths within it. What stops all is a finding, as commands print it."""
    settings = replace(
        Settings(),
        data=(checkout / "data",),
        ontology=(ontology, checkout / "ontology"),
        queries=(checkout / "queries",),
        snapshots=checkout / "snapshots",
    )
    try:
        report = gates.check(read(Sources.find(settings.ontology, settings.data), lambda _: None), settings, lambda _: None, fast=True)
    except ServiceError as error:
        return _plain([error.detail], checkout, ontology), []
    return _plain(report.findings, checkout, ontology), _plain(report.warnings, checkout, ontology)


def _plain(texts: Sequence[str], checkout: Path, ontology: Path) -> list[str]:
    return [text.replace(f"{checkout}/", "").replace(f"{ontology}/", "own/") for text in texts]


def checkout(place: Path, mistake: Path | None = None) -> Path:
    """A checkout with a mistake, or with none."""
    shutil.copytree(FOLDER / "sound", place, dirs_exist_ok=True)
    for folder in ("ontology", "queries"):
        (place / folder).mkdir()
    if mistake is not None:
        shutil.copy(mistake, place / next(iter(header(mistake, "in")), IN))
    return place


def header(mistake: Path, key: str) -> list[str]:
    """The lines of a key in a mistake's header."""
    return re.findall(rf"^# {key}: (.+?)\r?$", mistake.read_bytes().decode("utf-8", "replace"), re.MULTILINE)


def test_there_is_nothing_to_tell_of_what_is_sound(tmp_path: Path, ontology: Path) -> None:
    findings, warnings = told(checkout(tmp_path), ontology)
    assert [text for text in findings + warnings if not text.startswith("own/")] == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda path: path.stem)
def test_a_mistake_is_told(mistake: Path, tmp_path: Path, ontology: Path, capfd: pytest.CaptureFixture[str]) -> None:
    if mistake.stem == LONG:
        pytest.importorskip("py3langid")
    findings, warnings = told(checkout(tmp_path, mistake), ontology)
    for found, wanted in ((findings, header(mistake, "expects")), (warnings, header(mistake, "warns"))):
        patterns = [re.compile(".*".join(map(re.escape, text.split("…")))) for text in wanted]
        for pattern in patterns:
            assert any(map(pattern.match, found)), f"{pattern.pattern}: not in {found}"
        others = [text for text in found if not any(pattern.match(text) for pattern in patterns)]
        # A new term in few words lacks more than is the matter here, and the ontology itself has tests of its own.
        assert not [text for text in others if not text.startswith(("ontology/", "own/"))]
    assert all(re.match(r"[\w./~-]+(:[0-9]+){1,2}: ", finding) for finding in findings), "a finding without file and line"
    assert findings or warnings
    assert capfd.readouterr() == ("", "")


def test_two_things_are_not_doubted_if_they_are_said_to_be_two(tmp_path: Path, ontology: Path) -> None:
    place = checkout(tmp_path, FOLDER / "a-key-that-reads-almost-like-another.ttl")
    with (place / IN).open("a", encoding="utf-8") as file:
        file.write(
            "organisation:ministry-of-labor-peru <http://www.w3.org/2002/07/owl#differentFrom> organisation:ministry-of-labour-peru .\n"
        )
    assert told(place, ontology)[1] == []


def test_without_the_library_no_language_is_guessed(tmp_path: Path, ontology: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubts, "_guesser", lambda: None)
    assert told(checkout(tmp_path, FOLDER / f"{LONG}.ttl"), ontology)[1] == []


def test_there_is_no_doubt_about_the_projects_own_sources() -> None:
    assert list(doubts.doubts(Sources.find([bundled("ontology")], [bundled("data")]))) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("checks/rule.rq", b"# Every caf\xe9.\n"),
        ("shapes/shape.ttl", b'<http://e/a> <http://e/b> "caf\xe9" .\n'),
        ("external-terms.txt", b"# Caf\xe9\n"),
    ],
)
def test_a_file_of_the_ontology_that_is_not_utf_8_is_told(name: str, text: bytes, tmp_path: Path, ontology: Path) -> None:
    place = checkout(tmp_path)
    (place / "ontology" / name).parent.mkdir(exist_ok=True)
    (place / "ontology" / name).write_bytes(text)
    finding = told(place, ontology)[0][0]
    assert re.match(rf"ontology/{name}:1[:0-9]*: .*Save the file as UTF-8\.", finding)
