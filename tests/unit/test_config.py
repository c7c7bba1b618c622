"""Settings are typed, and what is wrong is named."""

from dataclasses import fields
from pathlib import Path

import pytest

from graph_service.errors import SettingError
from graph_service.settings import Settings, environment_name


def test_defaults_serve_what_came_with_the_installation() -> None:
    settings = Settings.read({})
    assert (settings.host, settings.port, settings.reasoning, settings.default_graph) == ("127.0.0.1", 8000, "owl-rl", "union")
    assert [path.name for path in settings.data] == ["data"]
    assert all(path.is_dir() for path in (*settings.data, *settings.ontology, *settings.queries))


def test_a_flag_beats_the_environment_and_the_environment_the_default() -> None:
    environment = {"GRAPH_SERVICE_PORT": "9000", "GRAPH_SERVICE_BODY_LIMIT": "64 KiB", "HOME": "/"}
    settings = Settings.read(environment, {"port": "9001"})
    assert (settings.port, settings.body_limit) == (9001, 65536)


def test_paths_may_be_several_or_none() -> None:
    settings = Settings.read({"GRAPH_SERVICE_DATA": "a:b", "GRAPH_SERVICE_ONTOLOGY": "none"})
    assert settings.data == (Path("a"), Path("b"))
    assert settings.ontology == ()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("GRAPH_SERVICE_PORT", "http", "whole number"),
        ("GRAPH_SERVICE_PORT", "70000", "1 to 65535"),
        ("GRAPH_SERVICE_WORKERS", "0", "from 1"),
        ("GRAPH_SERVICE_QUERY_DEADLINE", "soon", "number"),
        ("GRAPH_SERVICE_QUERY_DEADLINE", "-1", "seconds"),
        ("GRAPH_SERVICE_LOG_QUERIES", "maybe", "true or false"),
        ("GRAPH_SERVICE_BODY_LIMIT", "much", "1 MiB"),
        ("GRAPH_SERVICE_BODY_LIMIT", "1 parsec", "1 MiB"),
        ("GRAPH_SERVICE_REASONING", "magic", "owl-rl, rdfs, none"),
        ("GRAPH_SERVICE_COLOUR", "red", "GRAPH_SERVICE_PORT"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_must_be(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingError) as error:
        Settings.read({name: value})
    assert name in error.value.detail
    assert words in error.value.detail


def test_every_setting_has_a_name_a_default_and_a_meaning_to_show() -> None:
    for setting in fields(Settings):
        assert environment_name(setting.name) == f"GRAPH_SERVICE_{setting.name.upper()}"
        assert setting.metadata["help"]
        assert setting.metadata["shown"]
