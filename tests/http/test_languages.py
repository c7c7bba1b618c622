"""The site in English, French and Spanish: which language a page is in, that it is all in it, and that links stay in it."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from babel.messages.pofile import read_po

import graph_service.web
from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.http.languages import preferred
from tests.conftest import ROOT, Server

pytestmark = pytest.mark.live

LOCALE = Path(graph_service.web.__file__).parent / "locale"

#: One page of each kind.
PAGES = (
    "/",
    "/about",
    "/documents",
    "/documents/news-2022",
    "/things/frameworks",
    "/queries",
    "/queries/projects-by-country",
    "/queries/projects-by-country?country=place:CRI",
    "/queries/projects-by-country?country=place:nowhere",
    "/queries/missing-labels?page_size=5",
    "/sparql",
    "/sparql?query=SELECT%20*%20%7B%20%3Fs%20a%20%3Chttps%3A//w3id.org/labcoop/ns%23Project%3E%20%7D",
    "/sparql?query=ASK%20%7B%7D",
    "/search",
    "/search?q=migrants",
    "/search?q=qwertz",
    "/things",
    "/things/projects",
    "/pictures",
    "/pictures/projects-by-country",
    "/pictures/network?infer=false",
    "/ns",
    "/page/organisation/ilo",
    "/page/project/fair-recruitment-central-america",
    "/page/passage/news-2022-issued",
    "/vocab/beneficiary-group/migrants",
    "/explain?s=project:triangle-in-asean&p=lc:hasDonorCountry&o=place:CAN",
    "/downloads/",
    "/changes",
    "/docs",
    "/problems",
    "/nowhere",
    "/sparql?query=nonsense",
)

#: Words that only an English text has.
ENGLISH = re.compile(r"\b(the|and|with|which|from|these|there|this|have|are)\b", re.IGNORECASE)

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
#: What is in no language: code, and the title, which cannot say that a name in it is in another.
CODE = frozenset({"title", "desc", "code", "pre", "script", "style", "textarea", "data"})
SHOWN = ("title", "aria-label", "placeholder", "alt")


class Words(HTMLParser):
    """The words of a page that are in the page's language: texts and the attributes that people read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.language = ""
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        inherited = self.open[-1][1] if self.open else ""
        # In the sentences on a picture stand proper names, which may stay as they are (WCAG 2.2, 3.1.2).
        own = "code" if tag in CODE or given.get("translate") == "no" or given.get("class") == "words" else given.get("lang") or inherited
        self.language = self.language or own
        if own == self.language:
            self.words += [text for name in SHOWN if (text := given.get(name)) and ":" not in text]
        if tag not in VOID:
            self.open.append((tag, own))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open and self.open[-1][1] == self.language:
            self.words.append(" ".join(data.split()))


def words(page: str) -> list[str]:
    reader = Words()
    reader.feed(page)
    return reader.words


def catalogue(language: str) -> dict[str, str]:
    """English text -> translation, of the texts without a plural."""
    with (LOCALE / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {m.id: str(m.string) for m in read_po(file, language) if m.id and isinstance(m.id, str)}


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_in_the_language_that_is_asked_for(server: Server, path: str, language: str) -> None:
    answer = server.ask(path, Accept="text/html", Accept_Language=language)
    assert answer.headers["content-language"] == language
    assert "accept-language" in answer.headers["vary"].lower()
    assert f'<html lang="{language}"' in answer.text
    if language != "en":
        translations = catalogue(language)
        shown = words(answer.text)
        left = [text for text in shown if translations.get(text, text) != text or ENGLISH.search(text)]
        assert not left, f"English on a page in {language}: {left}"


@pytest.mark.parametrize("path", PAGES)
def test_the_switch_leads_to_the_same_page_with_the_same_parameters(server: Server, path: str) -> None:
    page = server.ask(path, Accept="text/html", Accept_Language="es").text
    switch = page[page.index('<nav class="languages"') :]
    targets = [target.replace("&amp;", "&") for target in re.findall(r'href="([^"]+)"', switch[: switch.index("</nav>")])]
    asked = urlsplit(path)
    assert [parse_qs(urlsplit(target).query) for target in targets] == [
        parse_qs(asked.query) | {"lang": [language]} for language in ("en", "fr", "es")
    ]
    assert {urlsplit(target).path for target in targets} == {asked.path}
    told = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', page))
    assert set(told) == {"en", "fr", "es", "x-default"}
    assert "lang=" not in told["x-default"]
    assert told["fr"].replace("&amp;", "&") == server.url + targets[1]


@pytest.mark.parametrize("path", PAGES)
def test_links_on_a_page_in_a_language_stay_in_it(server: Server, path: str) -> None:
    separator = "&" if "?" in path else "?"
    answer = server.ask(f"{path}{separator}lang=fr", Accept="text/html", Accept_Language="es")
    assert answer.headers["content-language"] == "fr"
    links = [link.replace("&amp;", "&") for link in re.findall(r'<a\b[^>]*?\shref="(/[^"]*)"', answer.text)]
    pages = [link for link in links if not re.search(r"^/(static|data|graph|context)/|\.\w+$", urlsplit(link).path)]
    assert pages
    assert [link for link in pages if "lang" not in parse_qs(urlsplit(link).query)] == []
    forms = re.findall(r"<form\b.*?</form>", answer.text, re.DOTALL)
    assert all('<input type="hidden" name="lang" value="fr">' in form for form in forms if 'action="/' in form)


def test_a_thing_leads_to_its_page_in_the_same_language(server: Server) -> None:
    answer = server.ask("/id/organisation/ilo?lang=es", Accept="text/html")
    assert (answer.status, answer.headers["location"]) == (303, "/page/organisation/ilo?lang=es")
    assert server.ask("/id/organisation/ilo", Accept="text/html").headers["location"] == "/page/organisation/ilo"


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("de", "en"),
        ("fr-CA", "fr"),
        ("FR", "fr"),
        ("es-419, en;q=0.9", "es"),
        ("en;q=0.2, fr;q=0.5", "fr"),
        ("fr;q=0, es;q=0.1", "es"),
        ("de, es;q=0.3, fr;q=0.3", "es"),
        ("nonsense;;;q=x, , fr", "fr"),
    ],
)
def test_the_most_liked_language_is_chosen(accept: str, language: str) -> None:
    assert preferred(accept, "en") == language


def test_the_setting_decides_for_who_likes_none(start: Callable[..., Server], snapshot: Snapshot) -> None:
    server = start("--language", "fr")
    assert server.ask("/problems", Accept="text/html", Accept_Language="de").headers["content-language"] == "fr"
    assert server.ask("/problems", Accept="text/html", Accept_Language="en").headers["content-language"] == "en"


#: What is no language range (RFC 4647, section 2.1).
MALFORMED = ("%0a", "%20", "%22", "fr%0d%0aX-Injected:%20yes", "%e2%82%ac", "%ff", "fr_CA", "a" * 9, "-", "fr-", "x" * 9000)


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
@pytest.mark.parametrize("given", MALFORMED)
def test_what_is_no_language_is_refused_alike_wherever_it_is_given(server: Server, given: str, accept: str) -> None:
    for path in (*PAGES, "/queries/projects.csv", "/queries/names.rows", "/things/projects.csv", "/data/organisation/ilo.ttl", "/metrics"):
        answer = server.ask(f"{path}{'&' if '?' in path else '?'}lang={given}", Accept=accept)
        assert (answer.status, "x-injected" in answer.headers) == (400, False), path
        if accept == "*/*":
            assert json.loads(answer.body)["parameter"] == "lang", path


def test_several_languages_are_refused(server: Server) -> None:
    assert server.ask("/queries/projects.csv?lang=fr&lang=es").status == 400
    assert server.ask("/queries/projects.csv?lang=fr&lang=fr&lang=").headers["content-language"] == "fr"


@pytest.mark.parametrize(
    ("given", "language"), [("FR", "fr"), ("es-419", "es"), ("fr-Latn-CA-x-y", "fr"), ("", "en"), ("*", "en"), ("de", "en")]
)
def test_a_language_is_looked_up_and_names_fall_back_to_english(server: Server, given: str, language: str) -> None:
    answer = server.ask(f"/queries/projects.csv?lang={given}", Accept_Language="es")
    assert (answer.status, answer.headers["content-language"]) == (200, language)
    assert answer.body == server.ask(f"/queries/projects.csv?lang={language}").body


def test_a_query_that_names_things_in_french_by_itself_says_so(start: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "names.rq").write_text('#+ summary: x\nSELECT ?lang { VALUES ?lang { "fr" } }')
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/b> 1 .")
    server = start("--data", str(tmp_path / "a.ttl"), "--ontology", "none", "--queries", str(tmp_path), "--reasoning", "none")
    for given, language in (("", "fr"), ("?lang=de", "fr"), ("?lang=es", "es")):
        answer = server.ask(f"/queries/names.csv{given}")
        assert (answer.text.split(), answer.headers["content-language"]) == (["lang", language], language)


def test_a_page_in_a_language_that_is_not_spoken_here_is_in_the_one_that_the_reader_likes_best(server: Server) -> None:
    answer = server.ask("/queries?lang=de", Accept="text/html", Accept_Language="fr")
    assert (answer.status, answer.headers["content-language"]) == (200, "fr")
    assert "lang=de" not in answer.text
    assert server.ask("/queries?lang=de", Accept="application/json").status == 200


@pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json", "text/csv", "text/turtle", "application/ld+json"])
def test_what_differs_by_language_says_so(server: Server, accept: str) -> None:
    document = json.loads(server.ask("/openapi.json").body)
    for path in ("/nowhere", *PAGES, *(path for path in document["paths"] if "{" not in path)):
        if path in {"/metrics", "/ready"}:
            continue
        answers = {tag: server.ask(path, Accept=accept, Accept_Language=tag) for tag in ("en", "fr", "es")}
        if len({answer.body for answer in answers.values()}) > 1:
            assert all("accept-language" in answer.headers["vary"].lower() for answer in answers.values()), path
            assert [answer.headers.get("content-language") for answer in answers.values()] == list(answers), path


def test_the_documentation_says_what_each_kind_of_language_gets(server: Server) -> None:
    text = (ROOT / "docs" / "languages.md").read_text()
    document = json.loads(server.ask("/openapi.json").body)
    taking = {path for path, item in document["paths"].items() for p in item.get("get", {}).get("parameters", ()) if p["name"] == "lang"}
    told = re.findall(r"`(/[^`]*)`", text[text.index("## Which paths") : text.index("## What a language gets")])
    patterns = [re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))) for path in told]
    assert not {path for path in taking if not any(pattern.fullmatch(path) for pattern in patterns)}
    assert all(any(pattern.fullmatch(path) for path in taking) for pattern in patterns)


def test_the_cache_keeps_one_answer_a_language(server: Server) -> None:
    def page(accept: str) -> tuple[str, str]:
        answer = server.ask("/downloads/", Accept="text/html", Accept_Language=accept)
        return answer.headers["content-language"], answer.headers["etag"]

    assert page("fr") == page("fr-CA, en;q=0.5") == page("de, fr;q=0.1")
    assert len({page(accept) for accept in ("en", "fr", "es", "de")}) == 3
    tag = page("fr")[1]
    assert server.ask("/downloads/", Accept="text/html", Accept_Language="fr-BE", If_None_Match=tag).status == 304
    assert server.ask("/downloads/", Accept="text/html", Accept_Language="es", If_None_Match=tag).status == 200


def test_what_has_no_name_in_the_readers_language_says_in_which_it_is(server: Server) -> None:
    page = server.ask("/page/project/triangle-in-asean?lang=fr", Accept="text/html").text
    heading = page[page.index("<h1") : page.index("</h1>")]
    assert 'lang="en"' in heading
    assert "(en anglais)" in heading


def test_figures_and_dates_are_written_as_the_reader_writes_them(server: Server) -> None:
    made = {"en": r"of \w+ \d+, \d{4}", "fr": r"du \d+ \S+ \d{4}", "es": r"del \d+ de \w+ de \d{4}"}
    for language, pattern in made.items():
        page = server.ask(f"/downloads/?lang={language}", Accept="text/html").text
        assert re.search(pattern, page), language
    assert re.search(r"\d\u00a0[kM]o<", page := server.ask("/downloads/?lang=fr", Accept="text/html").text)
    assert re.search(r"\d\u00a0\d{3} triplets", page)


def test_values_of_an_enumeration_are_called_as_the_reader_calls_them(server: Server) -> None:
    text = server.ask("/queries/missing-labels?lang=es", Accept="text/html").text
    assert re.search(r'<option value="fr"[^>]*>\s*francés', text), re.findall("<option[^>]*>[^<]*", text)[:12]


def test_a_long_number_has_no_points_in_spanish(server: Server) -> None:
    page = server.ask("/page/contribution/canada-voluntary-2018-2022?lang=es", Accept="text/html").text
    assert "37\u202f200\u202f000" in page
    assert "37.200.000" not in page
