"""`make release`: what is said of the packages of others is what they say, and a release is made of what is committed."""

import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytest.importorskip("cyclonedx", reason="cyclonedx-bom is not installed: `make test` and `make release` install it")

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import release

LOCK = json.loads((ROOT / "graph_service" / "web" / "frontend" / "package-lock.json").read_text())
STATE = release.Notice("@codemirror/state", "6.7.6", "MIT", "Permission is hereby granted")

#: As an environment tells of itself in which the wheel, an extra of it and a tool of the build are installed.
ENVIRONMENT: release.Json = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "metadata": {"timestamp": "2026-06-01T12:00:00+00:00"},
    "components": [
        {
            "bom-ref": "graph-service==0.2.0",
            "type": "library",
            "name": "graph-service",
            "version": "0.2.0",
            "externalReferences": [{"type": "distribution", "url": "file:///home/somebody/graph_service.whl"}],
        },
        {"bom-ref": "Flask==3.1.3", "type": "library", "name": "Flask", "version": "3.1.3"},
        {"bom-ref": "Jinja2==3.1.6", "type": "library", "name": "Jinja2", "version": "3.1.6"},
        {"bom-ref": "nemo-python==0.10.1", "type": "library", "name": "nemo-python", "version": "0.10.1"},
        {"bom-ref": "hatchling==1.27.0", "type": "library", "name": "hatchling", "version": "1.27.0"},
    ],
    "dependencies": [
        {"ref": "graph-service==0.2.0", "dependsOn": ["nemo-python==0.10.1", "Flask==3.1.3"]},
        {"ref": "Flask==3.1.3", "dependsOn": ["Jinja2==3.1.6"]},
        {"ref": "Jinja2==3.1.6", "dependsOn": ["Flask==3.1.3"]},
        {"ref": "nemo-python==0.10.1"},
        {"ref": "hatchling==1.27.0"},
    ],
}


def test_the_sbom_has_what_the_wheel_needs_and_bundles_and_nothing_else() -> None:
    bill = release.bill_of_materials(ENVIRONMENT, [STATE], LOCK)
    assert [component["name"] for component in bill["components"]] == ["Flask", "Jinja2", "nemo-python"]
    assert {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]} == {
        "Flask==3.1.3": ["Jinja2==3.1.6"],
        "Jinja2==3.1.6": ["Flask==3.1.3"],
        "graph-service==0.2.0": ["Flask==3.1.3", "nemo-python==0.10.1"],
        "nemo-python==0.10.1": [],
    }
    wheel = bill["metadata"]["component"]
    assert (wheel["name"], wheel["version"], wheel["type"]) == ("graph-service", "0.2.0", "application")
    assert "somebody" not in json.dumps(bill)
    (state,) = wheel["components"]
    assert (state["group"], state["name"], state["purl"]) == ("@codemirror", "state", "pkg:npm/%40codemirror/state@6.7.6")
    (found,) = state["hashes"]
    assert found["alg"] == "SHA-512"
    assert re.fullmatch(r"[0-9a-f]{128}", found["content"])
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None


def test_an_environment_without_the_wheel_makes_no_sbom() -> None:
    with pytest.raises(release.ReleaseError, match="graph-service is not installed"):
        release.bill_of_materials({**ENVIRONMENT, "components": ENVIRONMENT["components"][1:]}, [], LOCK)


def test_a_licence_that_only_the_packages_own_sbom_states_is_taken_from_there() -> None:
    bill = release.bill_of_materials(ENVIRONMENT, [], LOCK, [distribution("nemo-python")])
    (nemo,) = [component for component in bill["components"] if component["name"] == "nemo-python"]
    assert "MIT" in json.dumps(nemo["licenses"])
    assert "MIT" in release.notice(distribution("nemo-python")).licence


@pytest.mark.parametrize(
    "name", [re.split(r"[^\w.-]", line)[0] for line in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]]
)
def test_each_package_at_run_time_states_a_licence(name: str) -> None:
    notice = release.notice(distribution(name))
    assert notice.licence != "not stated"
    assert len(notice.licence) < 80


def test_the_words_of_a_licence_are_those_in_the_package() -> None:
    assert "Copyright 2010 Pallets" in release.notice(distribution("Flask")).text
    assert "W3C" in release.notice(distribution("SPARQLWrapper")).text


def _wheel(folder: Path, licences: str) -> Path:
    with zipfile.ZipFile(folder / "some.whl", "w") as archive:
        archive.writestr("graph_service/web/static/built/licences.txt", licences)
    return folder / "some.whl"


def test_npm_packages_are_those_of_the_bundles(tmp_path: Path) -> None:
    line = "-" * 80
    two = release.npm_notices(_wheel(tmp_path, f"@a/b 1.0.0 (MIT)\n\nFirst.\n\n{line}\n\nc 2.0.0 (ISC)\n\nSecond.\n"))
    assert [(notice.name, notice.version, notice.licence, notice.text.strip()) for notice in two] == [
        ("@a/b", "1.0.0", "MIT", "First."),
        ("c", "2.0.0", "ISC", "Second."),
    ]
    with pytest.raises(release.ReleaseError, match="names no package"):
        release.npm_notices(_wheel(tmp_path, "Somebody's licence\n\nText."))


def test_the_bundles_of_this_checkout_name_packages_of_the_lock_file(tmp_path: Path) -> None:
    licences = ROOT / "graph_service" / "web" / "static" / "built" / "licences.txt"
    if not licences.exists():
        pytest.skip("the scripts are not bundled")
    notices = release.npm_notices(_wheel(tmp_path, licences.read_text()))
    assert "@codemirror/view" in {notice.name for notice in notices}
    for notice in notices:
        locked = LOCK["packages"][f"node_modules/{notice.name}"]
        assert (notice.version, notice.licence) == (locked["version"], locked["license"])


def test_what_is_not_committed_is_not_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "new").write_text("new")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    with pytest.raises(release.ReleaseError, match="made of what is committed"):
        release.release()


def test_make_runs_it_where_the_tests_environment_is() -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    done = subprocess.run(["make", "--dry-run", "release"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.rstrip().split("\n")[-1].endswith("/python release.py")
