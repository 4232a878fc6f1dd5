"""Sources at a commit, from a real git server on loopback."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from podsys.effects import download as module
from podsys.effects.download import Fetcher
from podsys.effects.download_words import explain_git
from podsys.model.bundle import Download
from tests.bad_mirror import Authority, serve

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="no git on this machine")
WHO = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@h", "GIT_COMMITTER_NAME": "t"}
WHO |= {"GIT_COMMITTER_EMAIL": "t@h", "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": "/"}


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env=os.environ | WHO,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


class Backend(http.server.BaseHTTPRequestHandler):
    """git http-backend, as a web server starts it."""

    projects: Path

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        variables = {
            "GIT_PROJECT_ROOT": str(self.projects), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)), "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }  # fmt: skip
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=os.environ | WHO | variables,
            capture_output=True, check=False,
        )  # fmt: skip
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Its URL, an older commit and the newest."""
    folder = tmp_path_factory.mktemp("git")
    work = folder / "tool"
    work.mkdir()
    git(work, "init", "-q", "-b", "main")
    git(work, "config", "uploadpack.allowAnySHA1InWant", "true")
    commits = []
    for text in ("first", "second"):
        (work / "README").write_text(text)
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", text)
        commits.append(git(work, "rev-parse", "HEAD"))
    handler = type("Handler", (Backend,), {"projects": folder})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/tool", commits[0], commits[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fetcher:
    monkeypatch.setattr(module, "PAUSE_S", 0.001)
    return Fetcher(tmp_path, {}, threading.Event())


def at(url: str, commit: str) -> Download:
    return Download("sources/t/c.tar", "source", "t", url, commit=commit)


@pytest.mark.parametrize("which", [1, 2])
def test_a_commit_comes_as_one_file(
    repository: tuple[str, str, str], fetcher: Fetcher, which: int
) -> None:
    wanted = at(repository[0], repository[which])
    done = fetcher.fetch(wanted)
    assert (done.status, done.reason) == ("fetched", "")
    with tarfile.open(fetcher.find(wanted)) as tar:
        (member,) = [one for one in tar if one.isfile()]
        content = tar.extractfile(member)
        assert content
        assert (member.name, content.read()) == ("sources/README", [b"first", b"second"][which - 1])
    assert fetcher.fetch(wanted).status == "kept"
    assert [path.name for path in fetcher.folder.iterdir()] == [fetcher.find(wanted).name]


def test_each_commit_is_kept_apart(repository: tuple[str, str, str], fetcher: Fetcher) -> None:
    url, first, second = repository
    found = {fetcher.find(at(url, first)), fetcher.find(at(url, second))}
    assert len(found | {fetcher.find(Download("k", "key", "k", url))}) == 3


def test_what_is_not_there_is_said_at_once(
    repository: tuple[str, str, str], fetcher: Fetcher, tmp_path: Path
) -> None:
    url = repository[0]
    done = fetcher.fetch(at(url, "0" * 40))
    assert (done.status, done.attempts) == ("failed", 1)
    assert "does not have this commit" in done.reason
    done = fetcher.fetch(at(url + "-gone", repository[1]))
    assert (done.status, done.attempts) == ("failed", 1)
    assert "the repository is not there" in done.reason
    done = fetcher.fetch(at("http://127.0.0.1:1/tool", repository[1]))
    assert done.attempts == module.ATTEMPTS
    with serve(tmp_path, everywhere=b"<html>log in</html>") as portal:
        done = fetcher.fetch(at(f"{portal}/tool", repository[1]))
    assert (done.attempts, "no git server answers there" in done.reason) == (1, True)


def test_a_certificate_that_git_refuses(
    fetcher: Fetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path / "ca")
    monkeypatch.setenv("GIT_SSL_CAINFO", str(authority.file))
    with serve(tmp_path, authority.issue(2, 30)) as url:
        done = fetcher.fetch(at(f"{url}/tool", "1" * 40))
    assert (done.status, done.attempts) == ("failed", 1)
    assert "is this machine's clock right" in done.reason


def test_words_of_git_that_tell_nothing_may_pass() -> None:
    assert "early EOF" in str(explain_git("fatal: early EOF\n"))
