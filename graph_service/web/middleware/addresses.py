"""Determines a request's scheme and host, which links repeat: the request's own, those of a reverse proxy, or the public address in the
settings.

This comes first: everything after it sees one scheme and one host, and no forwarding headers.
"""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from werkzeug.http import parse_list_header

from graph_service.errors import MalformedRequest, Misdirected
from graph_service.settings import Settings
from graph_service.web.middleware.request import IncomingRequest

#: A valid Host header: a name, an IPv4 address or an IPv6 one in brackets, and a port (RFC 3986, section 3.2.2, without percent-encoding).
_HOST = re.compile(r"([A-Za-z0-9._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{0,5})?")

#: Forwarding headers of reverse proxies (RFC 7239, and the older X-Forwarded-*). Others are not used.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-prefix", "x-forwarded-proto")

#: Paths that are answered for any host: health checks use the process's address.
_ANY_HOST = frozenset({"/health", "/ready"})

_PORTS = {"http": "80", "https": "443"}


class Addresses:
    """The settings about addresses, applied to each request. Nothing blocks, and it takes one pass over the headers."""

    def __init__(self, settings: Settings) -> None:
        self._public = urlsplit(settings.public_url) if settings.public_url else None
        self._hosts = frozenset({*settings.hosts, *([self._public.netloc] if self._public and settings.hosts else ())})
        self._proxies = settings.proxies

    def find_root(self, asked: IncomingRequest) -> None:
        """Remove the service's path prefix from a request's path. Health checks may omit it."""
        if self._public is not None:
            asked.root = self._public.path
            if f"{asked.path}/".startswith(f"{asked.root}/"):
                asked.path = asked.path.removeprefix(asked.root) or "/"

    def settle(self, asked: IncomingRequest, peer: str) -> None:
        """Set a request's scheme and Host header; `peer` is the other end of its connection.

        Raises MalformedRequest for an invalid, repeated or (in HTTP/1.1) missing Host (RFC 9112, section 3.2), and for malformed forwarding
        headers; Misdirected for a host that is not served (RFC 9110, section 15.5.20).
        """
        host = asked.headers.get("host")
        old = asked.http_version.startswith("1") and asked.http_version != "1.1"
        if not (host is None and old) and (host is None or not _HOST.fullmatch(host)):
            raise MalformedRequest("The request must say in one Host header which host it is for, such as example.org or 127.0.0.1:8000.")
        said = {name: asked.headers.pop(name) for name in _FORWARDED if name in asked.headers}
        if said and self._is_proxy(peer.rpartition(":")[0]):
            scheme, forwarded_host = self._forwarded(said)
            if scheme:
                asked.scheme = scheme
            host = forwarded_host or host
        if host is not None:
            asked.headers["host"] = host = host.lower()
        if self._hosts and not self._is_answered(host or "", asked.scheme) and asked.path not in _ANY_HOST:
            raise Misdirected(f"Nothing is answered here for {f'the host {host}' if host else 'a request that names no host'}.")
        if self._public is not None:
            asked.scheme, asked.headers["host"] = self._public.scheme, self._public.netloc

    def _is_answered(self, host: str, scheme: str) -> bool:
        name, port = _parted(host)
        return bool(self._hosts & {name, f"{name}:{port or _PORTS[scheme]}"})

    def _is_proxy(self, address: str) -> bool:
        try:
            there = ip_address(address.strip("[]"))
        except ValueError:
            # Proxies may use `unknown` or made-up names (RFC 7239, section 6).
            return False
        # IPv4 over an IPv6 socket.
        there = getattr(there, "ipv4_mapped", None) or there
        return any(there in network for network in self._proxies)

    def _forwarded(self, said: dict[str, str]) -> tuple[str, str]:
        """The scheme and host seen by the farthest trusted proxy; empty if no proxy reports them."""
        clients, schemes, hosts = (_listed(said.get(f"x-forwarded-{name}", "")) for name in ("for", "proto", "host"))
        if schemes or hosts:
            # Preferred to `Forwarded`: most proxies write these, and pass on a client's `Forwarded` unchanged.
            hop = self._farthest(clients)
            # A proxy appends to the clients, but replaces scheme and host.
            scheme, host = (values[max(hop, -len(values))] if values else "" for values in (schemes, hosts))
        else:
            # Each proxy appends an element (RFC 7239, section 4); elements before those of trusted proxies may be forged.
            elements = [dict(_pairs(element)) for element in parse_list_header(said.get("forwarded", ""))]
            hop = self._farthest([element.get("for", "") for element in elements])
            scheme, host = (elements[hop].get(name, "") for name in ("proto", "host")) if elements else ("", "")
        scheme = scheme.lower()
        if scheme not in {"", *_PORTS} or (host and not _HOST.fullmatch(host)):
            raise MalformedRequest("The headers of a proxy name an invalid scheme or host.")
        return scheme, host

    def _farthest(self, clients: Sequence[str]) -> int:
        """The index, from the end, of the farthest trusted proxy's entry: the first whose client is not a trusted proxy."""
        hop = -1
        while -hop < len(clients) and self._is_proxy(_parted(clients[hop])[0]):
            hop -= 1
        return hop


def _pairs(element: str) -> list[tuple[str, str]]:
    pairs = (pair.partition("=") for pair in element.split(";"))
    return [(name.strip().lower(), value.strip().strip('"')) for name, _, value in pairs]


def _listed(text: str) -> list[str]:
    return [part for piece in text.split(",") if (part := piece.strip())]


def _parted(host: str) -> tuple[str, str]:
    """Split a host into name and port; an IPv6 address without brackets has no port."""
    if host.endswith("]") or (host.count(":") > 1 and not host.startswith("[")):
        return host, ""
    name, _, port = host.rpartition(":") if ":" in host else (host, "", "")
    return name, port
