"""podsys judge as people run it: files, stdin, exit codes, one JSON document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from podsys.core.parsers import dcgm, stream
from tests.core.parsers.nccl_layouts import GIB, Job, write

GOOD = write()
SLOW = write(job=Job(algbw=200.0))


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "podsys.cli", "judge", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, env=os.environ)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "vendor.log"
    file.write_text(GOOD)
    return file


def document(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    return found


def test_a_good_log_passes(log: Path) -> None:
    done = run(str(log), "--platform", "hgx-h100")
    assert done.returncode == 1, done.stdout  # 455 GB/s at 16 GiB, where 460 must be reached
    fast = log.with_name("fast.log")
    fast.write_text(write(job=Job(algbw=270.0)))
    done = run(str(fast), "--platform", "hgx-h100")
    assert done.returncode == 0, done.stdout
    assert b"472.5 GB/s, expected >= 460 GB/s" in done.stdout
    assert b"source: Azure/azurehpc-health-checks" in done.stdout


def test_the_document(log: Path) -> None:
    log.write_text(write(job=Job(algbw=270.0, wrong={(2 * GIB, "in-place"): "5"})))
    found = document(str(log), "--platform", "hgx-h100")
    assert found.keys() == {"verdict", "findings", "measurements"}
    assert found["verdict"] == "fail"
    keys = {
        "check", "fault", "suite", "nodes", "status", "metric", "value", "unit", "expected",
        "source", "evidence", "remedy", "seconds",
    }  # fmt: skip
    assert all(line.keys() >= keys for line in found["findings"])
    assert len(found["measurements"]) == 10
    assert all(line.keys() > keys | {"wrong", "rows", "waived"} for line in found["measurements"])
    worst = found["measurements"][-1]
    assert (worst["value"], worst["wrong"], worst["rows"], worst["nodes"]) == (
        472.5,
        0,
        5,
        ["alpha"],
    )
    assert sum(line["wrong"] for line in found["measurements"]) == 5


def test_no_platform_and_an_unknown_one_are_unknown(log: Path) -> None:
    assert run(str(log)).returncode == 3
    done = run(str(log), "--platform", "hgx-h1000")
    assert done.returncode == 3
    assert b"no platform hgx-h1000 is known" in done.stdout


def test_stdin_and_several_files(log: Path) -> None:
    done = run("-", "--platform", "hgx-h100", stdin=SLOW.encode())
    assert done.returncode == 1
    assert b"350 GB/s" in done.stdout
    other = log.with_name("diag.json")
    other.write_text(dcgm.KNOWN_GOOD)
    found = document(str(log), str(other), "--platform", "hgx-h200")
    assert {line["check"] for line in found["findings"]} == {
        "nccl-tests.allreduce_busbw", "dcgm.memory",
    }  # fmt: skip


def test_a_tool_may_be_named(log: Path) -> None:
    assert b"no table of STREAM" in run(str(log), "--tool", "stream").stdout
    done = run(str(log), "--tool", "streem")
    assert done.returncode == 2
    assert b"did you mean stream?" in done.stderr
    log.write_text(GOOD + stream.KNOWN_GOOD)
    done = run(str(log))
    assert done.returncode == 3
    assert b"outputs of nccl-tests and stream in one" in done.stdout


@pytest.mark.parametrize(
    ("content", "code", "text"),
    [
        (b"", 3, b"it is empty"),
        (b"nothing of interest\n", 3, b"no tool recognised"),
        (b"\x7fELF\x00\x01", 2, b"binary"),
        (b"\x1f\x8b\x08", 2, b"compressed"),
        ("nccl".encode("utf-16"), 2, b"UTF-16"),
        (b"[" * 300_000, 3, b"no tool recognised"),
        (b'{"DCGM Diagnostic": ' + b"[" * 300_000, 3, b"no whole JSON"),
        (GOOD.replace("\n", "\r\n").encode(), 1, b"455 GB/s"),
        (b"\xef\xbb\xbf" + GOOD.encode(), 1, b"455 GB/s"),
        (b"\xff\xfa junk\n" + GOOD.encode(), 1, b"455 GB/s"),
        (GOOD.encode()[:-300], 3, b"footer is missing"),
        (GOOD.replace("alpha", "\x1b[31mred\x1b]0;x\x07").encode(), 1, b"455 GB/s"),
    ],
)
def test_hostile_input(log: Path, content: bytes, code: int, text: bytes) -> None:
    log.write_bytes(content)
    done = run(str(log), "--platform", "hgx-h100")
    assert done.returncode in (code, 3) if code == 1 else done.returncode == code
    assert text in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stdout


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    done = run(str(tmp_path / "gone.log"), str(tmp_path), "/dev/zero")
    assert done.returncode == 2
    for text in (b"gone.log: no such file", b"a folder", b"/dev/zero: larger than 128 MiB"):
        assert text in done.stderr


def test_help_has_examples() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert b"podsys judge vendor.log --platform hgx-h100" in done.stdout
