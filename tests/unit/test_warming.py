"""What is made once for a snapshot is made before anybody asks for it."""

from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry

from graph_service.service.service import Service
from graph_service.settings import LANGUAGES, Settings
from graph_service.web.app import create_app
from graph_service.web.http.precomputed import Kept
from graph_service.web.middleware.cache import Cache, CacheCounts
from graph_service.web.middleware.compute_turns import Turns
from graph_service.web.middleware.request import IncomingRequest
from graph_service.web.processes.generations import Generation

PATHS = ("/", "/ns", "/docs", "/documents", "/documents/brochure-2023", "/openapi.json", "/openapi.yaml", "/sitemap.xml", "/changes")
MORE = ("/feed.atom", "/sparql/vocabulary", "/catalog", "/.well-known/void", "/graph/ontology")


class Counting(Kept):
    """What is kept, and the names of what had to be made."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[tuple[str, ...]] = []

    def get(self, key: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
        def made() -> bytes:
            self.made.append(key)
            return make()

        return super().get(key, made)


# A long answer is a file that is closed with its last reference.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_kept_is_there_before_the_first_client(service: Service, settings: Settings) -> None:
    app = create_app(service, settings, CollectorRegistry())
    kept = app.extensions["kept"] = Counting()
    generation = Generation(app, service, Turns(2, 10), Cache(service.snapshot, settings, CacheCounts()))
    generation.warm()
    assert len(kept.made) == len(set(kept.made))
    kept.made.clear()
    for path in (*PATHS, *MORE):
        for language in LANGUAGES:
            for media in ("text/html", "application/ld+json", "*/*"):
                headers = [("host", "data.example"), ("accept", media), ("accept-language", language)]
                assert generation.answer(IncomingRequest("HEAD", path, headers=headers)).status in {200, 406}
    assert not kept.made
