"""Settings: one table, read once, from the environment and the command line.

Only `Settings.read` reads the environment; everything else gets a `Settings`. The tables of docs/settings.md are generated from the same
`help` texts, and a test compares them.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from graph_service.errors import SettingError

PREFIX = "GRAPH_SERVICE_"

#: The languages of the pages, and of the texts of canned queries.
LANGUAGES = ("en", "fr", "es")

T = TypeVar("T")

_SIZES = {"": 1, "B": 1, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def bundled(name: str) -> Path:
    """The bundled folder `ontology`, `data` or `queries`: in the wheel, or in the checkout."""
    packed = Path(__file__).parent / "bundled" / name
    return packed if packed.is_dir() else Path(__file__).parent.parent / name


def refuse_unreadable(text: str, what: str) -> None:
    """Raise SettingError if a text from the command line, the environment or a folder is not UTF-8.

    Python represents such bytes by surrogates (PEP 383), which cannot be written to a message or a graph. `what` names the text in the
    error.
    """
    shown = os.fsencode(text).decode("utf-8", "backslashreplace")
    if shown != text:
        raise SettingError(f"{shown}: {what} must be UTF-8.")


def _default_snapshots() -> Path:
    """The cache folder in the user's home. Raises SettingError for a user without one, as is usual in containers."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "graph-service"
    except RuntimeError as error:
        raise SettingError(
            "There is no folder to keep what is built in: this user has no home. Name one with GRAPH_SERVICE_SNAPSHOTS or --snapshots."
        ) from error


#: Variables that Kubernetes sets in containers for a Service, prefixed with the name of the Service, such as `graph-service`
#: (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
_OF_KUBERNETES = re.compile(
    r"(.+_)?(SERVICE_HOST=[\dA-Fa-f.:]+|SERVICE_PORT(_.+)?=\d+|PORT(_\d+_[A-Z]+)?=(tcp|udp|sctp)://\S+"
    r"|PORT_\d+_[A-Z]+_(PROTO=(tcp|udp|sctp)|PORT=\d+|ADDR=[\dA-Fa-f.:]+))"
)


def _is_of_a_service_graph(variable: str, environment: Mapping[str, str]) -> bool:
    """Whether a variable comes from a Kubernetes Service named `graph`: a cluster address, on which nobody can listen."""
    return variable == "GRAPH_SERVICE_HOST" and environment.get("GRAPH_PORT", "").startswith(f"tcp://{environment[variable]}:")


def _port(value: str) -> int:
    port = int(value)
    if not 0 < port < 65536:
        raise ValueError("a port from 1 to 65535")
    return port


def _count(value: str) -> int:
    count = int(value)
    if count < 1:
        raise ValueError("a whole number from 1")
    return count


def _flag(value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise ValueError("true or false")
    return value.lower() == "true"


def _seconds(value: str) -> float:
    seconds = float(value)
    if not 0 < seconds < 86_400:
        raise ValueError("a number of seconds")
    return seconds


def _size(value: str) -> int:
    """Parse bytes: `1048576`, `1024 KiB`, `1 MiB`."""
    number = value.strip().rstrip("BKMGIibkmg").strip()
    unit = value.strip()[len(number) :].strip().upper()
    if unit not in _SIZES or not number.isdigit() or int(number) < 1:
        raise ValueError("a number of bytes, such as 1048576 or 1 MiB")
    return int(number) * _SIZES[unit]


def _paths(value: str) -> tuple[Path, ...]:
    """Parse paths: `a:b` as in PATH; `none` means no paths."""
    if value.strip().lower() == "none":
        return ()
    return tuple(Path(part) for part in value.split(os.pathsep) if part)


def _listed(value: str) -> list[str]:
    """The entries of a list with commas; `none` means no entries."""
    return [] if value.strip().lower() == "none" else [entry.strip() for entry in value.split(",")]


def _base(value: str) -> str:
    """Parse a base IRI. Raises ValueError, also for a fragment, which is never sent to a server (RFC 9110, section 4.2.5)."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or not value.endswith("/") or parts.query or parts.fragment:
        raise ValueError("an http or https IRI that ends in /, such as https://example.org/")
    return value


def _copies(value: str) -> tuple[tuple[str, Path], ...]:
    """Parse (URL, file) pairs: `https://example.org/c=c.jsonld, catalog-v001.xml`; a catalogue has no URL; `none` means no pairs."""
    entries = [entry.rpartition("=") for entry in _listed(value)]
    if any(not file or (mark and not urlsplit(iri).scheme) for iri, mark, file in entries):
        raise ValueError("IRI=FILE, such as https://schema.org/=schema.jsonld, or a catalogue, with commas between them, or none")
    return tuple((iri, Path(file)) for iri, _, file in entries)


def _hosts(value: str) -> tuple[str, ...]:
    """Parse hosts, with or without port: `example.org, 192.0.2.1:8001`; `none` means no hosts."""
    hosts = []
    for entry in _listed(value):
        parts = urlsplit(f"//{entry}")
        if not parts.hostname or parts.username is not None or parts.path or parts.query or parts.fragment or parts.port == 0:
            raise ValueError("hosts such as example.org or 192.0.2.1:8001, with commas between them, or none")
        hosts.append(parts.netloc.lower())
    return tuple(hosts)


def web_address(value: str) -> str:
    """Parse an http or https URL of another server. Raises ValueError, also for a user or password in it."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment or parts.username is not None:
        raise ValueError("an http or https address, without user and password")
    return value


def _public_url(value: str) -> str:
    """Parse an address such as `https://example.org` or `https://example.org/graph`; removes a final slash; `none` means no address."""
    if value.strip().lower() in {"", "none"}:
        return ""
    parts = urlsplit(web_address(value.strip().rstrip("/")))
    if parts.query or not re.fullmatch(r"[A-Za-z0-9._:\[\]-]+", parts.netloc) or not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", parts.path):
        raise ValueError("an http or https address, such as https://example.org or https://example.org/graph, or none")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}"


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Parse networks: `127.0.0.1, 10.0.0.0/8`, an address being a network of one; `none` means no networks."""
    try:
        return tuple(map(ip_network, _listed(value)))
    except ValueError as error:
        raise ValueError("addresses or networks such as 127.0.0.1 or 10.0.0.0/8, with commas between them, or none") from error


def _engine(value: str) -> str:
    """Parse `embedded`, or the address of a SPARQL server."""
    try:
        return value if value == "embedded" else web_address(value)
    except ValueError as error:
        raise ValueError(f"embedded, or {error}") from error


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return value

    return read


def _setting(read: Callable[[str], T], shown: str, help: str, default: Callable[[], T] | None = None, secret: bool = False) -> T:
    """A field whose texts `read` parses; `shown` is its default as people write it, which `default` makes if that is no text to be read."""
    made: T = field(default_factory=default or partial(read, shown), repr=not secret, metadata={"read": read, "shown": shown, "help": help})
    return made


@dataclass(frozen=True)
class Settings:
    """All settings. Each field is the environment variable `GRAPH_SERVICE_<NAME>` and the flag `--<name>`."""

    # ruff: noqa: RUF009 - each default is a factory, made anew for each Settings
    host: str = _setting(str, "127.0.0.1", "address to listen on")
    port: int = _setting(_port, "8000", "port to listen on")
    public_url: str = _setting(
        _public_url, "none", "address by which clients know the service, such as https://example.org or https://example.org/graph"
    )
    hosts: tuple[str, ...] = _setting(
        _hosts,
        "none",
        "host names that are answered, besides that of the public address, with commas; any other gets 421. None: any host name",
    )
    proxies: tuple[IPv4Network | IPv6Network, ...] = _setting(
        _networks, "none", "addresses or networks of reverse proxies whose `Forwarded` and `X-Forwarded-*` headers are trusted, with commas"
    )
    workers: int = _setting(
        _count, "number of cores", "queries that run at once; besides them twice as many long ones", lambda: os.cpu_count() or 1
    )
    queue: int = _setting(_count, "64", "queries that may wait for a worker; further ones are refused (503)")
    query_deadline: float = _setting(_seconds, "30", "seconds that a query or an explanation may take (504)")
    query_memory: int = _setting(_size, "1 GiB", "memory that a query may take (507)")
    result_limit: int = _setting(_size, "256 MiB", "size of a query's result, at most (413)")
    query_depth: int = _setting(_count, "100", "levels of nested brackets in a query, at most (400)")
    term_depth: int = _setting(_count, "32", "levels of nested triple terms in a result, at most (413)")
    data: tuple[Path, ...] = _setting(
        _paths, "the data that came with it", "data: folders or files (any RDF, also compressed), or none", lambda: (bundled("data"),)
    )
    ontology: tuple[Path, ...] = _setting(
        _paths, "the ontology that came with it", "ontology: folders or files, or none", lambda: (bundled("ontology"),)
    )
    queries: tuple[Path, ...] = _setting(
        _paths, "the queries that came with it", "canned queries: folders or .rq files, or none", lambda: (bundled("queries"),)
    )
    base: str = _setting(
        _base,
        "as dataset.ttl says",
        "beginning of the IRIs of the graph's own things, such as https://example.org/; the service answers for them at their paths",
        str,
    )
    context: tuple[tuple[str, Path], ...] = _setting(
        _copies, "none", "copies of JSON-LD contexts and imported ontologies: IRI=FILE, or an OASIS catalogue, with commas, or none"
    )
    lenient: bool = _setting(_flag, "false", "whether to leave out and report what cannot be parsed; else it stops the build")
    source_limit: int = _setting(_size, "1 GiB", "size of a file of data or ontology, uncompressed, at most")
    source_format: str = _setting(
        _choice("ttl", "nt", "trig", "nq", "rdf", "jsonld", "n3", ""),
        "as their content tells",
        "format of files whose names do not tell it: ttl, nt, trig, nq, rdf, jsonld, n3",
        str,
    )
    reasoning: str = _setting(
        _choice("owl-rl", "rdfs", "none"),
        "owl-rl",
        "what a build infers: owl-rl, rdfs (subclass, subproperty, domain and range alone), or none",
    )
    void_classes: int = _setting(_count, "500", "classes that VoID has figures of: those with the most things")
    ontology_deadline: float = _setting(
        _seconds, "300", "seconds that it may take to make rules of an ontology; after them the build ends, and says what to switch off"
    )
    ontology_memory: int = _setting(_size, "4 GiB", "memory that it may take to make rules of an ontology, likewise")
    inconsistent: str = _setting(
        _choice("stop", "serve"),
        "stop",
        "what becomes of a graph that contradicts itself: stop (the build ends), or serve (as it was stated, with nothing inferred)",
    )
    strict: bool = _setting(
        _flag, "false", "whether a part of the ontology that no rule uses stops the build; else it is left out and reported"
    )
    default_graph: str = _setting(
        _choice("union", "plain"),
        "union",
        "what queries see as the default graph: union (of all graphs), or plain (what is in no named graph)",
    )
    language: str = _setting(_choice(*LANGUAGES), "en", "language of pages for readers who prefer none of en, fr, es")
    engine: str = _setting(_engine, "embedded", "what runs the queries: embedded, or the address of a SPARQL 1.1 server")
    engine_user: str = _setting(str, "none", "user name at that server", str)
    engine_password: str = _setting(str, "none", "password at that server", str, secret=True)
    image_hosts: tuple[str, ...] = _setting(
        _hosts, "none", "hosts from which pages show images (https), with commas; images of other hosts are links"
    )
    service_hosts: tuple[str, ...] = _setting(
        _hosts, "none", "hosts that SERVICE may call: example.org (ports 80 and 443) or 192.0.2.1:8001, with commas, or none"
    )
    service_limit: int = _setting(_size, "4 MiB", "size of what those hosts answer to one query, together, at most (413)")
    service_groups: int = _setting(_count, "16", "SERVICE clauses in one query, at most (400)")
    snapshots: Path = _setting(Path, "~/.cache/graph-service", "folder for what is built", _default_snapshots)
    keep_snapshots: int = _setting(_count, "5", "versions of the graph that are kept, and offered for download")
    cache_size: int = _setting(_size, "64 MiB", "memory of the response cache")
    search_length: int = _setting(_count, "200", "characters in the text of a search, at most (422)")
    search_results: int = _setting(_count, "100", "results on one page of a search, at most (422)")
    log_queries: bool = _setting(_flag, "false", "whether the log has the texts of slow queries")
    operator_token: str = _setting(str, "none", "token for /admin/queries; without one there is no such page", str, secret=True)
    reload_queries: bool = _setting(_flag, "false", "whether a changed file of canned queries starts a build, for authors of queries")
    development: bool = _setting(
        _flag,
        "false",
        "whether changes to sources, queries and templates are shown at once; nothing is checked, cached, or written but N-Quads",
    )
    page_size: int = _setting(_count, "100", "rows on a page of a canned query, where the request does not say")
    page_limit: int = _setting(_count, "10000", "rows on a page of a canned query, at most (422); on a page for people at most 1000")
    value_length: int = _setting(_count, "10000", "characters in the value of a parameter, at most; a query may be longer (422)")
    values_limit: int = _setting(_count, "100", "different values of one parameter, at most (422); ten times as many parameters in all")
    body_limit: int = _setting(_size, "1 MiB", "size of a request body, at most (413)")
    body_deadline: float = _setting(_seconds, "30", "seconds in which a request body must arrive (408)")
    bodies_limit: int = _setting(_size, "64 MiB", "memory for request bodies that are being read, together (503)")
    address_limit: int = _setting(_size, "32 KiB", "length of a request's address with its parameters, at most (414)")
    header_limit: int = _setting(_size, "16 KiB", "size of a request's headers together, at most (431)")
    field_limit: int = _setting(_size, "4 KiB", "length of a header that the service reads, such as Accept, at most (431)")
    send_deadline: float = _setting(_seconds, "20", "seconds over which the rate is measured at which a client takes its answer")
    lowest_rate: int = _setting(_size, "1 KiB", "bytes a second that a client must take of its answer; a slower one is disconnected")
    spool_limit: int = _setting(_size, "4 GiB", "disk space for large answers that are being sent, together (503)")
    connections: int = _setting(_count, "4096", "connections that are served at once; further ones wait to be accepted")
    header_deadline: float = _setting(_seconds, "5", "seconds in which the head of a request must arrive")
    grace: float = _setting(_seconds, "10", "seconds that running requests have to finish when the service is stopped (503)")
    restarts: int = _setting(_count, "10", "deaths of the serving process within a minute after which the service ends, with status 1")

    @classmethod
    def read(
        cls, environment: Mapping[str, str], flags: Mapping[str, str] | None = None, say: Callable[[str], None] = lambda _: None
    ) -> "Settings":
        """Read settings from environment variables, overridden by flags (field name -> text). `say` gets a message for an ignored variable.

        Raises SettingError for an unknown `GRAPH_SERVICE_…` variable and for an invalid value.
        """
        known = {setting.name: setting for setting in fields(cls)}
        given: dict[str, tuple[str, str]] = {}
        for variable, text in environment.items():
            if variable.startswith(PREFIX):
                name = variable.removeprefix(PREFIX).lower()
                if _OF_KUBERNETES.fullmatch(f"{name.upper()}={text}") or _is_of_a_service_graph(variable, environment):
                    say(f"{variable}={text} is ignored: Kubernetes sets it beside a Service of this name.")
                    continue
                if name not in known:
                    raise SettingError(f"{variable} is not a setting. Settings are: {', '.join(map(environment_name, known))}")
                given[name] = (variable, text)
        for name, text in (flags or {}).items():
            given[name] = (flag_name(name), text)
        values: dict[str, Any] = {}
        for name, (origin, text) in given.items():
            refuse_unreadable(text, origin)
            try:
                values[name] = known[name].metadata["read"](text)
            except ValueError as error:
                allowed = "a whole number" if "invalid literal" in str(error) else "a number" if "convert" in str(error) else error
                shown = re.sub(r"//[^/?#]*@", "//…@", text)
                raise SettingError(f"{origin} has the value {shown!r}; it must be {allowed}") from error
        return cls(**values)


def environment_name(name: str) -> str:
    """`body_limit` -> `GRAPH_SERVICE_BODY_LIMIT`."""
    return PREFIX + name.upper()


def flag_name(name: str) -> str:
    """`body_limit` -> `--body-limit`."""
    return "--" + name.replace("_", "-")
