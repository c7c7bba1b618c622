"""`make release`: what is said of the packages of others is what they say, and a release is made of what is committed."""

import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytest.importorskip("cyclonedx", reason="cyclonedx-bom is not installed: `make test` and `make release` install it")

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import release

LOCK = json.loads((ROOT / "graph_service" / "web" / "frontend" / "package-lock.json").read_text())
STATE = release.Notice("@codemirror/state", "6.7.6", "MIT", "Permission is hereby granted")

#: What is installed in an environment, with what each says it needs: a tool of the build, and pip, as extras of others name them, too.
INSTALLED = {
    "graph-service 0.2.0": ["Flask>=3", "nemo-python", "tool; extra == 'test'", "absent; python_version < '3'"],
    "Flask 3.1.3": ["Jinja2[i18n]", "pip; extra == 'dev'"],
    "Jinja2 3.1.6": ["flask", "babel; extra == 'i18n'"],
    "Babel 2.18.0": [],
    "nemo_python 0.10.1": [],
    "tool 1.0": [],
    "pip 25.0": [],
}

NAMES = ["graph-service", "Flask", "Jinja2", "babel", "nemo-python", "tool", "pip"]


@pytest.fixture
def packages(tmp_path: Path) -> list[Distribution]:
    for package, requirements in INSTALLED.items():
        name, version = package.split()
        folder = tmp_path / f"{name}-{version}.dist-info"
        folder.mkdir()
        lines = [f"Requires-Dist: {requirement}" for requirement in requirements]
        (folder / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines]) + "\n")
    own = tmp_path / "nemo_python-0.10.1.dist-info" / "sboms" / "nemo.cyclonedx.json"
    own.parent.mkdir()
    own.write_text(json.dumps({"metadata": {"component": {"licenses": [{"license": {"name": "Apache-2.0 OR MIT"}}]}}}))
    (own.parent.parent / "RECORD").write_text("nemo_python-0.10.1.dist-info/sboms/nemo.cyclonedx.json,,\n")
    return list(distributions(path=[str(tmp_path)]))


#: The same environment, as it is told by a tool that follows whatever is installed.
ENVIRONMENT: release.Json = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "metadata": {"timestamp": "2026-06-01T12:00:00+00:00"},
    "components": [
        {
            "bom-ref": f"{name}==1",
            "type": "library",
            "name": name,
            "version": "1",
            "externalReferences": [{"type": "distribution", "url": "file:///home/somebody/file.whl"}] if name == "graph-service" else [],
        }
        for name in NAMES
    ],
    "dependencies": [{"ref": "graph-service==1", "dependsOn": ["pip==1", "tool==1"]}],
}


def test_what_the_wheel_needs_is_what_is_stated_here_and_not_what_happens_to_be_installed(packages: list[Distribution]) -> None:
    assert release.needs(packages) == {
        "graph-service": {"flask", "nemo-python"},
        "flask": {"jinja2"},
        "jinja2": {"flask", "babel"},
        "babel": set(),
        "nemo-python": set(),
    }


def test_a_package_that_is_needed_and_not_installed_makes_no_sbom(packages: list[Distribution]) -> None:
    with pytest.raises(release.ReleaseError, match="babel is not installed"):
        release.needs([package for package in packages if package.name != "Babel"])


def test_the_sbom_has_what_the_wheel_needs_and_bundles_and_nothing_else(packages: list[Distribution]) -> None:
    bill = release.bill_of_materials(ENVIRONMENT, packages, [STATE], LOCK)
    assert [component["name"] for component in bill["components"]] == ["babel", "Flask", "Jinja2", "nemo-python"]
    assert {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]} == {
        "graph-service==1": ["Flask==1", "nemo-python==1"],
        "Flask==1": ["Jinja2==1"],
        "Jinja2==1": ["Flask==1", "babel==1"],
        "babel==1": [],
        "nemo-python==1": [],
    }
    wheel = bill["metadata"]["component"]
    assert (wheel["name"], wheel["type"]) == ("graph-service", "application")
    assert "somebody" not in json.dumps(bill)
    (state,) = wheel["components"]
    assert (state["group"], state["name"], state["purl"]) == ("@codemirror", "state", "pkg:npm/%40codemirror/state@6.7.6")
    (found,) = state["hashes"]
    assert found["alg"] == "SHA-512"
    assert re.fullmatch(r"[0-9a-f]{128}", found["content"])
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None


def test_a_licence_that_only_the_packages_own_sbom_states_is_taken_from_there(packages: list[Distribution]) -> None:
    bill = release.bill_of_materials(ENVIRONMENT, packages, [], LOCK)
    (nemo,) = [component for component in bill["components"] if component["name"] == "nemo-python"]
    assert nemo["licenses"] == [{"license": {"name": "Apache-2.0 OR MIT"}}]
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
    done = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "release"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=600
    )
    assert done.stdout.rstrip().split("\n")[-1].endswith("/python release.py")
