"""Words as they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_service.search.search import snippet
from graph_service.text.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Santé", "sante"),
        ("main-d’œuvre", "main d oeuvre"),
        ("main-d\u02bcœuvre", "main d oeuvre"),
        ("TRABAJO  infantil.", "trabajo infantil"),
        ("Straße, Łódź", "strasse lodz"),
        ("C190", "c190"),
        ("a_b", "a b"),
        ("«»!", ""),
        ("İ ı", "i i"),
    ],
)
def test_case_accents_ligatures_and_signs_fall_away(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=400), st.lists(st.text(alphabet="abcé ", min_size=1).map(fold).filter(bool), min_size=1))
def test_a_snippet_is_a_part_of_its_text(text: str, words: list[str]) -> None:
    assert "".join(piece.text for piece in snippet(text, words)).strip("…") in text


def test_a_snippet_shows_the_place_with_the_most_matches() -> None:
    text = "labour " + "x " * 200 + "forced labour is ended " + "y " * 200
    pieces = snippet(text, ["forced", "labour"])
    assert [piece.text for piece in pieces if piece.match] == ["forced", "labour"]
    assert pieces[0].text.startswith("…")
    assert pieces[-1].text.endswith("…")
