"""What the repository tells of itself to people and to machines is well formed, and the same everywhere."""

import configparser
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import graph_service
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
FORMS = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def read(path: Path) -> Any:
    """The content of a file of YAML or JSON; `on` stays a word, as GitHub reads it."""
    text = path.read_text()
    if path.suffix == ".json":
        return json.loads(text)
    return yaml.load(text.replace("\non:", '\n"on":'), Loader=yaml.SafeLoader)


@pytest.mark.parametrize(
    "path",
    [
        *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.yml")),
        *(".pre-commit-config.yaml", "CITATION.cff", "codemeta.json"),
    ],
)
def test_each_file_of_yaml_and_json_is_one(path: str) -> None:
    assert isinstance(read(ROOT / path), dict)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_of_issues_asks_for_what_is_needed(path: Path) -> None:
    form = read(path)
    assert {"name", "description", "body"} <= set(form)
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    names = [field["id"] for field in fields]
    assert len(names) == len(set(names))
    assert all(field["type"] in {"input", "textarea"} and field["attributes"]["label"] for field in fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


def test_the_citation_says_version_day_licence_and_words_of_the_package() -> None:
    citation = read(ROOT / "CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == graph_service.__version__
    assert f"## [{citation['version']}] - {citation['date-released']}\n" in (ROOT / "CHANGELOG.md").read_text()
    assert " AND ".join(citation["license"]) == PROJECT["license"]
    assert (citation["title"], citation["abstract"], citation["keywords"]) == (
        PROJECT["name"],
        PROJECT["description"],
        PROJECT["keywords"],
    )


def test_codemeta_says_the_same() -> None:
    codemeta, citation = read(ROOT / "codemeta.json"), read(ROOT / "CITATION.cff")
    assert codemeta["version"] == graph_service.__version__
    assert codemeta["dateModified"] == citation["date-released"]
    assert [licence.removeprefix("https://spdx.org/licenses/") for licence in codemeta["license"]] == citation["license"]
    assert [author["name"] for author in codemeta["author"]] == [author["name"] for author in citation["authors"]]
    assert (codemeta["name"], codemeta["description"], codemeta["keywords"], codemeta["url"]) == (
        *(PROJECT["name"], PROJECT["description"], PROJECT["keywords"]),
        citation["url"],
    )


def test_the_workflow_tests_the_pythons_that_the_package_names() -> None:
    tested = read(WORKFLOW)["jobs"]["linux"]["strategy"]["matrix"]["python"]
    named = [line.removeprefix("Programming Language :: Python :: ") for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)]
    assert tested == named
    assert PROJECT["requires-python"] == f">={tested[0]}"
    assert read(ROOT / "codemeta.json")["runtimePlatform"] == f"Python {tested[0]} or newer"


def test_the_workflow_runs_targets_of_the_makefile_with_no_more_rights_than_it_needs() -> None:
    workflow = read(WORKFLOW)
    assert workflow["permissions"] == {"contents": "read"}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    jobs = workflow["jobs"]
    runs = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert {"linux": "make test", "release": "make release"}.items() <= {
        name: line for name, lines in runs.items() for line in lines if line.startswith("make ")
    }.items()
    assert {line.split()[1] for lines in runs.values() for line in lines if line.startswith("make ")} <= targets
    for job in jobs.values():
        assert "timeout-minutes" in job
        assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)


def test_what_the_workflow_leaves_out_is_there() -> None:
    left_out = re.findall(r"--ignore=([\w/.]+)", WORKFLOW.read_text())
    assert left_out
    assert all((ROOT / path).is_file() for path in left_out)


def test_the_workflow_builds_a_container_where_there_is_a_recipe_for_one() -> None:
    recipes = [path for name in ("Containerfile", "Dockerfile") for path in (ROOT / "deploy").glob(f"{name}*")]
    assert not recipes or f"deploy/{recipes[0].name}" in WORKFLOW.read_text()


def test_packages_are_looked_after_wherever_a_lock_file_of_them_is() -> None:
    folders = {
        update["package-ecosystem"]: update.get("directories", [update.get("directory")])
        for update in read(ROOT / ".github" / "dependabot.yml")["updates"]
    }
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout of git, which says which lock files there are")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    assert set(folders["npm"]) == {f"/{Path(name).parent.as_posix()}" for name in listed if name.endswith("package-lock.json")}
    assert "/requirements" in folders["pip"]
    assert folders["github-actions"] == ["/"]


def test_hooks_before_a_commit_run_what_make_lint_runs() -> None:
    (local,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"
    hooks = [" ".join(word for word in hook["entry"].split() if word != "--force-exclude") for hook in local["hooks"]]
    recipe = re.findall(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)[0]
    lint = [line.strip().replace("$(BIN)", ".venv/bin").removesuffix(" .") for line in recipe.splitlines()]
    assert hooks == lint


def test_editors_are_told_the_length_of_lines_that_the_linter_holds() -> None:
    parser = configparser.ConfigParser()
    parser.read_string("[preamble]\n" + (ROOT / ".editorconfig").read_text())
    assert parser["preamble"]["root"] == "true"
    assert (parser["*"]["charset"], parser["*"]["end_of_line"]) == ("utf-8", "lf")
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]
    assert int(parser["*.{py,md}"]["max_line_length"]) == ruff["line-length"]


@pytest.mark.parametrize("name", ["SECURITY.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md"])
def test_links_between_pages_lead_somewhere_and_nobody_is_asked_to_write_mail(name: str) -> None:
    text = (ROOT / name).read_text()
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert target.startswith("https://www.contributor-covenant.org/") or (ROOT / target).exists(), target
    assert not re.search(r"mailto:|\S@\S+\.\S", text)
