"""docs/decisions.md has a line for each direct dependency, with the licence that its package states."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import Distribution, DistributionFinder, MetadataPathFinder, packages_distributions

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = json.loads((ROOT / "graph_service" / "web" / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
SECTION = re.findall(
    r"^## Dependencies\n.*?(?=^## )", (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)[0]

#: What pip installs for the tests to read, and not to import (see the Makefile).
GRAPHS = ROOT / ".venv" / "graphs"


def rows(title: str) -> dict[str, list[str]]:
    """Package -> the other cells of its line, in the tables of a part of the section."""
    part = re.findall(rf"^### {title}\n.*?(?=^### |\Z)", SECTION, re.DOTALL | re.MULTILINE)[0]
    lines = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in part.splitlines() if line.startswith("| `")]
    names = [line[0].strip("`") for line in lines]
    assert len(names) == len(set(names)), "a package has two lines"
    return {name: cells for name, (_, *cells) in zip(names, lines, strict=True)}


PYTHON, NPM = rows("Python"), rows("npm")


def canonical(requirement: str) -> str:
    """The name in a requirement, as package indexes compare names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


def named_in_project() -> set[str]:
    """The names of all that pyproject.toml asks for: at run time, in extras, in groups, to build."""
    project = PROJECT["project"]
    lists = [
        *(PROJECT["build-system"]["requires"], project["dependencies"]),
        *project["optional-dependencies"].values(),
        *PROJECT["dependency-groups"].values(),
    ]
    return {canonical(requirement) for requirements in lists for requirement in requirements if isinstance(requirement, str)}


def found(name: str) -> Distribution | None:
    """An installed package; None where it is not installed, as those of benchmarks need not be."""
    for path in (None, [str(GRAPHS)]):
        context = DistributionFinder.Context(name=name) if path is None else DistributionFinder.Context(name=name, path=path)
        for distribution in MetadataPathFinder.find_distributions(context):
            return distribution
    return None


def stated_licence(distribution: Distribution) -> str:
    """What a package says of its licence: its expression (PEP 639), else a line of text, else its classifiers, else its SBOM (PEP 770)."""
    metadata = distribution.metadata
    expression, text = (str(metadata.json.get(key, "")) for key in ("license_expression", "license"))
    if expression or (text and "\n" not in text):
        return expression or text
    kinds = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or [] if line.startswith("License :: ")]
    for file in distribution.files or []:
        if not kinds and file.match("*.dist-info/sboms/*.cyclonedx.json"):
            component = json.loads(file.read_text())["metadata"]["component"]
            kinds = [kind["license"].get("id") or kind["license"]["name"] for kind in component.get("licenses", [])]
    return ", ".join(kinds) or "not stated"


def test_each_python_dependency_has_a_line_and_each_line_a_dependency() -> None:
    assert {canonical(name) for name in PYTHON} == named_in_project()


def test_each_npm_dependency_has_a_line_and_each_line_a_dependency() -> None:
    asked = LOCK["packages"][""]
    assert set(NPM) == {*asked["dependencies"], *asked["devDependencies"]}


@pytest.mark.parametrize("name", PYTHON)
def test_the_licence_is_the_one_that_the_package_states(name: str) -> None:
    distribution = found(name)
    if distribution is None:
        pytest.skip(f"{name} is not installed")
    assert PYTHON[name][1] == stated_licence(distribution)


@pytest.mark.parametrize("name", NPM)
def test_the_licence_is_the_one_in_the_lock_file(name: str) -> None:
    assert NPM[name][1] == LOCK["packages"][f"node_modules/{name}"].get("license", "not stated")


def test_what_modules_import_is_asked_for_by_name() -> None:
    """Not what another package happens to bring: it may stop bringing it."""
    asked = {canonical(requirement) for requirement in PROJECT["project"]["dependencies"]}
    optional = {canonical(name) for extra in PROJECT["project"]["optional-dependencies"].values() for name in extra}
    bringers = packages_distributions()
    imported: dict[str, str] = {}
    for file in (ROOT / "graph_service").rglob("*.py"):
        if "node_modules" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported |= {name.partition(".")[0]: file.name for name in names}
    # `_typeshed` is there for type checkers alone.
    own = {*sys.stdlib_module_names, "graph_service", "_typeshed"}
    foreign = {name: file for name, file in imported.items() if name not in own}
    assert len(foreign) > 10
    unasked = {name: file for name, file in foreign.items() if not {canonical(d) for d in bringers.get(name, [name])} & (asked | optional)}
    assert unasked == {}
