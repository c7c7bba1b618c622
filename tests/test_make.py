"""`make test` installs what the tests that are asked for need, and nothing else."""

import re
import shlex
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

PACKAGES = {
    *("virtuoso-opensource-7", "default-jdk-headless", "slowhttptest", "nginx-light", "haproxy", "prometheus"),
    *("chromium-headless-shell", "libreoffice-calc-nogui", "r-base-core"),
}


@pytest.mark.parametrize(
    ("asked", "needed"),
    [
        ("tests/unit", set()),
        ("tests/unit/test_terms.py tests/test_readme.py", set()),
        ("tests/knowledge", {"default-jdk-headless"}),
        ("tests/http/test_proxy.py -x", {"nginx-light", "haproxy", "prometheus", "libreoffice-calc-nogui", "r-base-core"}),
        ("tests/engine tests/browser", {"virtuoso-opensource-7", "chromium-headless-shell"}),
        ("tests", PACKAGES),
        ("-m 'not live'", PACKAGES),
        ("", PACKAGES),
    ],
)
def test_each_group_of_tests_installs_what_it_needs(asked: str, needed: set[str]) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    done = subprocess.run(
        ["make", "--dry-run", "test", f"TESTS={asked}"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=600
    )
    installs = [line for line in done.stdout.split("\n") if "apt-get install" in line or "no-install-recommends" in line]
    assert {package for package in PACKAGES if any(f" {package} " in line for line in installs)} == needed
    # Whether a program is there is looked at each time, not remembered.
    assert ".debian" not in done.stdout


@pytest.mark.parametrize(("given", "processes"), [([], "3"), (["WORKERS=0"], "0")])
def test_processes_share_the_tests(given: list[str], processes: str) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    command = ["make", "--dry-run", "test", "TESTS=tests/unit -x", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=600)
    (arguments,) = re.findall(r"-m pytest (.*)", done.stdout)
    assert re.findall(r"--numprocesses (\d+)", arguments) == [processes]
    assert arguments.endswith(" tests/unit -x")


def test_contributors_are_told_of_each_program_that_tests_need() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text()
    table = page[page.index("## What the tests need elsewhere") :].removeprefix("## ").split("\n## ")[0]
    assert [package for package in sorted(PACKAGES) if f"`{package}`" not in table] == []


def test_the_inner_loop_waits_for_nothing() -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    done = subprocess.run(["make", "--dry-run", "check"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=600)
    (tests,) = re.findall(r"-m pytest (.*)", done.stdout.replace("\\\n", " "))
    arguments = [sys.executable, "-m", "pytest", "--collect-only", *shlex.split(tests)]
    collected = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True, timeout=600).stdout
    assert "tests/unit/test_terms.py" in collected
    assert "test_a_file_runs_on_the_graph" not in collected
