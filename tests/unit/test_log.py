"""The log of requests goes on when a line could not be written, and does not grow without end while none can."""

import io
import json
import sys
import time

import pytest

from graph_service.web.middleware import log
from tests.conftest import PATIENCE


class Pipe(io.StringIO):
    """Standard error without a reader, for as long as it is closed off."""

    shut = True

    def write(self, text: str) -> int:
        if self.shut:
            raise BrokenPipeError
        return super().write(text)


def test_lines_that_cannot_be_written_are_lost_and_later_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = Pipe()
    monkeypatch.setattr(sys, "stderr", pipe)
    monkeypatch.setattr(log, "_WAITING", 3)
    requests = log.RequestLog()

    def add(*numbers: int) -> None:
        for number in numbers:
            requests.add(log.Request(time.time(), f"{number}", None, "GET", '/"', 200, 0.001))

    add(1, 2)
    time.sleep(0.3)
    pipe.shut = False
    add(3, 4, 5, 6)
    until = time.monotonic() + PATIENCE
    while pipe.getvalue().count("\n") < 3 and time.monotonic() < until:
        time.sleep(0.05)
    lines = [json.loads(line) for line in pipe.getvalue().splitlines()]
    assert [line["request_id"] for line in lines][-3:] == ["4", "5", "6"]
    assert {line["path"] for line in lines} == {'/"'}
    assert "1" not in {line["request_id"] for line in lines}
