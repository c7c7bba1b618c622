"""Real proxies in front of the service, with the files of `deploy/`: what is to be adapted there is adapted, and nothing else."""

import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import PATIENCE, ROOT, Server
from tests.ports import free_port

#: A pattern, and what is put in the one place where it is found.
Change = tuple[str, str]


@dataclass(frozen=True)
class Proxy:
    """The address of a proxy, and the file of its certificate."""

    url: str
    certificate: str

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate)

    def get(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Status and body of an answer; underscores in header names are hyphens."""
        request = urllib.request.Request(self.url + path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.context) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()


@contextmanager
def nginx(served: Server, folder: Path, changes: Iterable[Change] = ()) -> Iterator[Proxy]:
    """An nginx in front of a service. Skips where there is none."""
    program, port = _program("nginx"), free_port()
    own = (
        (r"127\.0\.0\.1:8000", served.url.removeprefix("http://")),
        (r"listen 443", f"listen 127.0.0.1:{port}"),
        (r"/etc/ssl/certs/\S+\.pem", str(folder / "cert")),
        (r"/etc/ssl/private/\S+\.key", str(folder / "key")),
        (r"(?m)^events", "pid nginx.pid;\nevents"),
    )
    (folder / "nginx.conf").write_text(_adapted("nginx.conf", (*own, *changes)))
    command = [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    with _running(command, port, folder) as proxy:
        yield proxy


@contextmanager
def haproxy(served: Server, folder: Path, changes: Iterable[Change] = ()) -> Iterator[Proxy]:
    """An HAProxy in front of a service. Skips where there is none."""
    program, port = _program("haproxy"), free_port()
    own = (
        (r"127\.0\.0\.1:8000", served.url.removeprefix("http://")),
        (r"bind :443", f"bind 127.0.0.1:{port}"),
        (r"/etc/haproxy/\S+\.pem", str(folder / "both")),
    )
    (folder / "haproxy.cfg").write_text(_adapted("haproxy.cfg", (*own, *changes)))
    with _running([program, "-db", "-f", str(folder / "haproxy.cfg")], port, folder) as proxy:
        yield proxy


def _program(name: str) -> str:
    program = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None or shutil.which("openssl") is None:
        pytest.skip(f"{name} and openssl are not installed")
    return program


def _adapted(file: str, changes: Iterable[Change]) -> str:
    text = (ROOT / "deploy" / file).read_text()
    for pattern, ours in changes:
        text, found = re.subn(pattern, ours, text)
        assert found == 1, pattern
    return text


@contextmanager
def _running(command: Sequence[str], port: int, folder: Path) -> Iterator[Proxy]:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    made += ["-keyout", str(folder / "key"), "-out", str(folder / "cert"), "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(made, check=True, capture_output=True)
    (folder / "both").write_bytes((folder / "cert").read_bytes() + (folder / "key").read_bytes())
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < until, (folder / "log").read_text()
                time.sleep(0.05)
        yield Proxy(f"https://127.0.0.1:{port}", str(folder / "cert"))
    finally:
        process.terminate()
        process.wait(timeout=10)
