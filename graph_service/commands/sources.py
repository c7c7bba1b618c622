"""Source files and folders as command-line arguments, used instead of the bundled ones.

Files that end in `.rq` are canned queries, all others are data and ontology alike, so that their classes and properties count. A folder
with `data/dataset.ttl`, as `graph-service init` writes it, is a project with folders `data`, `ontology` and `queries`. Commands with other
positional arguments have all of them in `options.words`.
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
    """The settings with the files and folders among the arguments. The other arguments are stored for the command: `name` and `arguments`
    of `query`, `what` of `check`.

    Raises SettingError if a flag names other data or queries; SourceError for a path that does not exist.
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
            say(f"This uses the graph that came with the service. For the project in this folder: graph-service {options.command} .")
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
    """The arguments of `query` that exist as files and are neither parameters nor canned queries. The first of the rest is the query's
    name.
    """
    canned = {file.stem for file in query_files(settings.queries)}
    pairs = [word for word in options.words if "=" in word]
    sources = [word for word in options.words if word not in (*pairs, *canned) and is_there(word)]
    names = [word for word in options.words if word not in (*pairs, *sources)]
    options.name, *options.arguments = [*names, *pairs] or [None]
    return sources


def _of_check(options: argparse.Namespace, settings: Settings) -> list[str]:
    """The arguments of `check` that exist, outside the settings' sources and queries and not inside another argument."""
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
