"""What slowhttptest, a tool of other people's for attacks with slow clients, says of the service (https://github.com/shekyan/slowhttptest)."""

import re
import shutil
import subprocess
from collections import Counter

import pytest

from tests.conftest import Server

pytestmark = pytest.mark.live

#: What it does: heads that never end, bodies that drip, answers that are read a few bytes at a time.
ATTACKS = {
    "heads": ("-H", "/"),
    "bodies": ("-B", "/sparql", "-t", "POST"),
    "readers": ("-X", "/downloads/dataset.nq", "-w", "512", "-y", "1024", "-n", "2", "-z", "32", "-k", "3"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_service_is_available_throughout(tried: Server, attack: str) -> None:
    tool = shutil.which("slowhttptest")
    if tool is None:
        pytest.skip("slowhttptest is not installed")
    mode, path, *more = ATTACKS[attack]
    times = ("-c", "400", "-r", "400", "-i", "1", "-l", "4", "-p", "3")
    done = subprocess.run([tool, mode, "-u", tried.url + path, *times, *more], capture_output=True, text=True, timeout=600)
    said = Counter(re.findall(r"service available:\S*\s+(?:\x1b\[\S*m)?(YES|NO)", re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)))
    assert said["YES"] >= 1, done.stdout[-2000:]
    assert said["NO"] == 0
