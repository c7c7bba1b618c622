"""The cookbook runs as it stands against a running service, and shows what it says it shows."""

from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode, reads, validate

from tests.conftest import ROOT, Server

pytestmark = pytest.mark.live

COOKBOOK = ROOT / "examples" / "cookbook.ipynb"


def read_notebook(text: str) -> NotebookNode:
    notebook: NotebookNode = reads(text, as_version=4)  # type: ignore[no-untyped-call]
    validate(notebook)
    return notebook


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq", "ignore::ResourceWarning")
def test_the_cookbook_runs(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    notebook = read_notebook(COOKBOOK.read_text(encoding="utf-8").replace("http://127.0.0.1:8000", server.url))
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    shown = "\n".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    )
    print(shown)
    for words in (
        "projects-by-country",
        "Projets par pays",
        "Fair Recruitment in Central America",
        "six countries (Cambodia",
        "Costa Rica",
        "triples",
        "'Atlantis' was given",
        "dataset.ttl",
    ):
        assert words in shown


def test_the_cookbook_is_kept_without_results() -> None:
    notebook = read_notebook(COOKBOOK.read_text(encoding="utf-8"))
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)
