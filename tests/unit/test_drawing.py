"""The pieces that pictures are put together from."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_service.web.display.cells import Cell
from graph_service.web.pictures import letters, tree
from graph_service.web.pictures.canvas import Drawing, Mark, linked, mark, text
from graph_service.web.pictures.columns import ordered, spread
from graph_service.web.pictures.labels import placed
from graph_service.web.pictures.letters import lines, shortened, width
from graph_service.web.pictures.timeline import period
from graph_service.web.pictures.world import world


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2021", (2021, 2022)),
        ("2022-10", (2022 + 9 / 12, 2022 + 10 / 12)),
        ("2024-02-29", (2024 + (1 + 28 / 29) / 12, 2024 + 2 / 12)),
        ("2021Z", (2021, 2022)),
        ("2021-13", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_date_lasts_as_long_as_it_is_precise(date: str, expected: tuple[float, float] | None) -> None:
    found = period(date)
    assert found == (expected if expected is None else pytest.approx(expected))


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=300), st.floats(20, 400), st.integers(1, 4))
def test_broken_words_fit_and_are_no_others(words: str, room: float, most: int) -> None:
    broken = lines(words, room, most)
    assert 1 <= len(broken) <= most
    assert all(width(line) <= room or line == "…" for line in broken)
    if not any(line.endswith("…") for line in broken):
        assert " ".join(broken).split() == words.split()


def test_words_that_fit_are_not_shortened() -> None:
    assert shortened("Tunisia", 200) == "Tunisia"
    assert shortened("Lao People's Democratic Republic", 100).endswith("…")


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(10, 50)), max_size=20))
def test_things_in_a_column_keep_their_order_and_do_not_overlap(things: list[tuple[float, float]]) -> None:
    wishes, heights = sorted(wish for wish, _ in things), [height for _, height in things]
    middles = spread(wishes, heights, 0, 1000)
    for place in range(1, len(middles)):
        assert middles[place] - middles[place - 1] >= (heights[place] + heights[place - 1]) / 2 - 1e-6
    if middles:
        assert middles[0] - heights[0] / 2 >= -1e-6
        assert middles[-1] + heights[-1] / 2 <= max(1000, sum(heights)) + 1e-6


def test_ties_that_need_not_cross_do_not() -> None:
    ties: dict[object, list[object]] = {1: ["c"], 2: ["b"], 3: ["a"], "a": [3], "b": [2], "c": [1]}
    centre, (side,) = ordered([1, 2, 3], [["a", "b", "c"]], ties)
    assert [ties[thing] for thing in centre] == [[other] for other in side]


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from(["Peru", "Viet Nam", "Panama"]), st.floats(100, 900), st.floats(50, 450)), max_size=12, unique=True)
)
def test_labels_stay_on_the_map(places: list[tuple[str, float, float]]) -> None:
    for label in placed(places, (0, 0, 1000, 500)):
        left, top, right, bottom = label.box
        assert left >= 0
        assert top >= 0
        assert right <= 1000
        assert bottom <= 500


def test_labels_of_neighbours_do_not_overlap() -> None:
    boxes = [label.box for label in placed([("Guatemala", 300, 200), ("Honduras", 308, 203), ("El Salvador", 303, 207)], (0, 0, 1000, 500))]
    for place, one in enumerate(boxes):
        assert all(one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1] for other in boxes[:place])


def test_a_tree_in_which_something_is_below_itself_ends() -> None:
    seen: list[tuple[str, bool]] = []

    def node(one: str, x: float, y: float, again: bool) -> Mark:
        seen.append((one, again))
        return mark("g")

    tree.draw(["a", "b"], {"a": ["b"], "b": ["a"]}, node)
    assert seen == [("a", False), ("b", False), ("a", True)]


def test_what_is_drawn_is_escaped() -> None:
    evil = Cell("<script>alert(1)</script>", '/id/x"onload="alert(1)', "http://example.org/<a>")
    drawing = Drawing(100, 50, 'A "title" & <more>', "]]>", [linked(evil, text(0, 0, evil.text))])
    svg = ElementTree.fromstring(drawing.file("http://localhost/"))
    assert not [element for element in svg.iter() if "script" in element.tag or "onload" in element.attrib]
    assert "<script" not in str(drawing.inline("it"))


def test_every_country_of_the_map_has_a_place_in_it() -> None:
    drawn = world()
    assert drawn is not None, "the frontend is not built"
    assert len(drawn.countries) > 200
    for country in drawn.countries.values():
        assert 0 <= country.x <= drawn.width
        assert 0 <= country.y <= drawn.height
        assert country.path


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"),
    [("188", -84.2, 9.9), ("404", 37.8, 0.5), ("352", -18.7, 65.0), ("554", 170.5, -44.0), ("710", 25.0, -29.0)],
)
def test_a_point_of_the_earth_lies_on_the_map_where_its_country_does(code: str, longitude: float, latitude: float) -> None:
    drawn = world()
    assert drawn is not None, "the frontend is not built"
    x, y = drawn.place(longitude, latitude)
    left, top, right, bottom = drawn.countries[code].box
    assert left - 2 <= x <= right + 2
    assert top - 2 <= y <= bottom + 2


def test_a_picture_is_xml_whatever_is_in_its_words() -> None:
    drawing = Drawing(10, 10, "a\x01", "b\x0b & \uffff <", [text(1, 1, "c\x1f")])
    document = ElementTree.fromstring(drawing.file("http://e/"))
    assert "\ufffd" in "".join(document.itertext())


def test_a_very_long_name_is_looked_at_a_few_times_and_not_once_for_each_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    class Counting(dict[str, float]):
        def get(self, key: str, default: float = 0.0) -> float:  # type: ignore[override]
            nonlocal looks
            looks += 1
            return default

    monkeypatch.setattr(letters, "_WIDTHS", Counting())
    name = "very " * 4_000
    assert lines(name, 200)[-1].endswith("…")
    assert looks < 10 * len(name)
    words = "A name that is a little too long for its place"
    for room in range(20, 400, 7):
        cut = shortened(words, room)
        # As much as fits: with the next word's first letter it would not.
        assert width(cut) <= room or cut == "…"
        kept = len(cut) - 1
        assert cut == words or width(words[: kept + 2].rstrip() + "…") > room - width(" ")
