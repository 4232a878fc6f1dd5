"""What podsys bundle tells people."""

from __future__ import annotations

import pytest

from podsys.model.bundle import Download, Fetched, LeftOut
from podsys.view.bundle import Estimate, show_result, tell_estimate
from podsys.view.numbers import format_bytes, format_seconds
from podsys.view.progress import Progress


class Said(Progress):
    """Keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


ESTIMATE = Estimate(("debian-12",), 300, 900_000_000, 300_000_000, 1_500_000_000, 10**10, 2e7)


def test_the_estimate_says_what_it_takes_before_it_begins() -> None:
    said = Said()
    tell_estimate(ESTIMATE, said)
    assert said.lines == [
        "300 files for debian-12: 900 MB, 300 MB of it here already",
        "takes 1.5 GB of disk, 10 GB are free; about 30 s at 20 MB/s",
    ]


def outcome(name: str, reason: str = "", *, required: bool = True) -> tuple[Download, Fetched]:
    wanted = Download(name, "package", name, f"http://h/{name}", "1", required=required)
    return wanted, Fetched("failed" if reason else "fetched", reason, 1000)


def test_a_reason_that_many_share_is_said_once(tmp_path, capsys) -> None:
    many = [outcome(f"a{number}", "HTTP 503") for number in range(9)]
    outcomes = [*many, outcome("b", "HTTP 404"), outcome("c"), outcome("k", "away", required=False)]
    left_out = [LeftOut(name="gdrcopy", origin="u", reason="no hash")]
    show_result(tmp_path / "s.bundle", ESTIMATE, outcomes, left_out, 3.0, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "failed  a0 1, a1 1, a2 1, a3 1 and 5 more: HTTP 503",
        "        http://h/a0",
        "failed  b 1: HTTP 404",
        "        http://h/b",
        "left out  k: away",
        "left out  gdrcopy: no hash",
        "s.bundle was not made: 1 of 12 files are here, kept in s.bundle.partial."
        " Run the same command again to go on.",
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (99_900_000, "100 MB"),
        (2.5e12, "2.5 TB"),
    ],
)
def test_bytes(size: float, text: str) -> None:
    assert format_bytes(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (90, "90 s"), (600, "10 min"), (9000, "2 h")]
)
def test_seconds(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text
