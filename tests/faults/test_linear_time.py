"""What is done with a text from outside takes time in proportion to its length, whatever the text.

Hostile texts are compared with an ordinary one of the same length, by the processor's time: a pattern that begins again at every
character, or a loop in a loop, is hundreds of times as slow at this length.
"""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from graph_service.errors import ServiceError
from graph_service.sparql.binding import bind
from graph_service.sparql.guard import refuse, refuse_inner_functions
from graph_service.sparql.outline import outline
from graph_service.sparql.service_clauses import service_calls
from graph_service.sparql.tokens import is_volatile, tokens, values_rows, with_small_truths

LENGTH = 2**14

#: How many times as long as an ordinary text one may take: tokens of one character are more tokens.
FACTOR = 12

PLAIN = "?thing rdfs:label 'a name'@en ; ex:year 2023 . # as it is\n"

PIECES = [
    *(
        "'\\",
        "'",
        '"',
        "'''",
        '"""\\',
        "'''\\",
        "'''x",
        '"\\\n',
        "a.",
        "a-",
        "a_b.1e",
        "a.5e+3 ",
        "_:",
        "_",
        ":",
        "1",
        "1.",
        "1e",
        "@a-",
        "@",
    ),
    *(
        "<",
        "<a",
        "<<(",
        "?",
        "$",
        "\\",
        "\\u0053",
        "\\u0027",
        "\\U00000022",
        "#",
        "# ' \n",
        "\t",
        "²",
        "é.",
        "%",
        "(",
        "{",
        "}",
        "COUNT(",
        "MAX (",
    ),
]
CLAUSES = [
    *("TRUE ", "NOW", "VALUES ?a { ", "VALUES?b{} ", "SERVICE ", "SERVICE a.", "SERVICE<a:>{", "SERVICE?s{}", "GRAPH <a:> ", "FROM <a:> "),
    *("BASE <a/>", "BASE <a:> ", "PREFIX:<x>", "PREFIX a: <a/> ", "CONSTRUCT{", "CONSTRUCT{}", "SELECT{", "INSERT"),
]

#: What comes before: the beginning of a query, nothing, or names that are long.
BEGINNINGS = ["ASK { ", "", f"BASE <http://e/{'x' * LENGTH}> PREFIX : <y{'x' * LENGTH}> ASK FROM :a "]

WORK: dict[str, Callable[[str], object]] = {
    "tokens": lambda text: list(tokens(text)),
    "refuse": refuse,
    "inner functions": refuse_inner_functions,
    "is volatile": is_volatile,
    "outline": outline,
    "graphs": lambda text: outline(text).within([], "urn:nothing"),
    "calls": service_calls,
    "bind": lambda text: bind(text, {"a": "1"}),
    "rows": values_rows,
    "truths": with_small_truths,
}


def took(work: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    with suppress(ServiceError, ValueError):
        work(text)
    return time.process_time() - began


@pytest.mark.parametrize("name", WORK)
def test_no_text_takes_more_than_its_length(name: str) -> None:
    work = WORK[name]
    beside = 0.005 + took(work, "ASK { " + PLAIN * (LENGTH // len(PLAIN)) + "}")
    slow = {}
    for beginning in BEGINNINGS[:1] if name == "tokens" else BEGINNINGS:
        for piece in PIECES + CLAUSES if name == "tokens" else CLAUSES:
            text = beginning + piece * (LENGTH // len(piece))
            # Again where it took long: a look for garbage in this process may have fallen into it.
            seconds = took(work, text)
            if seconds > FACTOR * beside:
                seconds = min(took(work, text) for _ in range(3))
            if seconds > FACTOR * beside:
                slow[beginning[:20], piece] = seconds / beside
    assert not slow, f"times as long as an ordinary text: {slow}"


@pytest.mark.parametrize("piece", ["'\\", "'''\\", "a-"])
def test_a_megabyte_takes_seconds_and_not_hours(piece: str) -> None:
    assert took(refuse, "ASK {} " + piece * 2**19) < 10
