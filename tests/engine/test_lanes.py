"""Places for queries: handed on in the order of coming, never lost, never more than there are."""

import threading
import time

import pytest

from graph_service.engine.lanes import Lanes
from graph_service.errors import Busy


def soon() -> float:
    return time.monotonic() + 5


def test_a_free_place_goes_to_the_first_who_waits() -> None:
    lanes = Lanes(workers=1, queue=8)
    order: list[int] = []

    def wait(number: int) -> None:
        with lanes.place(b"", soon()):
            order.append(number)

    with lanes.place(b"", soon()):
        threads = []
        for number in range(4):
            threads.append(threading.Thread(target=wait, args=(number,)))
            threads[-1].start()
            while lanes.waiting <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]
    assert lanes.waiting == 0


def test_who_waits_in_vain_leaves_no_place_lost() -> None:
    lanes = Lanes(workers=1, queue=8)
    with lanes.place(b"", soon()):
        with pytest.raises(Busy), lanes.place(b"", time.monotonic() + 0.01):
            pass
        assert lanes.waiting == 0
    with lanes.place(b"", soon()):
        pass


def test_whose_time_is_over_takes_no_place_although_one_is_free() -> None:
    with pytest.raises(Busy), Lanes(workers=1, queue=8).place(b"", time.monotonic()):
        pass


def test_more_than_the_queue_are_refused_at_once() -> None:
    lanes = Lanes(workers=1, queue=1)
    began = time.monotonic()
    with lanes.place(b"", soon()):
        waiting = threading.Thread(target=lambda: lanes.place(b"", soon()).__enter__())
        waiting.start()
        while not lanes.waiting:
            time.sleep(0.001)
        with pytest.raises(Busy), lanes.place(b"", soon()):
            pass
    waiting.join()
    assert time.monotonic() - began < 4


def test_many_at_once_are_never_more_than_there_are_places() -> None:
    lanes = Lanes(workers=2, queue=64)
    inside, most, lock = 0, 0, threading.Lock()

    def run() -> None:
        nonlocal inside, most
        for _ in range(50):
            with lanes.place(b"", soon()):
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 2
    assert inside == lanes.waiting == 0
