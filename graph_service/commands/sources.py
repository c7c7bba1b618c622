"""The files and folders that are words of a command line: they are asked, checked and served in place of what came with the service.

Files that end in `.rq` are canned queries, all others are data, and ontology as well, so that what they say of classes and properties
counts. A folder that has `data/dataset.ttl`, as `graph-service init` writes it, is a project: its folders `data`, `ontology` and
`queries` are what they are called. Of the commands that take other words besides, `options.words` has all of them.
"""

import argparse
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from graph_service.commands.output import say
from graph_service.errors import SettingError
from graph_service.files import is_there
from graph_service.queries.catalogue import query_files
from graph_service.settings import Settings, bundled, environment_name


def with_sources(options: argparse.Namespace, settings: Settings, flags: Mapping[str, str]) -> Settings:
    """The settings with the files and folders that the words of a command line name. What the other words are is put where the command
    looks for it: `name` and `arguments` of `query`, `what` of `check`.

    Raises SettingError where a flag names other data or queries; SourceError for settings that name what is not there.
    """
    named = list(getattr(options, "sources", ()))
    if options.command == "query":
        named = _of_query(options, settings)
    elif options.command == "check":
        named = _of_check(options, settings)
    canned = [Path(name) for name in named if name.endswith(".rq")]
    sources = [Path(name) for name in named if not name.endswith(".rq")]
    for flag, places in (("data", sources), ("queries", canned)):
        if flag in flags and places:
            raise SettingError(f"Both --{flag} and {places[0]} name the {flag}. Name all of them in one way.")
    given = {name for name in ("ontology", "queries") if name in flags or environment_name(name) in os.environ}
    if not sources:
        if "data" not in flags and environment_name("data") not in os.environ and _is_project(Path()) and not _comes_with_this(Path()):
            say(f"What came with the service is asked, and not this folder, which is a project: graph-service {options.command} . asks it.")
        return replace(settings, queries=tuple(canned)) if canned else settings
    projects = [source for source in sources if _is_project(source)]
    ontology = [place for source in sources for place in (_there(source / "ontology") if source in projects else [source])]
    queries = [*canned, *(place for project in projects for place in _there(project / "queries"))]
    return replace(
        settings,
        data=tuple(source / "data" if source in projects else source for source in sources),
        ontology=settings.ontology if "ontology" in given else tuple(ontology),
        queries=settings.queries if "queries" in given and not canned else tuple(queries),
    )


def _of_query(options: argparse.Namespace, settings: Settings) -> list[str]:
    """What is there and is neither a parameter nor a canned query of the settings. The first of the others is the query's name."""
    canned = {file.stem for file in query_files(settings.queries)}
    pairs = [word for word in options.words if "=" in word]
    sources = [word for word in options.words if word not in (*pairs, *canned) and is_there(word)]
    names = [word for word in options.words if word not in (*pairs, *sources)]
    options.name, *options.arguments = [*names, *pairs] or [None]
    return sources


def _of_check(options: argparse.Namespace, settings: Settings) -> list[str]:
    """What is there and lies neither among the sources and canned queries of the settings nor within another that is named."""
    canned = {file.stem for file in query_files(settings.queries)}
    places = [place.resolve() for place in (*settings.data, *settings.ontology, *settings.queries)]
    sources = [word for word in options.words if word not in canned and is_there(word) and not _is_within(word, places)]
    named = [Path(word).resolve() for word in sources]
    sources = [word for word in sources if not any(place in Path(word).resolve().parents for place in named)]
    options.what = [word for word in options.words if word not in sources]
    return sources


def _is_within(word: str, places: list[Path]) -> bool:
    return any(Path(word).resolve().is_relative_to(place) for place in places)


def _is_project(folder: Path) -> bool:
    return is_there(str(folder / "data" / "dataset.ttl"))


def _comes_with_this(folder: Path) -> bool:
    return bundled("data").resolve() == (folder / "data").resolve()


def _there(folder: Path) -> list[Path]:
    return [folder] if folder.is_dir() else []
