"""The house's rules: imports run one way, and each foreign package has its rooms."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "graph_service"

#: From the ground up: a module may import from floors below its own, and on its own floor from its own part of the house.
FLOORS = (
    {"errors", "arrival"},
    {"settings", "client"},
    {"files"},
    {"text"},
    {"rdf"},
    {"sparql", "formats"},
    {"sources", "queries"},
    {"search"},
    {"snapshot"},
    {"description", "engine", "reasoning"},
    {"checks", "service"},
    {"build"},
    {"web"},
    {"commands"},
    {"cli"},
    {"__main__"},
)

#: The same within `web`.
FLOORS_OF_WEB = (
    {"http"},
    {"display"},
    {"middleware", "data"},
    {"tables"},
    {"pictures"},
    {"pages"},
    {"endpoints"},
    {"app", "message_extraction"},
    {"processes"},
)

#: Foreign package -> the parts of the house that may import it.
ROOMS = {
    "babel": {"web"},
    "flask": {"web"},
    "werkzeug": {"web"},
    "granian": {"web/processes", "web/middleware"},
    "pyoxigraph": {"rdf", "formats", "sparql", "sources", "reasoning", "checks", "description", "search", "snapshot", "build", "engine"},
    "rdflib": {"checks", "reasoning", "client"},
    "owlrl": {"reasoning/second_opinion.py"},
    "nmo_python": {"reasoning/closure.py"},
    "pyshacl": {"checks/shapes.py"},
    "py3langid": {"checks/doubts.py"},
    "yaml": {"queries/header.py", "web/endpoints/openapi.py"},
    "argparse": {"cli.py", "commands"},
    "SPARQLWrapper": {"engine/remote/client.py", "client"},
    "pandas": {"client/frames.py"},
    "xlsxwriter": {"formats/xlsx.py"},
}

MODULES = sorted(file for file in PACKAGE.rglob("*.py") if "node_modules" not in file.parts)


@cache
def imported(module: Path) -> set[str]:
    """The full names of all that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def part(path: Path, package: Path) -> str:
    """The part of a package that a module belongs to: its folder, or its own name at the top."""
    return path.relative_to(package).parts[0].removesuffix(".py")


@pytest.mark.parametrize(("package", "floors"), [(PACKAGE, FLOORS), (PACKAGE / "web", FLOORS_OF_WEB)], ids=["house", "web"])
def test_imports_run_downwards(package: Path, floors: tuple[set[str], ...]) -> None:
    modules = [module for module in MODULES if package in module.parents and module != package / "__init__.py"]
    floor = {name: number for number, names in enumerate(floors) for name in names}
    assert {part(module, package) for module in modules} == floor.keys()
    prefix = ".".join(package.relative_to(PACKAGE.parent).parts) + "."
    upwards = [
        f"{module} imports {name}"
        for module in modules
        for name in imported(module)
        if name.startswith(prefix)
        for here, there in [(part(module, package), name.removeprefix(prefix).split(".")[0])]
        if there in floor and there != here and floor[there] >= floor[here]
    ]
    assert upwards == []


def test_the_package_itself_imports_nothing() -> None:
    assert imported(PACKAGE / "__init__.py") == set()


def test_foreign_packages_stay_in_their_rooms() -> None:
    strangers = [
        f"{place} imports {name}"
        for module in MODULES
        for place in [str(module.relative_to(PACKAGE))]
        for name in imported(module)
        if not any(place == room or place.startswith(f"{room}/") for room in ROOMS.get(name.split(".")[0], {place}))
    ]
    assert strangers == []


def test_nothing_is_imported_inside_a_function() -> None:
    inner = [
        f"{module}:{inside.lineno}: {node.name} imports"
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inside in ast.walk(node)
        if isinstance(inside, ast.Import | ast.ImportFrom)
    ]
    assert inner == []


def test_the_client_brings_nothing_of_the_server() -> None:
    loaded = "import sys, graph_service.client; print(*(name for name in sys.modules))"
    names = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()
    assert "graph_service.client.connection" in names
    assert not {name.split(".")[0] for name in names} & {"flask", "granian", "pyoxigraph", "pandas", "pyshacl"}
    own = {name for name in names if name.startswith("graph_service.") and not name.startswith("graph_service.client")}
    assert own == {"graph_service.errors"}


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    names = {".".join(m.relative_to(PACKAGE.parent).with_suffix("").parts): m for m in MODULES if m.name != "__init__.py"}
    for name, module in names.items():
        found = imported(module)
        graph[name] = {other for other in names if any(i == other or i.startswith(other + ".") for i in found)} - {name}
    while leaves := [name for name, below in graph.items() if not below]:
        for leaf in leaves:
            del graph[leaf]
        for below in graph.values():
            below.difference_update(leaves)
    assert not graph, f"these import each other: {sorted(graph)}"


def test_no_two_classes_have_one_name() -> None:
    names: dict[str, list[str]] = {}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                names.setdefault(node.name, []).append(str(module.relative_to(PACKAGE)))
    assert {name: places for name, places in names.items() if len(places) > 1} == {}


#: What names the graph that comes with the service: its prefixes, its IRIs, the constants that begin with them.
DOMAIN = re.compile(r"\blc:|labcoop|\bNS\b|\bVOCABULARY\b")


def test_no_module_knows_the_graph_that_comes_with_the_service() -> None:
    """What is said of a graph belongs into its data (docs/presentation.md)."""
    pages = sorted(PACKAGE.glob("web/templates/*.html"))
    assert [str(file) for file in (*MODULES, *pages) if DOMAIN.search(file.read_text(encoding="utf-8"))] == []


#: Words of that graph's subject, in the languages of the pages.
SUBJECT = re.compile(
    r"\b(labou?r|Canad|ILO\b|OIT\b|Quito|MIRPS|ratif|beneficiar|bénéficiair|migra[nt]|trade union|syndic|sindic)"
    r"|\b(ministr|ministère|donor|bailleur)",
    re.IGNORECASE,
)


def test_no_text_of_the_service_speaks_of_what_that_graph_is_about() -> None:
    """Modules, pages, scripts and translations: whatever is shown beside a graph must be true of anybody's."""
    frontend = PACKAGE / "web" / "frontend"
    scripts = [
        *frontend.glob("*.mjs"),
        *(file for part in ("editor", "entries", "pictures", "site") for file in (frontend / part).rglob("*.js")),
    ]
    texts = [*PACKAGE.glob("web/templates/*"), *PACKAGE.glob("web/locale/**/*.po"), *PACKAGE.glob("starter/**/*.*"), *scripts]
    assert len(scripts) > 5
    found = [f"{file}: {match[0]}" for file in (*MODULES, *texts) if file.is_file() for match in SUBJECT.finditer(file.read_text("utf-8"))]
    assert found == []
