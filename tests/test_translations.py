"""The catalogues of translations are whole, and no text of a template is left out of them."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
WEB = ROOT / "graph_service" / "web"

#: Names that are the same in all languages.
NAMES = frozenset(
    {
        *(
            "SPARQL",
            "RDF",
            "RDF/XML",
            "JSON",
            "JSON-LD",
            "CSV",
            "TSV",
            "XML",
            "SVG",
            "PNG",
            "Turtle",
            "TriG",
            "N-Triples",
            "N-Quads",
            "Patch",
        ),
        *("DCAT", "VoID", "OpenAPI", "SHA-256", "CC", "BY", "Ctrl", "Enter", "Space", "Tab", "Shift"),
    }
)

#: What of a text its translation has too: values, marks, code.
KEPT = (r"%\(\w+\)s", r"\{\w+\}", r"</?\w+[^>]*>", r"`[^`]+`", r"%%")

#: What of a template is no text, or is translated.
LEFT_OUT = (
    r"\{#.*?#\}",
    r"\{%-?\s*trans\b.*?endtrans\s*-?%\}",
    r"\{%-?\s*set \w+\s*-?%\}.*?endset\s*-?%\}",
    r"\{%.*?%\}",
    r"\{\{.*?\}\}",
)

SHOWN = ("aria-label", "title", "placeholder", "alt")


def catalogue(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, language)


def translations(language: str) -> list[Message]:
    return [message for message in catalogue(WEB / "locale" / language / "LC_MESSAGES" / "messages.po", language) if message.id]


def forms(text: object) -> tuple[str, ...]:
    """A text, or its singular and plural."""
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text or ""),)


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, ...]]:
    """Every text that is to be translated, as `make messages` gathers them."""
    pot = tmp_path_factory.mktemp("messages") / "messages.pot"
    extract = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "--mapping", "pyproject.toml"]
    subprocess.run([*extract, "--keywords", "lazy_gettext", "--output-file", str(pot), "."], cwd=ROOT, check=True, capture_output=True)
    return {forms(message.id) for message in catalogue(pot) if message.id}


@pytest.mark.parametrize("language", ["fr", "es"])
def test_every_text_is_translated_and_no_other(language: str, texts: set[tuple[str, ...]]) -> None:
    """Where this fails: `make messages`, and translate what is new."""
    messages = translations(language)
    known = {forms(message.id) for message in messages}
    assert texts - known == set(), "not in the catalogue"
    assert known - texts == set(), "no longer used"
    assert [message.id for message in messages if message.fuzzy or not all(forms(message.string))] == []


@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_translation_keeps_the_values_and_the_marks_of_its_text(language: str) -> None:
    for message in translations(language):
        original, found = forms(message.id)[-1], forms(message.string)
        for place, text in enumerate(found):
            for kept in KEPT:
                given, wanted = sorted(re.findall(kept, text)), sorted(re.findall(kept, original))
                # Of one thing the number may be a word.
                is_one = len(found) > 1 and place == 0
                assert given == wanted or (is_one and set(given) <= set(wanted)), f"{text!r} for {original!r}"


class Bare(HTMLParser):
    """The words of a template that no expression gives."""

    def __init__(self) -> None:
        super().__init__()
        self.code: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [text for name, text in attrs if name in SHOWN and text]
        if tag in {"code", "pre", "script", "style", "textarea", "kbd"}:
            self.code.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.code and self.code[-1] == tag:
            self.code.pop()

    def handle_data(self, data: str) -> None:
        if not self.code:
            self.found.append(data)


@pytest.mark.parametrize("template", sorted((WEB / "templates").glob("*.html")), ids=lambda path: path.name)
def test_no_text_of_a_template_is_bare(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    for left_out in LEFT_OUT:
        text = re.sub(left_out, " ", text, flags=re.DOTALL)
    # A macro may give an attribute: its words stand in no tag.
    reader = Bare()
    reader.feed(re.sub(r'(?<=\s)[\w-]+="[^"<>]*"(?=[^<>]*(<|$))', " ", text))
    words = {word.strip("().,:;·–→“”…") for words in reader.found for word in words.split() if re.search(r"[A-Za-z]{2}", word)}
    assert words - NAMES == set()
