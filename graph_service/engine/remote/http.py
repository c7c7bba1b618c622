"""HTTP client for other SPARQL servers: a deadline over the whole exchange, cancellation from another thread, errors that say what is
wrong.

Credentials are sent only after the server has asked for them (Basic or Digest), and never to another address: redirections are not
followed. They are removed from every error and log line, whatever the server writes.

A server's own error message is not passed on to clients, since it may reveal internals: it is logged, shortened, and added to the error's
notes for an operator.
"""

import base64
import html
import http.client
import logging
import re
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import urlsplit

from graph_service.errors import BadGateway, MalformedQuery, OutOfTime, ResultTooLarge, ServiceError, Unavailable

#: Seconds after which a server that does not accept the connection counts as down.
_CONNECT = 5

#: Seconds before the second and last attempt, after the server refused the connection or broke it off before answering.
_PAUSE = 0.2

_CHUNK = 64 * 1024

#: How much of a server's message is read, in bytes, and used, in characters.
_READ = 8192
_MESSAGE = 500

_log = logging.getLogger(__name__)

#: How messages about a query that a server cannot parse are recognised.
_ABOUT_GRAMMAR = re.compile(r"pars(e|er|ing)\b|syntax|lexical|grammar|malformed|SP03\d|expected|unexpected|encountered", re.IGNORECASE)

#: How messages about a server's own time limit are recognised (Virtuoso: S1T00).
_ABOUT_TIME = re.compile(r"time[d ]?[- ]?out|S1T00|S1TAT|time limit|deadline", re.IGNORECASE)


#: Opens a connection to a host and port, with a timeout in seconds, from a local address if one is given.
Connect = Callable[[tuple[str, int], float | None, tuple[str, int] | None], socket.socket]


class Call:
    """One exchange with a server: it ends at its deadline, and can be cancelled before."""

    def __init__(self, seconds: float, role: str = "engine") -> None:
        """An exchange of at most so many seconds; `role` is what the server is called in errors."""
        self.started = time.monotonic()
        self.ended: ServiceError | None = None
        self._until = self.started + seconds
        self._end: Callable[[], None] | None = None
        self._lock = threading.Lock()
        #: The error raised at the deadline.
        self.late = OutOfTime(f"The {role} had not answered after {seconds:.1f} s, the time limit.")
        self._timer = threading.Timer(seconds, self.end, [self.late])
        self._timer.daemon = True

    @property
    def left(self) -> float:
        """Seconds until the deadline; at least a millisecond, since 0 would mean no limit."""
        return max(0.001, self._until - time.monotonic())

    def uses(self, connection: socket.socket) -> None:
        """The exchange uses this socket from now on."""
        connection.settimeout(self.left)
        # Unlike close(), this wakes up the thread that reads.
        self.breaks(partial(connection.shutdown, socket.SHUT_RDWR))

    def breaks(self, end: Callable[[], None] | None) -> None:
        """Call `end` to break off the exchange from now on; at once if it has ended already."""
        with self._lock:
            self._end = end
            if self.ended is not None:
                self._break()

    def end(self, reason: ServiceError) -> None:
        """Break off the exchange; the waiting thread gets the reason."""
        with self._lock:
            self.ended = self.ended or reason
            self._break()

    def _break(self) -> None:
        if self._end is not None:
            with suppress(OSError):
                self._end()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.cancel()


class Peer:
    """Another server."""

    def __init__(self, url: str, user: str = "", password: str = "", role: str = "engine", connect: Connect | None = None) -> None:
        """`url` is http or https; the credentials, if any, are sent when the server asks for them.

        `role` is what the server is called in errors. `connect` opens connections instead of the system and of the proxies that the
        environment may name.
        """
        parts = urlsplit(url)
        self.url = url
        self.role = role
        self._connect = connect
        #: The address to show: without its query string, which may hold a key.
        self.name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        #: What the server is called in errors: a client that uses SERVICE knows its address, a client of the engine need not.
        self.shown = f"{role} {self.name}" if role == "server" else role
        self._user = user
        self._password = password
        self._secrets = [secret for secret in (password, parts.query) if secret]
        self._context = ssl.create_default_context() if parts.scheme == "https" else None
        self._lock = threading.Lock()
        self._challenge: str | None = None
        self._passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        self._passwords.add_password(None, url, user, password)
        self._digest = urllib.request.HTTPDigestAuthHandler(self._passwords)

    def open(self, make: Callable[[], urllib.request.Request], call: Call) -> http.client.HTTPResponse:
        """Send a request and return the response once its head is there.

        `make` makes the request: it is called again for a retry, after a connection that was refused or broken off before the answer, and
        once more after the server has asked for credentials. So the request must be safe to repeat. Raises HTTPError for a status from 300,
        and the connection's errors.
        """
        attempts, asked = 1, False
        while True:
            request = make()
            self._authorize(request)
            try:
                return self._opener(call).open(request, timeout=call.left)  # type: ignore[no-any-return]
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.UNAUTHORIZED or asked or not self._learn(error):
                    raise
                error.close()
                asked = True
            except OSError as error:
                cause = error.reason if isinstance(error, urllib.error.URLError) else error
                if attempts == 2 or call.ended or not isinstance(cause, ConnectionError) or call.left < 2 * _PAUSE:
                    raise
                attempts += 1
                time.sleep(_PAUSE)

    def receive(self, response: http.client.HTTPResponse, output: BinaryIO, limit: int) -> bool:
        """Copy a response's body; returns whether its end was marked by a length or chunks, so that it is known to be complete.

        Raises ResultTooLarge if there are more than `limit` bytes, Unavailable if the disk is full, and IncompleteRead if the connection
        ends before the body does.
        """
        marked = response.length is not None or getattr(response, "chunked", False) is True
        size = 0
        while chunk := response.read1(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise ResultTooLarge(f"The result is larger than {limit} bytes, its limit. Ask for less, or page with LIMIT.", limit=limit)
            try:
                output.write(chunk)
            except OSError as error:
                raise Unavailable(f"What the {self.role} answers cannot be kept: {error.strerror}.", retry_after=10) from error
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return marked

    def explain(self, error: Exception, call: Call) -> ServiceError:
        """The ServiceError for an exception of `open` or `receive`, in our own words; logs the server's."""
        if isinstance(error, urllib.error.HTTPError):
            with error:
                meant, said = self._status(error)
        else:
            meant, said = self._failure(error, call), str(getattr(error, "reason", error))
        if call.ended is not None:
            return call.ended
        if meant is not error:
            self.log(meant.detail, said)
            meant.add_note(self._clean(said))
        return meant

    def log(self, detail: str, said: str) -> None:
        """Log a failure and the server's message about it."""
        _log.warning("another server failed", extra={"server": self.name, "detail": detail, "said": self._clean(said)})

    def _failure(self, error: Exception, call: Call) -> ServiceError:
        if isinstance(error, ServiceError):
            return error
        if isinstance(error, urllib.error.URLError):
            if isinstance(error.reason, ssl.SSLError):
                return BadGateway(f"There is no safe connection to the {self.shown}.")
            return Unavailable(f"The {self.shown} cannot be reached.", retry_after=5)
        if isinstance(error, TimeoutError):
            return OutOfTime(f"The {self.role} had not answered after {time.monotonic() - call.started:.1f} s, the time limit.")
        if isinstance(error, ConnectionError):  # RemoteDisconnected is one
            return Unavailable(f"The {self.shown} broke the connection off.", retry_after=5)
        if isinstance(error, http.client.IncompleteRead):
            return BadGateway(f"The {self.shown} sent only a part of its answer.")
        return BadGateway(f"The {self.shown} does not answer as HTTP does.")

    def _clean(self, message: str) -> str:
        """A server's message on one line, shortened, without mark-up and secrets."""
        message = message[:_READ]
        if re.search(r"<html|<!doctype", message[:1000], re.IGNORECASE):
            message = html.unescape(re.sub(r"<[^<>]*+>", " ", message))
        for secret in (*self._secrets, base64.b64encode(f"{self._user}:{self._password}".encode()).decode() if self._user else ""):
            if secret:
                message = message.replace(secret, "…")
        message = re.sub(r"(?<=//)[^/\s@]{0,200}@", "…@", message)
        message = re.sub(r"(?i)\b(basic|digest|bearer) [A-Za-z0-9+/=._~\-]{8,}", r"\1 …", message)
        message = " ".join(message.split())
        return message if len(message) <= _MESSAGE else message[: _MESSAGE - 2] + " …"

    def _status(self, error: urllib.error.HTTPError) -> tuple[ServiceError, str]:
        """The error for a status, and the server's message."""
        try:
            text = error.read(_READ).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            text = ""
        # Virtuoso repeats the query after its message.
        message = self._clean(text.partition("\n\nSPARQL query:")[0])
        return self._meaning(error.code, str(error.headers.get("Retry-After", "")), message), message

    def _meaning(self, code: int, after: str, message: str) -> ServiceError:
        match code:
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
                how = "with the user and password that are set" if self._user else "without a user and password"
                return BadGateway(f"The {self.shown} does not let us in {how} ({code}).")
            case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.BAD_GATEWAY | HTTPStatus.SERVICE_UNAVAILABLE:
                seconds = min(int(after), 3600) if after.isascii() and after.isdecimal() and len(after) < 10 else 5
                return Unavailable(f"The {self.shown} cannot answer for now ({code}).", retry_after=seconds)
            case HTTPStatus.GATEWAY_TIMEOUT | HTTPStatus.REQUEST_TIMEOUT:
                return OutOfTime(f"The {self.role} gave up: its own time limit is shorter ({code}).")
            case code if 300 <= code < 400:
                return BadGateway(f"The {self.shown} sends on to another address ({code}); set that one.")
            case HTTPStatus.BAD_REQUEST if _ABOUT_GRAMMAR.search(message):
                place = re.search(r"line (\d{1,9})(?:,? col(?:umn)? (\d{1,9}))?| at (\d{1,9}):(\d{1,9})", message)
                line, column = (place[1] or place[3], place[2] or place[4]) if place else (None, None)
                at = f", at line {line}" + (f", column {column}" if column else "") if line else ""
                return MalformedQuery(
                    f"The {self.role} cannot read the query{at}.", line=int(line) if line else None, column=int(column) if column else None
                )
        if _ABOUT_TIME.search(message):
            return OutOfTime(f"The {self.role} gave up: its own time limit is shorter ({code}).")
        return BadGateway(f"The {self.shown} failed ({code}).")

    def _authorize(self, request: urllib.request.Request) -> None:
        with self._lock:
            scheme, _, rest = (self._challenge or "").partition(" ")
            if scheme.lower() == "basic":
                secret = base64.b64encode(f"{self._user}:{self._password}".encode()).decode("ascii")
                request.add_unredirected_header("Authorization", f"Basic {secret}")
            elif scheme.lower() == "digest":
                challenge = urllib.request.parse_keqv_list(urllib.request.parse_http_list(rest))
                try:
                    answer = self._digest.get_authorization(request, challenge)
                except ValueError as error:
                    raise BadGateway(f"The {self.shown} asks for the password by a scheme that is not supported here.") from error
                request.add_unredirected_header("Authorization", f"Digest {answer}")

    def _learn(self, error: urllib.error.HTTPError) -> bool:
        """Remember how the server wants clients to authenticate, Digest rather than Basic; False if neither."""
        if not self._user:
            return False
        challenges = {text.partition(" ")[0].lower(): text for text in error.headers.get_all("WWW-Authenticate", [])}
        found = challenges.get("digest") or challenges.get("basic")
        with self._lock:
            self._challenge = found
        return found is not None

    def _opener(self, call: Call) -> urllib.request.OpenerDirector:
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(None if self._connect is None else {}),
            _Handler(call, self._context, self._connect),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
        ):
            opener.add_handler(handler)
        return opener


class _Handler(urllib.request.AbstractHTTPHandler):
    """Opens connections that a Call can break off."""

    def __init__(self, call: Call, context: ssl.SSLContext | None, connect: Connect | None) -> None:
        super().__init__()
        self._call = call
        self._secure = context
        self._connect = connect

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Connection, self._call, self._connect), request)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_SecureConnection, self._call, self._connect, context=self._secure), request)

    http_request = https_request = urllib.request.AbstractHTTPHandler.do_request_


class _Connection(http.client.HTTPConnection):
    """A connection that a Call can break off; `secure` are further arguments of a connection over TLS."""

    def __init__(self, call: Call, connect: Connect | None, host: str, timeout: float, **secure: Any) -> None:  # noqa: ANN401 - `context` is all
        super().__init__(host, timeout=timeout, **secure)
        self._call = call
        self._create_connection = connect or socket.create_connection

    def connect(self) -> None:
        self.timeout = min(self._call.left, _CONNECT)
        super().connect()
        self._call.uses(self.sock)


class _SecureConnection(_Connection, http.client.HTTPSConnection):
    """The same over TLS."""
