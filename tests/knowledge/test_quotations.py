"""Quotations: the gate holds on the data and on the original texts, bad examples are refused, `locate` writes no more than it says."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph_service.build.build import build
from graph_service.checks import document_texts, quotations
from graph_service.checks.document_texts import normalised
from graph_service.checks.locating import locate
from graph_service.errors import BuildError, SourceError
from graph_service.settings import Settings
from graph_service.sources.sources import Sources
from tests.conftest import PRESENTATION

ROOT = Path(__file__).parent.parent.parent
SOURCES = ROOT / "data" / "sources"

#: The documents' texts are not part of the project; they are looked for beside it.
ORIGINALS = ROOT.parent / "shared" / "seeds"
TEXTS = {
    "news-2022": ORIGINALS / "000_3afdd81553e6849a.txt",
    "brochure-2023": ORIGINALS / "003_d15fc10b4d93e80f.txt",
}
FOUR = re.compile(r" ;\n +oa:start \d+ ;\n +oa:end \d+ ;\n +oa:prefix .+ ;\n +oa:suffix \".*\"(?= [;.]\n)")


@pytest.fixture(params=TEXTS)
def original(request: pytest.FixtureRequest) -> tuple[str, Path]:
    """A document's key and its text, or a skipped test where the text is not at hand."""
    path = TEXTS[request.param]
    if not path.is_file():
        pytest.skip(f"the text of {request.param} is not at hand in {ORIGINALS}")
    return request.param, path


def check(*folders: Path, **originals: Path) -> list[tuple[str, str]]:
    """What the gate finds in folders: rule and `file:line`, the file without its folder."""
    found = quotations.check(Sources.find([PRESENTATION], folders), {key.replace("_", "-"): path for key, path in originals.items()})
    return [(finding.rule, finding.where.rpartition("/")[2]) for finding in found]


# The data


def test_the_gate_holds_on_the_data(settings: Settings) -> None:
    assert quotations.check(Sources.find(settings.ontology, settings.data)) == []


def test_every_file_of_a_document_but_one_is_a_passage(settings: Settings) -> None:
    quoted = {passage.file.path for passage in document_texts.passages(Sources.find(settings.ontology, settings.data))}
    assert quoted == {path for path in SOURCES.glob("*/*.ttl") if path.name != "document.ttl"}


def test_the_passages_of_each_document_make_up_its_whole_text(settings: Settings) -> None:
    sources = Sources.find(settings.ontology, settings.data)
    documents = document_texts.documents(sources, document_texts.passages(sources))
    assert set(documents) == set(TEXTS)
    assert {key: len(document_texts.text_of(document) or "") for key, document in documents.items()} == {
        key: document.length for key, document in documents.items()
    }


def test_the_data_hold_against_the_original_text(original: tuple[str, Path], settings: Settings) -> None:
    key, path = original
    assert quotations.check(Sources.find(settings.ontology, settings.data), {key: path}) == []


def test_what_is_written_in_the_data_is_what_locate_writes(original: tuple[str, Path], tmp_path: Path) -> None:
    key, path = original
    folder = Path(shutil.copytree(SOURCES / key, tmp_path / key))
    assert locate(folder, path, [PRESENTATION]) == []
    for file in folder.glob("[0-9]*.ttl"):
        text = file.read_text(encoding="utf-8")
        file.write_text(FOUR.sub("", text), encoding="utf-8")
        assert file.read_text(encoding="utf-8") != text
    assert len(locate(folder, path, [PRESENTATION])) == len(list(folder.glob("[0-9]*.ttl")))
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        file.name: file.read_bytes() for file in (SOURCES / key).iterdir()
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("014-membership.ttl", "in 1919 as", "in 1920 as", "quotation-neighbours"),
        ("044-vision.ttl", "more peaceful", "less peaceful,", "quotation-length"),
        ("050-area-environment.ttl", "Environment and", "Environments an", "quotation-neighbours"),
        ("330-forteress-recovery-plans.ttl", "workspaces", "workplaces", "quotation-whole"),
    ],
)
def test_a_wrong_word_in_the_data_is_found_without_the_text(file: str, old: str, new: str, rule: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SOURCES / "brochure-2023", tmp_path / "brochure-2023"))
    changed = folder / file
    text = changed.read_text(encoding="utf-8")
    start, exact, rest = text.partition("oa:exact ")
    changed.write_text(start + exact + rest.replace(old, new, 1), encoding="utf-8")
    assert changed.read_text(encoding="utf-8") != text
    assert rule in {found for found, _ in check(folder)}


# A document made up for the tests

TEXT = """# A note

 - ▶ **First item**, for US\\$ 5.
- The second item is so long that no neighbour sees the word in its middle, whatever it be.
It ends. It ends.
"""
PASSAGES = {
    "10-title.ttl": "# A note",
    "20-first.ttl": "First item, for US$ 5.",
    "30-second.ttl": "The second item is so long that no neighbour sees the word in its middle, whatever it be.",
    "40-end.ttl": "It ends.",
    "50-end.ttl": "It ends.",
}
PREFIXES = """# «Comment» with passage:x oa:exact "no" .
@prefix lc: <https://w3id.org/labcoop/ns#> .
PREFIX oa: <http://www.w3.org/ns/oa#>
@prefix document: <https://w3id.org/labcoop/id/document/>.
@prefix passage: <https://w3id.org/labcoop/id/passage/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def turtle(key: str, words: str, more: str = "") -> str:
    """A passage file with all that makes a passage hard to find in it."""
    return f"""{PREFIXES}
document:x skos:note "passage:{key} oa:exact 'no' ." , '''oa:start 1 ;'''@en;
  skos:related document:y.
passage:{key}   a lc:Passage ; # oa:exact "no" ;
\tlc:quotedFrom document:note;
\toa:exact "{words}"{more} .
document:y skos:note "passage:{key} oa:exact 'no' ." .
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """The text of the document."""
    path = tmp_path / "note.txt"
    path.write_bytes(TEXT.encode())
    return path


@pytest.fixture
def folder(tmp_path: Path, text: Path) -> Path:
    """A document's folder before its passages are located."""
    folder = tmp_path / "note"
    folder.mkdir()
    length, sha256, normalised_sha256 = document_texts.DocumentText.read(text).values.values()
    values = f'lc:textLength {length} ;\n  lc:textSha256 "{sha256}" ;\n  lc:normalisedTextSha256 "{normalised_sha256}"'
    (folder / "document.ttl").write_text(f"{PREFIXES}\ndocument:note {values} .\n", encoding="utf-8")
    for name, words in PASSAGES.items():
        start = {"40-end.ttl": " ; oa:start 122", "50-end.ttl": " ; oa:start 131"}.get(name, "")
        (folder / name).write_text(turtle(name.removesuffix(".ttl"), words, start), encoding="utf-8")
    return folder


@pytest.fixture
def located(folder: Path, text: Path) -> Path:
    """The folder with its passages located."""
    locate(folder, text, [PRESENTATION])
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace what stands in a file exactly once."""
    content = path.read_bytes().decode()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new).encode())


def test_locate_writes_the_four_properties_into_the_block_and_nothing_else(folder: Path, text: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert [path.name for path in locate(folder, text, [PRESENTATION])] == list(PASSAGES)
    assert (folder / "20-first.ttl").read_bytes() == before["20-first.ttl"].replace(
        b'5."',
        b'5." ;\n\toa:start 9 ;\n\toa:end 31 ;\n\toa:prefix "# A note " ;\n\toa:suffix " The second item is so long that"',
    )
    assert (folder / "40-end.ttl").read_bytes() == before["40-end.ttl"].replace(
        b"122", b'122 ;\n    oa:end 130 ;\n    oa:prefix " in its middle, whatever it be. " ;\n    oa:suffix " It ends."'
    )
    assert (folder / "document.ttl").read_bytes() == before["document.ttl"]
    assert check(folder, note=text) == []


def test_locate_a_second_time_changes_nothing(located: Path, text: Path) -> None:
    assert locate(located, text, [PRESENTATION]) == []


def test_locate_corrects_what_is_wrong_and_keeps_the_rest(located: Path, text: Path) -> None:
    path = located / "20-first.ttl"
    right = path.read_bytes()
    edit(path, "oa:start 9 ;", "oa:start 8 , 10 ;")
    edit(path, '"# A note "', '"""A note"""@en')
    assert locate(located, text, [PRESENTATION]) == [path]
    assert path.read_bytes() == right


def test_locate_keeps_line_ends_and_full_iris(folder: Path, text: Path) -> None:
    path = folder / "20-first.ttl"
    edit(path, "\toa:exact", "\t<http://www.w3.org/ns/oa#exact>")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    locate(folder, text, [PRESENTATION])
    assert b'5." ;\r\n\t<http://www.w3.org/ns/oa#start> 9 ;\r\n\t<http://www.w3.org/ns/oa#end> 31 ;\r\n' in path.read_bytes()
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    assert check(folder) == []


def test_locate_names_all_that_it_cannot_find_and_writes_nothing(folder: Path, text: Path) -> None:
    edit(folder / "20-first.ttl", "item, for", "item - for")
    edit(folder / "40-end.ttl", "oa:start 122", "oa:start 123")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(SourceError) as error:
        locate(folder, text, [PRESENTATION])
    assert error.value.detail.splitlines() == [
        f"{folder}/20-first.ttl:12: oa:exact is not in {text}: the text has no 'First item '",
        f"{folder}/40-end.ttl:12: oa:exact is in {text} 2 times, at 122, 131: say which with oa:start",
    ]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_locate_says_what_the_document_must_record(folder: Path, text: Path) -> None:
    edit(folder / "document.ttl", "lc:textLength 139 ;\n ", "")
    text.write_text(TEXT + "\n", encoding="utf-8")
    with pytest.raises(SourceError) as error:
        locate(folder, text, [PRESENTATION])
    assert [line.split(" ", 3)[:3] for line in error.value.detail.splitlines()] == [
        [f"{folder}/document.ttl:8:", "lc:textLength", "is"],
        [f"{folder}/document.ttl:8:", "lc:textSha256", "is"],
    ]
    assert f"lc:textLength is missing; of {text} it is 139" in error.value.detail


def test_locate_refuses_a_folder_of_several_documents(folder: Path, text: Path) -> None:
    edit(folder / "20-first.ttl", "document:note", "document:other")
    with pytest.raises(SourceError, match="holds passages of 2 documents"):
        locate(folder, text, [PRESENTATION])


@pytest.mark.parametrize("content", [None, b"\xff"], ids=["no file", "not UTF-8"])
def test_a_text_that_cannot_be_read_is_named(content: bytes | None, located: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=re.escape(f"{path}: ")):
        locate(located, path, [PRESENTATION])


# What the gate refuses


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        pytest.param("30-second.ttl", "the word", "one word", [("quotation-whole", "document.ttl:10")], id="wrong word in the middle"),
        pytest.param("20-first.ttl", '"First', '"Worst', [("quotation-neighbours", "20-first.ttl:12")], id="wrong word at the edge"),
        pytest.param(
            "20-first.ttl",
            "start 9",
            "start 8",
            [("quotation-length", "20-first.ttl:14"), ("quotation-around", "20-first.ttl:15")],
            id="shifted start",
        ),
        pytest.param(
            "20-first.ttl",
            'oa:start 9 ;\n\toa:end 31 ;\n\toa:prefix "# A note "',
            'oa:start 8 ;\n\toa:end 30 ;\n\toa:prefix "# A note"',
            [("quotation-neighbours", "20-first.ttl:12"), ("quotation-neighbours", "30-second.ttl:12")],
            id="shifted passage",
        ),
        pytest.param("20-first.ttl", "# A note ", "# B note ", [("quotation-neighbours", "20-first.ttl:15")], id="contradicts a neighbour"),
        pytest.param("20-first.ttl", "# A note ", "A note ", [("quotation-around", "20-first.ttl:15")], id="prefix cut"),
        pytest.param("50-end.ttl", '"" .', '"!" .', [("quotation-around", "50-end.ttl:15")], id="beyond the end"),
        pytest.param(
            "20-first.ttl",
            "start 9",
            "start -9",
            [("quotation-inside", "20-first.ttl:13"), ("quotation-length", "20-first.ttl:14")],
            id="before the text",
        ),
        pytest.param("20-first.ttl", "start 9", 'start "9"', [("quotation-complete", "20-first.ttl:12")], id="no number"),
        pytest.param("20-first.ttl", "oa:end 31", "oa:end 31, 32", [("quotation-complete", "20-first.ttl:12")], id="two ends"),
        pytest.param(
            "20-first.ttl", "\tlc:quotedFrom document:note;\n", "", [("quotation-complete", "20-first.ttl:11")], id="from nowhere"
        ),
        pytest.param("document.ttl", "lc:textLength 139 ;", "", [("quotation-document", "document.ttl:8")], id="no length"),
        pytest.param(
            "document.ttl",
            "lc:textLength 139",
            "lc:textLength 138",
            [("quotation-around", "30-second.ttl:16"), ("quotation-around", "40-end.ttl:15"), ("quotation-inside", "50-end.ttl:12")],
            id="shorter text",
        ),
    ],
)
def test_it_is_refused_with_file_and_line(file: str, old: str, new: str, found: list[tuple[str, str]], located: Path) -> None:
    edit(located / file, old, new)
    assert check(located) == found


def test_a_disagreement_names_both_files(located: Path) -> None:
    edit(located / "20-first.ttl", "# A note ", "# B note ")
    (finding,) = quotations.check(Sources.find([PRESENTATION], [located]))
    assert finding.where == f"{located}/20-first.ttl:15"
    assert finding.thing == "passage:20-first"
    assert finding.value == f"character 2 is 'B' in oa:prefix and 'A' at {located}/10-title.ttl:12"


def test_a_quotation_that_is_not_in_the_text_is_refused_at_its_line(located: Path, text: Path) -> None:
    edit(located / "30-second.ttl", "the word", "one word")
    assert check(located, note=text) == [("quotation-text", "30-second.ttl:12"), ("quotation-whole", "document.ttl:10")]


def test_another_text_is_refused(located: Path, text: Path) -> None:
    text.write_text(TEXT.replace("▶ ", ""), encoding="utf-8")
    assert check(located, note=text) == [("quotation-text", "document.ttl:9")]


def test_files_out_of_the_order_of_the_text_are_refused(located: Path) -> None:
    (located / "20-first.ttl").rename(located / "35-first.ttl")
    assert check(located) == [("quotation-order", "35-first.ttl:13")]


def test_a_passage_described_twice_is_refused(located: Path) -> None:
    shutil.copy(located / "20-first.ttl", located / "21-first.ttl")
    assert check(located) == [("quotation-once", "21-first.ttl:12")]


def test_a_text_that_nothing_is_quoted_from_is_a_fault(located: Path, text: Path) -> None:
    with pytest.raises(SourceError, match="no passage is quoted from document other"):
        check(located, other=text)


def test_passages_that_leave_out_some_of_the_text_are_not_held_against_its_hash(located: Path) -> None:
    (located / "30-second.ttl").unlink()
    edit(located / "document.ttl", 'lc:normalisedTextSha256 "', 'lc:normalisedTextSha256 "0')
    assert check(located) == []


def test_a_build_is_refused(located: Path, snapshots: Path) -> None:
    edit(located / "20-first.ttl", "start 9", "start 8")
    settings = replace(Settings(), ontology=(PRESENTATION,), data=(located,), reasoning="none", snapshots=snapshots)
    with pytest.raises(BuildError, match=r"20-first\.ttl:14: passage:20-first \(8 \+ 22 is not 31\)"):
        build(settings, lambda _: None)


# The command line


def test_the_command_names_the_files_that_it_changed(
    folder: Path, text: Path, command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = command("locate", str(folder), str(text))
    assert (done.returncode, done.stdout.splitlines()) == (0, [f"{folder}/{name}" for name in PASSAGES])
    done = command("locate", str(folder), str(text))
    assert (done.returncode, done.stdout) == (0, "")


def test_the_command_fails_with_file_and_line(folder: Path, text: Path, command: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    edit(folder / "20-first.ttl", "First", "Worst")
    done = command("locate", str(folder), str(text))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{folder}/20-first.ttl:12: ")


def test_check_reports_the_quotations(located: Path, command: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    edit(located / "20-first.ttl", "start 9", "start 8")
    done = command("check", "--data", str(located), "--ontology", str(PRESENTATION), "--queries", "none")
    assert done.returncode == 1
    assert "quotations: 5\n" in done.stdout
    assert "20-first.ttl:14: passage:20-first (8 + 22 is not 31): " in done.stdout


# The normalised text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n- b\n  - c", "a b c"),
        ("- ▶ **Bold** words", "Bold words"),
        ("▶ A\n\n\n► B", "A B"),
        ("US\\$ 5, CAD\\$6, $7", "US$ 5, CAD$6, $7"),
        ("two  \t\u00a0spaces\r\nand lines \n", "two spaces and lines"),
        ("non-stop - a dash – and «marks»", "non-stop - a dash – and «marks»"),
        ("-1 is no list\n-- nor this", "-1 is no list -- nor this"),
        ("cafe\u0301", "cafe\u0301"),
        ("", ""),
    ],
)
def test_a_normalised_text_has_the_words_without_marks_of_layout(text: str, expected: str) -> None:
    assert normalised(text) == expected


@given(st.text(st.sampled_from("ab-*▶►\\$ \n\r\t\u00a0\u2028\x1c") | st.characters(codec="utf-8")))
@example("*- a")
@example("- - a")
@example("\\*$")
@example("-\n- a")
def test_a_normalised_text_is_normal(text: str) -> None:
    result = normalised(text)
    assert normalised(result) == result
    assert "  " not in result
    assert result == result.strip()
    assert not re.search(r"[▶►*\n]|\\\$|^- ", result)
