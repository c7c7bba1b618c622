"""Many clients asking for pages that nobody has asked for before: pages take their turns, and short answers do not wait for them."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from graph_service.errors import Busy
from graph_service.web.middleware.compute_turns import Turns
from tests.conftest import Server
from tests.faults.beside import answers_beside

CLIENTS, SECONDS = 32, 3


@pytest.mark.alone
@pytest.mark.live
def test_new_pages_hold_up_no_short_answer(tried: Server, idle: Server) -> None:
    until = time.monotonic() + SECONDS

    def client(number: int) -> Counter[int]:
        statuses: Counter[int] = Counter()
        while time.monotonic() < until:
            query = f"SELECT * {{ ?a ?b ?c }} LIMIT 400 # {number} {time.monotonic_ns()}"
            statuses[tried.ask("/sparql?" + urlencode({"query": query}), Accept="text/html").status] += 1
        return statuses

    with answers_beside(tried, idle), ThreadPoolExecutor(CLIENTS) as pool:
        statuses = sum(pool.map(client, range(CLIENTS)), Counter[int]())
    assert set(statuses) <= {200, 503}
    assert statuses[200]


def test_as_many_compute_as_there_are_turns_and_who_waits_gives_his_up() -> None:
    turns = Turns(2, patience=5)
    computing: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with turns.taken():
            computing.append(number)
            most.append(len(computing))
            time.sleep(0.01)
            computing.remove(number)
            with turns.given_up():
                time.sleep(0.01)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) <= 2


def test_those_with_a_turn_who_wait_for_one_without_do_not_wait_for_ever() -> None:
    turns = Turns(1, patience=5)
    lock, waiting, done = threading.Lock(), threading.Event(), threading.Event()

    def first() -> None:
        with turns.taken(), lock:
            with turns.given_up():
                waiting.set()
                time.sleep(0.1)
            done.set()

    def second() -> None:
        waiting.wait()
        with turns.taken(), lock:
            pass

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert done.is_set()
    assert not any(thread.is_alive() for thread in threads)


def test_who_gets_no_turn_is_told() -> None:
    turns = Turns(1, patience=0.05)
    refused: list[Busy] = []

    def late() -> None:
        try:
            with turns.taken():
                pass
        except Busy as error:
            refused.append(error)

    with turns.taken():
        thread = threading.Thread(target=late)
        thread.start()
        thread.join()
    assert len(refused) == 1
    with turns.taken():
        pass
