"""Downloads from a real server that behaves as bad as servers do."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from podsys.effects import download as module
from podsys.effects.download import Fetcher, measure_rate
from podsys.effects.downloads import HOPELESS, NOT_TRIED, fetch_all
from podsys.model.bundle import Download
from tests.bad_mirror import Authority, serve

BODY = bytes(range(256)) * 40
SHA = hashlib.sha256(BODY).hexdigest()
Answer = Callable[[BaseHTTPRequestHandler], None]


class Mirror:
    """Answers each path by its function, and notes what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str]] = []
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.asked.append((self.path, self.headers.get("Range", "")))
                mirror.answers.get(self.path.removeprefix(mirror.url), give())(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.005,), daemon=True).start()


def give(body: bytes = BODY, status: int = 200, cut: int | None = None, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range", "")
        first = int(asked[6:-1]) if asked and status == 200 and body is BODY else 0
        code = 206 if first else status
        (request.send_response_only if "Date" in headers else request.send_response)(code)
        if first:
            request.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        request.send_header("Content-Length", str(len(body) - first))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body[first:][:cut])

    return answer


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setattr(module, "PAUSE_S", 0.001)
    made = Mirror()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    return Fetcher(tmp_path, {}, threading.Event())


def package(mirror: Mirror, path: str = "/a.deb", sha256: str | None = SHA) -> Download:
    size = len(BODY) if sha256 else None
    return Download("pool/a.deb", "package", "a", mirror.url + path, size=size, sha256=sha256)


def test_a_file_is_kept_under_its_hash(mirror: Mirror, fetcher: Fetcher) -> None:
    wanted = package(mirror)
    assert fetcher.fetch(wanted).status == "fetched"
    assert (fetcher.folder / SHA).read_bytes() == BODY
    assert fetcher.fetch(wanted).status == "kept"
    assert len(mirror.asked) == 1


def test_what_is_there_is_continued_and_not_fetched_again(mirror: Mirror, fetcher: Fetcher) -> None:
    (fetcher.folder / f"{SHA}.part").write_bytes(BODY[:1000])
    assert fetcher.fetch(package(mirror)).status == "fetched"
    assert mirror.asked == [("/a.deb", "bytes=1000-")]
    assert (fetcher.folder / SHA).read_bytes() == BODY


def test_a_server_that_knows_no_ranges_is_taken_from_the_start(
    mirror: Mirror, fetcher: Fetcher
) -> None:
    (fetcher.folder / f"{SHA}.part").write_bytes(b"x" * 500)
    mirror.answers["/a.deb"] = give(bytes(bytearray(BODY)))
    assert fetcher.fetch(package(mirror)).status == "fetched"
    assert (fetcher.folder / SHA).read_bytes() == BODY


def test_a_part_that_was_damaged_is_thrown_away_and_fetched_anew(
    mirror: Mirror, fetcher: Fetcher
) -> None:
    (fetcher.folder / f"{SHA}.part").write_bytes(b"x" * 500)
    assert fetcher.fetch(package(mirror)).status == "fetched"
    assert [ranges for _, ranges in mirror.asked] == ["bytes=500-", ""]


def test_a_file_that_was_damaged_since_is_fetched_anew(mirror: Mirror, fetcher: Fetcher) -> None:
    (fetcher.folder / SHA).write_bytes(b"x" * len(BODY))
    assert fetcher.fetch(package(mirror)).status == "fetched"


def test_a_connection_that_breaks_goes_on_where_it_was(mirror: Mirror, fetcher: Fetcher) -> None:
    mirror.answers["/a.deb"] = give(cut=3000)
    done = fetcher.fetch(package(mirror))
    assert (done.status, done.reason) == ("fetched", "")
    assert [ranges for _, ranges in mirror.asked][:2] == ["", "bytes=3000-"]


@pytest.mark.parametrize("sha256", [None, SHA])
def test_what_nobody_knows_the_size_of_is_whole_or_not_there(
    mirror: Mirror, fetcher: Fetcher, sha256: str | None
) -> None:
    """Without a hash it begins anew: what is there now may be another file."""
    mirror.answers["/k.asc"] = give(cut=3000)
    wanted = Download("keys/k.asc", "key", "k", mirror.url + "/k.asc", sha256=sha256)
    done = fetcher.fetch(wanted)
    if sha256:
        assert done.status == "fetched"
        assert [ranges for _, ranges in mirror.asked][:2] == ["", "bytes=3000-"]
    else:
        assert done.reason == f"cut off after 3000 of {len(BODY)} bytes (tried 4 times)"
        assert not fetcher.find(wanted).exists()
        mirror.answers["/k.asc"] = give()
        assert fetcher.fetch(wanted).status == "fetched"
        assert fetcher.find(wanted).read_bytes() == BODY


def in_days(days: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(days=days), usegmt=True)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (give(b"gone", 404), "404 Not Found: the archive has another version by now"),
        (give(b"no", 403), "403"),
        (give(b"no", 407), "--proxy"),
        (give(b"<html>log in</html>", Content_Type="text/html; charset=utf-8"), "a web page"),
        (give(b" <!DOCTYPE html><title>log in</title>"), "a web page"),
        (give(b"short"), f"5 bytes there, {len(BODY)} in the node's index"),
        (give(Date=in_days(3)), "set this machine's clock"),
    ],
)
def test_what_will_not_get_better_is_not_tried_again(
    mirror: Mirror, fetcher: Fetcher, answer: Answer, said: str
) -> None:
    mirror.answers["/a.deb"] = answer
    done = fetcher.fetch(package(mirror))
    assert done.status == "failed"
    assert said in done.reason
    assert len(mirror.asked) == 1
    assert not (fetcher.folder / SHA).exists()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (give(b"<html>log in</html>", Content_Type="text/html"), "a web page came instead"),
        (give(b"\n<HTML>log in</HTML>"), "a web page came instead"),
        (give(b"gone", 404), "404 Not Found: it was moved or taken away: correct its URL"),
    ],
)
@pytest.mark.parametrize("sha256", [None, SHA])
def test_no_page_passes_for_a_key_or_sources(
    mirror: Mirror, fetcher: Fetcher, answer: Answer, said: str, sha256: str | None
) -> None:
    mirror.answers["/key"] = answer
    kind = "source" if sha256 else "key"
    done = fetcher.fetch(Download("keys/k", kind, "k", mirror.url + "/key", sha256=sha256))
    assert (done.status, done.attempts) == ("failed", 1)
    assert said in done.reason
    assert not any(file.stat().st_size for file in fetcher.folder.iterdir())


@pytest.mark.parametrize(
    ("days", "name", "trusted", "said"),
    [
        ((-2, 30), "127.0.0.1", True, ""),
        ((2, 30), "127.0.0.1", True, "UTC: it is behind, set it"),
        ((-30, -2), "127.0.0.1", True, "is that right? Then the certificate is out of date"),
        ((-2, 30), "127.0.0.1", False, "SSL_CERT_FILE=FILE names it"),
        ((-2, 30), "elsewhere.example", True, "somebody else answers in its name"),
    ],
)
def test_a_certificate_is_refused_with_the_reason(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: tuple[int, int],
    name: str,
    trusted: bool,
    said: str,
) -> None:
    authority, other = Authority(tmp_path / "ca"), Authority(tmp_path / "other")
    monkeypatch.setenv("SSL_CERT_FILE", str((authority if trusted else other).file))
    (tmp_path / "a.deb").write_bytes(BODY)
    fetcher = Fetcher(tmp_path, {}, threading.Event())
    with serve(tmp_path, authority.issue(*days, name)) as url:
        wanted = Download("x", "package", "a", f"{url}/a.deb", size=len(BODY), sha256=SHA)
        done = fetcher.fetch(wanted)
    assert (done.status, done.attempts) == ("failed" if said else "fetched", 1)
    assert said in done.reason
    assert not said or done.reason.startswith("the certificate of 127.0.0.1:")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (give(b"busy", 503), "HTTP 503"),
        (give(b"x" * len(BODY)), "its sha256 is"),
        (give(bytes(bytearray(BODY)), cut=10), "10 of"),
    ],
)
def test_what_may_get_better_is_tried_a_few_times(
    mirror: Mirror, fetcher: Fetcher, answer: Answer, said: str
) -> None:
    mirror.answers["/a.deb"] = answer
    done = fetcher.fetch(package(mirror))
    assert said in done.reason
    assert len(mirror.asked) == done.attempts == module.ATTEMPTS


def test_nobody_there_is_said_in_words(mirror: Mirror, fetcher: Fetcher) -> None:
    gone = Download("x", "package", "a", "http://127.0.0.1:1/a.deb", size=1, sha256=SHA)
    assert fetcher.fetch(gone).reason == "127.0.0.1:1: Connection refused (tried 4 times)"
    through = Fetcher(fetcher.folder, {"http": "http://127.0.0.1:2/"}, fetcher.stop)
    assert through.fetch(gone).reason.startswith("proxy 127.0.0.1:2: Connection refused")
    local = Download("x", "package", "a", "file:///etc/passwd", size=1, sha256=SHA)
    assert fetcher.fetch(local).reason == "podsys fetches http and https, not file"


def test_a_network_that_is_away_ends_all(fetcher: Fetcher, mirror: Mirror) -> None:
    gone = [
        Download("x", "package", "a", "http://127.0.0.1:1/a.deb", size=1, sha256=f"{n:064x}")
        for n in range(3 * HOPELESS)
    ]
    found = fetch_all(fetcher, gone, lambda *_: None)
    assert all(one.status == "failed" for one in found)
    assert (found[-1].reason, found[-1].attempts) == (NOT_TRIED, 0)


def test_without_a_hash_it_is_taken_as_it_comes(mirror: Mirror, fetcher: Fetcher) -> None:
    done = fetcher.fetch(package(mirror, sha256=None))
    assert (done.status, done.sha256, done.size) == ("fetched", SHA, len(BODY))


def test_a_proxy_is_asked_with_the_whole_address(mirror: Mirror, tmp_path: Path) -> None:
    through = Fetcher(tmp_path, {"http": mirror.url}, threading.Event())
    far = Download("x", "package", "a", "http://deb.example/a.deb", size=len(BODY), sha256=SHA)
    assert through.fetch(far).status == "fetched"
    assert mirror.asked == [("http://deb.example/a.deb", "")]


def test_what_is_wanted_twice_is_fetched_once(mirror: Mirror, fetcher: Fetcher) -> None:
    wanted = [package(mirror), package(mirror, "/b.deb"), package(mirror, "/c.deb", None)]
    told: list[str] = []
    found = fetch_all(fetcher, wanted, lambda one, _: told.append(one.origin))
    assert [one.status for one in found] == ["fetched"] * 3
    assert len(told) == len(mirror.asked) == 2


def test_a_full_disk_ends_all_with_its_reason(
    mirror: Mirror, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Fetcher(Path("/dev/full-is-no-folder"), {}, fetcher.stop)
    file = FullFile()
    monkeypatch.setattr(Fetcher, "find", lambda _self, _wanted: file)
    found = fetch_all(full, [package(mirror)], lambda *_: None)
    assert found[0].reason.startswith("no space left")
    assert fetcher.stop.is_set()


class FullFile:
    """/dev/full as a path: a real device that has no room."""

    def exists(self) -> bool:
        return False

    def with_suffix(self, _suffix: str) -> Path:
        return Path("/dev/full")


def test_the_rate_is_measured_on_what_is_kept(mirror: Mirror, fetcher: Fetcher) -> None:
    assert measure_rate(fetcher, package(mirror)) > 0
    assert (fetcher.folder / SHA).read_bytes() == BODY
