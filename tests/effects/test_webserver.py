"""The real web server on loopback: what it gives out, as whom, and that it ends with podsys."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from podsys.effects.webserver import PLACES, serve
from podsys.errors import PodsysError
from tests.lab.practice import ON_NODES, require_web_server

HERE = "127.0.0.1"


@pytest.fixture(scope="module", autouse=True)
def web_server() -> None:
    if ON_NODES:
        require_web_server()
    elif not shutil.which("lighttpd", path=PLACES):
        pytest.skip("needs lighttpd")


@pytest.fixture
def repository() -> Iterator[Path]:
    """Where the server's user may read; pytest's own folders are closed to it."""
    base = Path(tempfile.mkdtemp(prefix="podsys-test-"))
    base.chmod(0o755)
    folder = base / "0123"
    (folder / "pool").mkdir(parents=True)
    (folder / "pool/a.deb").write_text("package")
    (folder / "pool/link").symlink_to("/etc/passwd")
    (base / "secret").write_text("secret")
    yield folder
    shutil.rmtree(base)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind((HERE, 0))
        return int(free.getsockname()[1])


def ask(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    with socket.create_connection((HERE, port), 5) as connection:
        connection.sendall(f"{method} {path} HTTP/1.0\r\n\r\n".encode())
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()


def test_only_files_of_the_repository_are_given_out(repository: Path, port: int) -> None:
    with serve(repository, HERE, port, repository.parent / "log"):
        assert ask(port, "/0123/pool/a.deb") == (200, "package")
        for path in (
            "/", "/0123", "/0123/", "/0123/pool/", "/0123.conf", "/secret", "/log",
            "/0123/pool/../../secret", "/0123/pool/%2e%2e/%2e%2e/secret",
            "/0123/pool/..%2f..%2fsecret",
            "/../../../../etc/passwd", "/0123/pool/../../../../../../etc/passwd",
            "/0123/pool/link", "/0123/none",
        ):  # fmt: skip
            status, body = ask(port, path)
            assert status in (403, 404), path
            assert "secret" not in body
        assert ask(port, "/0123/pool/a.deb", "DELETE")[0] >= 400
    with pytest.raises(ConnectionRefusedError):
        ask(port, "/")


def test_a_port_that_is_taken_and_an_address_of_another_are_refused(
    repository: Path, port: int
) -> None:
    log = repository.parent / "log"
    with socket.socket() as taken:
        taken.bind((HERE, port))
        taken.listen()
        with (
            pytest.raises(PodsysError, match="Address already in use"),
            serve(repository, HERE, port, log),
        ):
            pass
    with (
        pytest.raises(PodsysError, match="Cannot assign requested address"),
        serve(repository, "192.0.2.1", port, log),
    ):
        pass


PROGRAM = """\
import sys, time
from pathlib import Path
from podsys.effects.webserver import serve
folder = Path(sys.argv[1])
with serve(folder, "127.0.0.1", int(sys.argv[2]), folder.parent / "log"):
    print("serves", flush=True)
    time.sleep(60)
"""


def test_it_ends_with_podsys_however_that_ends(repository: Path, port: int) -> None:
    words = [sys.executable, "-c", PROGRAM, str(repository), str(port)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "serves\n"
    assert ask(port, "/0123/pool/a.deb")[0] == 200
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with pytest.raises(ConnectionRefusedError):
        ask_for(port, 4)


def ask_for(port: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(ConnectionResetError, IndexError):  # it ended before it had answered
            ask(port, "/0123/none")
        time.sleep(0.02)
