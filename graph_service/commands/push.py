"""`graph-service push`."""

import argparse

from graph_service.commands.output import say, show
from graph_service.config import Settings, web_address
from graph_service.engine.peer import Peer
from graph_service.engine.push import push
from graph_service.errors import SettingError
from graph_service.knowledge.build import build


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Load the graph into another server. Raises SettingError for an address that is none, and what `build` and `push` raise."""
    try:
        store = Peer(web_address(options.url), settings.engine_user, settings.engine_password)
    except ValueError as error:
        raise SettingError(f"URL must be {error}") from error
    snapshot = build(settings, show)
    push(snapshot, store, say)
    say(f"{store.name} holds the snapshot {snapshot.id}.")
    return 0
