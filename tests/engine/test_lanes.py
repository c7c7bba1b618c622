"""Places for queries: handed on in the order of coming, never lost, never more than there are."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from graph_service.engine.lanes import Lanes
from graph_service.errors import Busy


def soon() -> float:
    return time.monotonic() + 5


@contextmanager
def taken(lanes: Lanes, until: float | None = None) -> Iterator[None]:
    place = lanes.place(b"", soon() if until is None else until)
    place.enter()
    try:
        yield
    finally:
        place.leave()


def test_a_free_place_goes_to_the_first_who_waits() -> None:
    lanes = Lanes(workers=1, queue=8)
    order: list[int] = []

    def wait(number: int) -> None:
        with taken(lanes):
            order.append(number)

    with taken(lanes):
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
    with taken(lanes):
        with pytest.raises(Busy), taken(lanes, time.monotonic() + 0.01):
            pass
        assert lanes.waiting == 0
    with taken(lanes):
        pass


def test_whose_time_is_over_takes_no_place_although_one_is_free() -> None:
    with pytest.raises(Busy), taken(Lanes(workers=1, queue=8), time.monotonic()):
        pass


def test_more_than_the_queue_are_refused_at_once() -> None:
    lanes = Lanes(workers=1, queue=1)
    began = time.monotonic()
    with taken(lanes):
        waiting = threading.Thread(target=lambda: lanes.place(b"", soon()).enter())
        waiting.start()
        while not lanes.waiting:
            time.sleep(0.001)
        with pytest.raises(Busy), taken(lanes):
            pass
    waiting.join()
    assert time.monotonic() - began < 4


def test_many_at_once_are_never_more_than_there_are_places() -> None:
    lanes = Lanes(workers=2, queue=64)
    inside, most, lock = 0, 0, threading.Lock()

    def run() -> None:
        nonlocal inside, most
        for _ in range(50):
            with taken(lanes):
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


def test_a_place_goes_in_the_order_of_coming_to_threads_and_to_who_waits_on_a_loop() -> None:
    lanes = Lanes(workers=1, queue=8)
    order: list[int] = []

    def wait(number: int) -> None:
        with taken(lanes):
            order.append(number)

    async def wait_on_loop(number: int) -> None:
        place = lanes.place(b"", soon())
        await place.enter_on_loop()
        order.append(number)
        place.leave()

    async def all_of_them() -> None:
        first = lanes.place(b"", soon())
        await first.enter_on_loop()
        under_way = []
        for number in range(6):
            waits = wait_on_loop(number) if number % 2 else asyncio.to_thread(wait, number)
            under_way.append(asyncio.ensure_future(waits))
            while lanes.waiting <= number:
                await asyncio.sleep(0.001)
        first.leave()
        await asyncio.gather(*under_way)

    asyncio.run(all_of_them())
    assert order == list(range(6))
    with taken(lanes):
        assert lanes.waiting == 0


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_who_waits_in_vain_on_a_loop_leaves_no_place_lost(is_cancelled: bool) -> None:
    lanes = Lanes(workers=1, queue=8)

    async def wait() -> None:
        entering = asyncio.ensure_future(lanes.place(b"", time.monotonic() + (5 if is_cancelled else 0.01)).enter_on_loop())
        if is_cancelled:
            await asyncio.sleep(0)
            assert lanes.waiting == 1
            entering.cancel()
        await entering

    with taken(lanes):
        with pytest.raises(asyncio.CancelledError if is_cancelled else Busy):
            asyncio.run(wait())
        assert lanes.waiting == 0
    with taken(lanes):
        pass


def test_who_is_cancelled_when_his_place_comes_gives_it_back() -> None:
    lanes = Lanes(workers=1, queue=8)

    async def wait() -> None:
        first = lanes.place(b"", soon())
        await first.enter_on_loop()
        entering = asyncio.ensure_future(lanes.place(b"", soon()).enter_on_loop())
        await asyncio.sleep(0)
        first.leave()
        entering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await entering

    asyncio.run(wait())
    with taken(lanes):
        pass
