"""`graph-service push`."""

import argparse

from graph_service.build.build import build
from graph_service.commands.output import say, show
from graph_service.engine.remote.http import Peer
from graph_service.engine.remote.push import push
from graph_service.errors import SettingError
from graph_service.settings import Settings, web_address


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Upload the graph to another server. Raises SettingError for an invalid address, and what `build` and `push` raise."""
    try:
        store = Peer(web_address(options.url), settings.engine_user, settings.engine_password)
    except ValueError as error:
        raise SettingError(f"URL must be {error}") from error
    snapshot = build(settings, show)
    push(snapshot, store, say)
    say(f"{store.name} holds the snapshot {snapshot.id}.")
    return 0
