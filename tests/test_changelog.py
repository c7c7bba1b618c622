"""CHANGELOG.md has the form of Keep a Changelog 1.1, and a section for the version that the code has."""

import datetime
import re

import graph_service
from tests.conftest import ROOT

KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
_VERSION = re.compile(r"\[(?P<version>\d+\.\d+\.\d+)\] - (?P<day>\d{4}-\d{2}-\d{2})")


def sections() -> dict[str, str]:
    """The text below each heading of the second level, by that heading."""
    _, *parts = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    return {heading: text for heading, _, text in (part.partition("\n") for part in parts)}


def test_what_is_not_released_comes_first_and_then_the_versions_from_new_to_old() -> None:
    first, *others = sections()
    assert first == "[Unreleased]"
    versions = []
    for heading in others:
        found = _VERSION.fullmatch(heading)
        assert found is not None, heading
        datetime.date.fromisoformat(found["day"])
        versions.append(tuple(int(part) for part in found["version"].split(".")))
    assert versions == sorted(set(versions), reverse=True)


def test_the_version_of_the_code_has_a_section_that_tells_something() -> None:
    (section,) = [text for heading, text in sections().items() if heading.startswith(f"[{graph_service.__version__}] - ")]
    assert re.search(r"^### Added\n\n- ", section, re.MULTILINE)


def test_a_section_tells_its_changes_by_kind_and_nothing_outside_of_them() -> None:
    for heading, text in sections().items():
        before, *kinds = re.split(r"^### ", text, flags=re.MULTILINE)
        assert not re.search(r"^- ", before, re.MULTILINE), heading
        names = [kind.partition("\n")[0] for kind in kinds]
        assert names == [kind for kind in KINDS if kind in names], heading
        for kind in kinds:
            assert re.fullmatch(r"[A-Z][a-z]+\n\n(- .+\n(  .+\n)*)+\n?", kind), (heading, kind[:80])
