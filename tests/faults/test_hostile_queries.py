"""Many clients with texts that are hard to read: others are answered beside them, and a deadline holds for reading, too."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.conftest import Server
from tests.faults.beside import answers_beside

pytestmark = pytest.mark.live

CLIENTS = 16
SECONDS = 4
LENGTH = 80_000

PIECES = ["'\\", '"""', "'''\\", "<a", "?", "SERVICE a.", "BASE <a/>", "{", "VALUES ?a { ", "\\u0053", "!", "FROM <a:> ", "(", "a-", "_:"]


def post(server: Server, query: str, timeout: str = "1") -> int:
    return server.ask(f"/sparql?timeout={timeout}", "POST", query.encode(), Content_Type="application/sparql-query").status


@pytest.mark.alone
def test_sixteen_clients_with_hostile_texts_hold_nobody_up(tried: Server, idle: Server) -> None:
    stop = threading.Event()

    def client(number: int) -> set[int]:
        seen = set()
        turn = number
        while not stop.is_set():
            piece = PIECES[turn % len(PIECES)]
            with suppress(OSError):
                seen.add(post(tried, f"ASK {{}} #{number} {turn}\n" + piece * (LENGTH // len(piece))))
            turn += 1
            # A client that waits for its answer and reads it.
            stop.wait(0.1)
        return seen

    with ThreadPoolExecutor(CLIENTS) as pool:
        with answers_beside(tried, idle):
            clients = [pool.submit(client, number) for number in range(CLIENTS)]
            time.sleep(SECONDS)
            stop.set()
        seen = set().union(*(one.result() for one in clients))
    assert seen <= {400, 403, 503, 504, 507}


def test_a_deadline_holds_while_a_text_is_read(tried: Server) -> None:
    began = time.monotonic()
    status = post(tried, "ASK { SERVICE " + "a." * 400_000, timeout="0.1")
    assert status in {403, 504}
    assert time.monotonic() - began < 5
