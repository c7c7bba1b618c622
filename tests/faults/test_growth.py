"""What grows with the data: texts that match everywhere, derivations that share their steps, things with very many links."""

import json
import re
import time
from collections.abc import Callable
from functools import partial
from html import unescape
from typing import Any

import pyoxigraph as ox
import pytest

from graph_service.reasoning.explanation import Step
from graph_service.reasoning.provenance import Explanation, Origin, Passage, as_data, as_lines, as_triples
from graph_service.reasoning.rule import Atom, Rule
from graph_service.search.search import snippet
from tests.conftest import ROLES, SPACE, Server

LINKS = 10_000

NS = "https://w3id.org/labcoop/ns#"
HUB = "https://w3id.org/labcoop/id/place/hub"


@pytest.fixture(scope="module")
def hub(start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A service over a thing with very many links to it and from it, by two properties each."""
    folder = tmp_path_factory.mktemp("hub")
    (folder / "data.nt").write_text(
        f'<{HUB}> <http://www.w3.org/2000/01/rdf-schema#label> "Hub"@en .\n'
        + "".join(
            f"<{HUB}> <{NS}of{n % 2}> <{HUB}-{n}> .\n<{HUB}-{n}> <{NS}to{n % 2}> <{HUB}> .\n"
            f'<{HUB}-{n}> <http://www.w3.org/2000/01/rdf-schema#label> "Thing {n}"@en .\n'
            for n in range(LINKS)
        )
    )
    return start("--data", str(folder / "data.nt"), "--base", SPACE.base, "--ontology", "none", "--queries", "none", "--reasoning", "none")


def seconds(work: Callable[[], object]) -> float:
    """Processor time, the least of three runs."""
    took = []
    for _ in range(3):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.live
def test_a_page_of_a_thing_with_very_many_links_shows_some_and_leads_to_all(hub: Server) -> None:
    answer = hub.ask("/page/place/hub", Accept="text/html")
    assert answer.status == 200
    assert len(answer.body) < 200_000
    ways = [unescape(way) for way in re.findall(r'href="(/sparql\?query=[^"]+)"[^>]*>all 5,000<', answer.text)]
    assert len(ways) == 4
    for way in ways:
        assert hub.ask(way, Accept="text/csv").body.count(b"\n") == LINKS // 2 + 1


@pytest.mark.live
def test_what_asks_little_of_a_thing_with_very_many_links_is_answered_at_once(hub: Server) -> None:
    for path, accept, status in (("/id/place/hub", "text/html", 303), ("/linkset/place/hub", "application/linkset+json", 200)):
        began = time.monotonic()
        assert hub.ask(path, Accept=accept).status == status
        assert time.monotonic() - began < 1
    assert hub.ask("/id/place/nothing", Accept="text/html").status == 404


@pytest.mark.live
@pytest.mark.parametrize("media", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"])
def test_the_data_of_a_thing_with_very_many_links_are_whole(hub: Server, media: str) -> None:
    answer = hub.ask("/data/place/hub", Accept=media)
    assert answer.status == 200
    if media == "application/n-triples":
        # Each link, and what each thing that is linked is called.
        assert answer.body.count(b"\n") == 3 * LINKS + 1


@pytest.mark.parametrize("word", ["labour ", "Labour, ", "éléments ", "l'a ", "labour\u0301 "])
def test_a_snippet_takes_no_longer_for_a_text_in_which_every_word_matches(word: str) -> None:
    wanted = [word.strip(" ,").replace("\u0301", "").replace("é", "e").replace("'", "")[:3].lower()]
    short, long = (seconds(partial(snippet, size * word, wanted)) for size in (500, 20_000))
    # At most so much of a text is looked at.
    assert long < 100 * short
    assert long < 0.1


def test_a_snippet_of_a_long_text_is_where_the_words_are() -> None:
    text = 20_000 * "other words " + "about forced labour here " + 20_000 * "and more "
    shown = snippet(text, ["forced", "labour"])
    assert [piece.text for piece in shown if piece.match] == ["forced", "labour"]
    assert sum(len(piece.text) for piece in shown) < 300


def ladder(levels: int) -> Explanation:
    """A derivation in which every step rests on the one below it twice."""
    p = ox.NamedNode("http://e/p")
    rule = Rule("prp-trp", "http://e/p a owl:TransitiveProperty", Atom("x", p, "z"), (Atom("x", p, "y"), Atom("y", p, "z")))
    triple = ox.Triple(ox.NamedNode("http://e/0"), p, ox.Literal("0"))
    step = Step(triple)
    for level in range(1, levels):
        step = Step(ox.Triple(ox.NamedNode(f"http://e/{level}"), p, ox.Literal(str(level))), rule, (step, step))
    origin = Origin(("http://e/graph",), (Passage("http://e/passage", "words", "http://e/document"),))
    return Explanation(step, {triple: origin})


def test_a_shared_step_of_a_derivation_is_told_once() -> None:
    deep = ladder(60)
    assert len(deep.step.steps) == 60
    assert deep.step.leaves == list(deep.origins)
    assert len(json.dumps(as_data(deep))) < 60 * 1000
    assert len(list(as_lines(deep))) == 60 * 2 + 59 * 2 + 1
    assert len(as_triples(SPACE, ROLES, deep)) < 60 * 10


def test_a_repeated_step_has_the_number_of_the_one_that_is_told() -> None:
    told: Any = as_data(ladder(3))
    first, again = told["premises"]
    assert (first["step"], again["step"], again["repeated"]) == (2, 2, True)
    assert "premises" not in again
