"""The address that the service is reached at: taken before anything is built, listened on when there is something to serve."""

import errno
import socket
import time

from graph_service.errors import SettingError
from graph_service.settings import Settings

#: Seconds that another process gets to let go of the port.
_HANDOVER = 5

#: Connections that may wait to be accepted.
BACKLOG = 4096


def take_address(settings: Settings) -> socket.socket:
    """A socket that has the address and refuses connections until it listens.

    An address that is about to be let go of, as when a service is started again, is waited for. Raises SettingError where another
    process has it, and for a host or a port that this machine or this user may not have.
    """
    until = time.monotonic() + _HANDOVER
    while True:
        try:
            return _bound(settings.host, settings.port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise _not_possible(settings, error) from error
        time.sleep(0.1)


def listen(taken: socket.socket, settings: Settings) -> None:
    """Let connections come. Raises SettingError if another process has begun to listen there meanwhile."""
    try:
        taken.listen(BACKLOG)
    except OSError as error:
        raise _not_possible(settings, error) from error


def shown(host: str, port: int) -> str:
    """Host and port as they stand in a URL: an IPv6 address in brackets (RFC 3986, section 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bound(host: str, port: int) -> socket.socket:
    try:
        host.encode("idna")
    except UnicodeError as error:
        raise OSError(errno.EINVAL, "this is not the name of a host") from error
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # A name such as localhost may have an address of each kind: what asks for it tries that of version 4 in any case.
    family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    bound = socket.socket(family, kind, protocol)
    try:
        # As `socket.create_server` has it, which listens at once.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def _not_possible(settings: Settings, error: OSError) -> SettingError:
    return SettingError(f"It is not possible to listen on {shown(settings.host, settings.port)}: {error.strerror}.")
