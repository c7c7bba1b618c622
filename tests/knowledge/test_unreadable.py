"""Of files that cannot be read all are told, whichever is met first, and by whichever step of a build."""

from pathlib import Path

import pytest

from graph_service.cli import main

BROKEN = {
    "a.ttl": ("@prefix ex: <http://example.org/> .\nex:a ex:p 'hello'\nex:b a ex:Thing .\n", "a.ttl:3:1: A dot is expected"),
    "b.ttl": ("@prefix ex: <http://example.org/> .\nex:a a exx:Thing .\n", "b.ttl:2:8: The prefix exx: has not been declared."),
    "c.rdf": ("This is a letter to my aunt.\n", "c.rdf: "),
    # One that names an import is read before the others.
    "z.ttl": ("<http://e/o> <http://www.w3.org/2002/07/owl#imports>\n", "z.ttl:"),
}


@pytest.mark.parametrize("names", [("a.ttl", "b.ttl"), ("a.ttl", "z.ttl"), ("b.ttl", "c.rdf"), tuple(BROKEN)])
@pytest.mark.parametrize("command", ["build", "check"])
def test_all_files_that_cannot_be_read_are_told(
    command: str, names: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "good.ttl").write_text("<http://e/a> <http://e/b> <http://e/c> .")
    for name in names:
        (folder / name).write_text(BROKEN[name][0])
    assert main([command, str(folder), "--snapshots", str(tmp_path / "snapshots")]) == 1
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith(str(folder))]
    assert [line.startswith(f"{folder}/{BROKEN[name][1]}") for line, name in zip(told, names, strict=True)] == [True] * len(names), told


def test_of_very_many_the_first_are_told_and_the_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}.ttl").write_text("<http://e/a> <http://e/b>")
    assert main(["build", str(folder), "--snapshots", str(tmp_path / "snapshots")]) == 1
    told = capsys.readouterr().err
    assert f"{folder}/49.ttl:" in told
    assert f"{folder}/50.ttl:" not in told
    assert "10 more files cannot be read." in told
