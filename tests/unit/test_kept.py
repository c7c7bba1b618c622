"""What depends on the snapshot alone is made once, whoever asks in whatever way."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask, g, request

from graph_service.errors import MalformedRequest
from graph_service.web.http.languages import Language, chosen, language
from graph_service.web.http.precomputed import Kept, content


def test_many_who_come_at_once_have_it_made_once() -> None:
    made = []

    def make() -> bytes:
        made.append(threading.get_ident())
        time.sleep(0.05)
        return b"x"

    store = Kept()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: store.get(("a",), make), range(8))) == {b"x"}
    assert len(made) == 1


def test_what_cannot_be_made_is_tried_again() -> None:
    store = Kept()
    with pytest.raises(ZeroDivisionError):
        store.get(("a",), lambda: bytes(1 // 0))
    assert store.get(("a",), lambda: b"x") == b"x"


def test_so_much_is_kept_and_no_more() -> None:
    store = Kept(1000)
    for number in range(100):
        store.get((str(number),), lambda: bytes(200))
    store.get(("large",), lambda: bytes(300))
    assert list(store._contents) == [(str(number),) for number in range(95, 100)]
    assert store.get(("large",), lambda: b"new") == b"new"


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.extensions["kept"] = Kept()
    return app


def asked(app: Flask, address: str, host: str, language: str = "en", spoken: bool = True) -> bytes:
    with app.test_request_context(address, base_url=f"http://{host}/"):
        g.language = Language(language, chosen(request))
        return content("x", lambda: f"{request.root_url} {g.language.shown} {request.full_path}", spoken)


def test_a_content_is_of_its_host_and_language_and_knows_no_other_parameters(app: Flask) -> None:
    assert asked(app, "/x?z=1&lang=xx", "a.example") == b"http://a.example/ en /x?"
    assert asked(app, "/x?z=2", "b.example:81") == b"http://b.example:81/ en /x?"
    assert asked(app, "/x?lang=fr&z=2", "b.example", "fr") == b"http://b.example/ fr /x?lang=fr"
    assert len(app.extensions["kept"]._contents) == 2


@pytest.mark.parametrize("host", ["a<b", 'a"b', "a'b", "a b", "a\\b"])
def test_a_host_that_cannot_be_one_gets_into_no_content(app: Flask, host: str) -> None:
    with pytest.raises(MalformedRequest):
        asked(app, "/x", host)


def test_what_is_made_for_all_changes_nothing_of_the_language_of_who_asks_first(app: Flask) -> None:
    with app.test_request_context("/"):
        g.language = Language("fr")
        assert content("x", language) == b"en"
        assert (g.language, g.get("differs_by_language", False)) == (Language("fr"), False)
