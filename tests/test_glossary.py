"""No name and no page uses a word that the glossary has decided against."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from graph_service.rdf.namespaces import RDFS, SKOS
from graph_service.settings import bundled
from graph_service.sources.sources import Sources

ROOT = Path(__file__).parent.parent
ROWS = re.findall(r"^\| (fr|es) \| ([^|]+) \|", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
REJECTED = [(language, word) for language, words in ROWS for word in words.strip().split(", ")]
NAMES = {RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel"}


@pytest.fixture(scope="module")
def texts() -> dict[str, list[str]]:
    """All names in the graph and all texts of pages, by language."""
    sources = Sources.find([bundled("ontology")], [bundled("data")])
    found: dict[str, list[str]] = {"fr": [], "es": []}
    for file in sources.files:
        # What terms of earlier versions were called is over.
        for quad in () if file.path.name == "deprecated.ttl" else file.quads:
            language = getattr(quad.object, "language", None)
            if quad.predicate.value in NAMES and language in found:
                found[language].append(quad.object.value)  # type: ignore[union-attr]
    for language, told in found.items():
        with (ROOT / f"graph_service/web/locale/{language}/LC_MESSAGES/messages.po").open("rb") as catalogue:
            strings = [message.string or "" for message in read_po(catalogue)]
        told += [text for string in strings for text in ([string] if isinstance(string, str) else string)]
    return found


@pytest.mark.parametrize(("language", "word"), REJECTED)
def test_a_rejected_word_is_nowhere(texts: dict[str, list[str]], language: str, word: str) -> None:
    assert len(texts[language]) > 1000
    assert [text for text in texts[language] if re.search(rf"\b{re.escape(word)}\b", text)] == []
