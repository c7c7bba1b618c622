"""A graph has the same lines whatever its blank nodes are called, and another graph has others."""

import random
import re
import time

import pytest

from graph_service.rdf.canonical import canonical

P = "<http://e/p>"


def renamed(lines: list[str], seed: int) -> list[str]:
    chance = random.Random(seed)
    names: dict[str, str] = {}
    found = [re.sub(r"_:\w+", lambda name: names.setdefault(name[0], f"_:z{chance.randrange(10**9)}"), line) for line in lines]
    chance.shuffle(found)
    return found


def ring(*lengths: int) -> list[str]:
    return [f"_:r{number}x{place} {P} _:r{number}x{(place + 1) % n} ." for number, n in enumerate(lengths) for place in range(n)]


SAME = {
    "a node": [f"<http://e/a> {P} _:a .", f'_:a {P} "1" .'],
    "nodes that are alike": [f'_:{name} {P} "1" .' for name in "abc"],
    "a chain": [f"_:n{place} {P} _:n{place + 1} ." for place in range(50)],
    "a ring": ring(5),
    "all with each other": [f"_:n{one} {P} _:n{other} ." for one in range(5) for other in range(5) if one != other],
    "a node with itself": [f"_:a {P} _:a .", f"_:a {P} _:b ."],
    "a graph without a name": [f'<http://e/a> {P} "1" _:g .', f"_:g {P} _:a _:g ."],
    "a triple term": [f'_:a {P} <<( _:b {P} "1" )>> .', f"_:b {P} _:a ."],
}


@pytest.mark.parametrize("lines", SAME.values(), ids=SAME)
def test_other_names_make_no_other_lines(lines: list[str]) -> None:
    for seed in range(5):
        assert canonical(renamed(lines, seed)).keys() == canonical(lines).keys()
    assert sorted(canonical(lines).values()) == sorted(lines)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ring(3, 3), ring(6)),
        (ring(2, 3), ring(5)),
        ([f'_:a {P} "1" .'], [f'_:a {P} "1" .', f'_:b {P} "1" .']),
        ([f"_:a {P} _:b ."], [f"_:a {P} _:a ."]),
        ([f'_:a {P} "_:b" .'], [f'_:a {P} "_:c" .']),
    ],
)
def test_other_graphs_have_other_lines(one: list[str], other: list[str]) -> None:
    assert canonical(one).keys() != canonical(other).keys()


def test_what_is_added_elsewhere_changes_no_name() -> None:
    lists = [f'_:l{n} {P} _:m{n} .\n_:m{n} {P} "{n}" .' for n in range(10)]
    lines = "\n".join(lists).split("\n")
    assert canonical(lines).keys() < canonical([*lines, f'_:new {P} "new" .']).keys()


@pytest.mark.parametrize("shape", ["chain", "clique"])
def test_the_time_is_in_proportion_to_the_quads_whatever_they_are(shape: str) -> None:
    """RDFC-1.0 alone takes seconds for eight nodes that all know each other, and for a chain of 300."""
    if shape == "chain":
        lines = [f"_:n{place} {P} _:n{place + 1} ." for place in range(5000)]
    else:
        lines = [f"_:n{one} {P} _:n{other} ." for one in range(60) for other in range(60) if one != other]
    began = time.process_time()
    canonical(lines)
    assert time.process_time() - began < 10
