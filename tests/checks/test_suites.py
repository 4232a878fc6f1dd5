"""Suites run as a process: statuses as promised, and nothing planned may silently vanish."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from podsys.effects.suites import SuiteRun, find_unreported, run_suites

Lines = list[dict[str, Any]]
CLUSTER = """
cluster: t
ssh: {port: 9, timeout_s: 1}
nodes:
  n1: {address: 127.0.0.1}
  n2: {address: 127.0.0.2}
network: {link_gbps: 10}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    root.mkdir()
    (root / "cluster.yaml").write_text(CLUSTER)
    (root / "known_hosts").write_text("")
    return root


@pytest.fixture
def run(tmp_path: Path, workspace: Path) -> Callable[..., Lines]:
    """Runs one file of checks as podsys would run it."""

    def run_text(
        text: str,
        timeout_s: float | None = 60,
        level: int = 4,
        hear: Callable[[Sequence[dict[str, Any]]], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
        **options: Any,
    ) -> Lines:
        folder = tmp_path / "mysite"
        folder.mkdir(exist_ok=True)
        (folder / "test_own.py").write_text(textwrap.dedent(text))
        out = tmp_path / "run"
        out.mkdir(exist_ok=True)
        lines = out / "checks.jsonl"
        job = SuiteRun([folder], workspace, [], level, lines, timeout_s, **options)
        return run_suites(job, hear or (lambda _: None), stop)

    return run_text


def outcomes(lines: Lines) -> dict[str, str]:
    return {line["check"]: line["status"] for line in lines if line["type"] == "outcome"}


def evidence(lines: Lines) -> dict[str, str]:
    return {line["check"]: line["evidence"] for line in lines if line["type"] == "outcome"}


def test_each_way_a_check_can_end(run: Callable[..., Lines]) -> None:
    lines = run("""
        import pytest
        @pytest.fixture
        def broken(): assert False, "set-up"
        def test_good(): pass
        def test_bad(): assert 1 == 2, "one is not two"
        def test_said_bad(): pytest.fail("said so")
        def test_crash(): {}["x"]
        def test_skipped(): pytest.skip("not here")
        def test_setup(broken): pass
        def test_exits(): raise SystemExit(0)
        """)
    assert outcomes(lines) == {
        "mysite.good": "pass",
        "mysite.bad": "fail",
        "mysite.said_bad": "fail",
        "mysite.crash": "unknown",
        "mysite.skipped": "skip",
        "mysite.setup": "unknown",
        "mysite.exits": "unknown",
    }
    said = evidence(lines)
    assert said["mysite.bad"] == "one is not two"
    assert said["mysite.skipped"] == "not here"
    assert "set-up" in said["mysite.setup"]


def test_the_mark_names_level_suite_and_remedy(run: Callable[..., Lines]) -> None:
    text = """
        import pytest
        @pytest.mark.check(id="gpu.burn", level=3, suite="gpu", remedy="cool it")
        def test_hot(): assert False
        """
    (found,) = [line for line in run(text) if line["type"] == "outcome"]
    assert (found["check"], found["suite"], found["remedy"]) == ("gpu.burn", "gpu", "cool it")
    assert "gpu.burn" not in outcomes(run(text, level=2))


def test_numbers_and_raw_output_are_written(run: Callable[..., Lines], tmp_path: Path) -> None:
    lines = run("""
        from podsys.model.finding import Measurement
        def test_speed(record, keep, cluster, check_id):
            where = keep("tool.txt", "raw words")
            record(Measurement(check_id, "speed", ("n1",), 3.5, "m/s", where))
            assert cluster.line_rate_gbps == 10
        """)
    (found,) = [line for line in lines if line["type"] == "measurement"]
    assert (found["metric"], found["value"], found["nodes"]) == ("speed", 3.5, ["n1"])
    assert (tmp_path / "run" / found["evidence"]).read_text() == "raw words"
    assert outcomes(lines) == {"mysite.speed": "pass"}


def test_a_dead_node_is_unknown_for_itself(run: Callable[..., Lines]) -> None:
    lines = run("""
        def test_kernel(host): assert host.run("uname").succeeded
        """)
    found = {(*line["nodes"],): line["status"] for line in lines if line["type"] == "outcome"}
    assert found == {("n1",): "unknown", ("n2",): "unknown"}
    # Through podsys's own door, where only pinned keys count, not testinfra's.
    reasons = [line["evidence"] for line in lines if line["type"] == "outcome"]
    assert all("cannot connect" in reason or "pinned" in reason for reason in reasons), reasons


def test_an_assertion_in_podsys_itself_fails_no_node(run: Callable[..., Lines]) -> None:
    lines = run("""
        from podsys.model.status import Status
        import podsys.core.check_lines as own
        def test_own(monkeypatch):
            from podsys.commands.common import _as_facts
            _as_facts({"node": "n1", "sections": None})
        """)
    assert outcomes(lines) == {"mysite.own": "unknown"}


def test_a_hang_is_ended_and_everything_unreported_is_unknown(run: Callable[..., Lines]) -> None:
    began = time.monotonic()
    lines = run(
        """
        import subprocess, time
        def test_first(): pass
        def test_hangs():
            subprocess.run(["sleep", "987654"])
        def test_never_reached(): pass
        """,
        timeout_s=8,
    )
    assert time.monotonic() - began < 60
    found = outcomes(lines)
    assert found["mysite.first"] == "pass"
    assert found["mysite.never_reached"] == "unknown"
    assert found["mysite.hangs"] == "unknown"
    assert "time limit" in evidence(lines)["mysite.never_reached"]
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert "sleep 987654" not in listed.stdout.splitlines()


def test_a_killed_run_reports_what_it_knew(run: Callable[..., Lines]) -> None:
    lines = run("""
        import os
        def test_first(): assert False
        def test_kills(): os.kill(os.getpid(), 9)
        def test_never_reached(): pass
        """)
    found = outcomes(lines)
    assert found["mysite.first"] == "fail"
    assert found["mysite.kills"] == "unknown"
    assert found["mysite.never_reached"] == "unknown"
    assert "code -9" in evidence(lines)["mysite.kills"]


def test_an_interrupted_run_is_unknown(run: Callable[..., Lines]) -> None:
    """Interrupted once the check has begun, which would wait for ever."""
    heard: list[dict[str, Any]] = []
    lines = run(
        "import threading\ndef test_long(): threading.Event().wait()\n",
        timeout_s=None,
        hear=heard.extend,
        stop=lambda: any(line["type"] == "begins" for line in heard),
    )
    assert outcomes(lines) == {"mysite.long": "unknown"}
    assert "interrupted" in evidence(lines)["mysite.long"]


@pytest.mark.parametrize("text", ["def test_x(: pass", "import not_there", "", "x = 1"])
def test_checks_that_cannot_be_loaded_or_are_none_are_unknown(
    run: Callable[..., Lines], text: str
) -> None:
    assert set(outcomes(run(text)).values()) == {"unknown"}


def test_one_file_that_cannot_be_loaded_is_unknown_and_the_rest_runs(
    run: Callable[..., Lines], tmp_path: Path
) -> None:
    (tmp_path / "mysite").mkdir()
    (tmp_path / "mysite" / "test_broken.py").write_text("import not_there\n")
    lines = run("def test_good(): pass\n")
    assert outcomes(lines) == {"mysite.good": "pass", "mysite.broken": "unknown"}
    assert "not_there" in evidence(lines)["mysite.broken"]


def test_progress_is_heard_while_it_runs(run: Callable[..., Lines]) -> None:
    heard: list[dict[str, Any]] = []
    text = """
        def test_a(report, progress):
            report("round 1")
            progress(12.5)
        def test_b(): print("noise")
        """
    written = run(text, hear=heard.extend)
    assert heard == written
    kinds = [line["type"] for line in heard]
    assert kinds[:3] == ["started", "begins", "said"]
    assert kinds[-1] == "finished"
    assert [line["text"] for line in heard if line["type"] == "said"] == ["round 1"]
    assert [line["left_s"] for line in heard if line["type"] == "left"] == [12.5]
    assert all(line["time"] for line in heard)


def test_a_plan_says_what_each_check_takes_and_runs_nothing(run: Callable[..., Lines]) -> None:
    text = """
        import pytest
        from podsys.model.forecast import Forecast
        def predict(cluster): return Forecast(len(cluster.nodes), 50.0, "each node in turn")
        @pytest.mark.check(level=3, takes=predict)
        def test_all(): assert False
        @pytest.mark.check(level=2, takes=7)
        def test_host(host): assert False
        def test_silent(): assert False
        """
    (started,) = [line for line in run(text, plan_only=True) if line["type"] == "started"]
    found = {entry["check"]: entry for entry in started["planned"]}
    assert len(started["planned"]) == 4
    assert (found["mysite.all"]["usual_s"], found["mysite.all"]["at_most_s"]) == (2, 50.0)
    assert found["mysite.all"]["text"] == "each node in turn"
    assert found["mysite.host"]["usual_s"] == 7
    assert found["mysite.silent"]["at_most_s"] > 0


def test_a_check_beyond_its_own_limit_is_ended_and_the_next_one_runs(
    run: Callable[..., Lines],
) -> None:
    lines = run(
        """
        import pytest, time
        from podsys.model.forecast import Forecast
        @pytest.mark.check(takes=Forecast(1, 2))
        def test_hangs():
            try:
                time.sleep(60)
            except Exception:
                pass
        def test_next(): pass
        """,
        timeout_s=None,
    )
    assert outcomes(lines) == {"mysite.hangs": "unknown", "mysite.next": "pass"}
    assert "limit of 2 s" in evidence(lines)["mysite.hangs"]


def test_what_was_answered_before_is_not_asked_again(
    run: Callable[..., Lines], tmp_path: Path
) -> None:
    known = {"type": "outcome", "check": "mysite.old", "suite": "mysite", "nodes": []}
    number = {"type": "measurement", "check": "mysite.new", "metric": "m", "nodes": ["n1", "n2"]}
    number |= {"value": 3.0, "unit": "", "carried": "then"}
    lines = [known | {"status": "pass", "carried": "then"}, number]
    file = tmp_path / "carried.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = run(
        """
        def test_old(): assert False
        def test_new(cluster, check_id):
            assert [one.value for one in cluster.measured_before(check_id)] == [3.0]
        """,
        carried=file,
    )
    assert outcomes(found) == {"mysite.old": "pass", "mysite.new": "pass"}
    assert [line["carried"] for line in found if line.get("carried")] == ["then", "then"]


def test_old_lines_of_another_run_do_not_count(run: Callable[..., Lines]) -> None:
    run("def test_old(): pass\n")
    assert outcomes(run("def test_new(): pass\n")) == {"mysite.new": "pass"}


def test_unreported_is_found_without_any_line() -> None:
    (found,) = find_unreported([], "it died")
    assert (found["status"], found["check"]) == ("unknown", "checks.run")
    assert "it died" in found["evidence"]


def test_by_hand_without_a_workspace_is_a_usage_error(tmp_path: Path) -> None:
    test = tmp_path / "test_own.py"
    test.write_text("def test_x(cluster): pass\n")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "podsys.commands.check_plugin"]
    done = subprocess.run(
        [*words, "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path), str(test)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "--workspace" in done.stdout + done.stderr


def test_by_hand_with_a_bad_workspace_says_what_to_do(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "pytest", "-q", "-p", "podsys.commands.check_plugin"]
    done = subprocess.run(
        [*words, "-c", os.devnull, "--workspace", str(tmp_path / "none"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "podsys init" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_checks_end_with_the_podsys_that_was_killed(workspace: Path, tmp_path: Path) -> None:
    check = "import time\ndef test_long(): time.sleep(97)\n"
    lines = kill_podsys_during(workspace, tmp_path, check)
    assert '"pass"' not in lines.read_text()


def kill_podsys_during(workspace: Path, tmp_path: Path, check: str) -> Path:
    """The lines of a run whose podsys was killed; it has ended by itself."""
    folder = tmp_path / "mysite"
    folder.mkdir()
    (folder / "test_own.py").write_text(check)
    program = f"""
from pathlib import Path
from podsys.effects.suites import SuiteRun, run_suites
run = SuiteRun([Path({str(folder)!r})], Path({str(workspace)!r}), [], 4, Path("lines.jsonl"))
run_suites(run, lambda lines: None)
"""
    process = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path)
    lines = tmp_path / "lines.jsonl"
    wait_until(lambda: lines.is_file() and "begins" in lines.read_text())
    process.kill()
    process.wait()
    wait_until(lambda: not list(find_children(str(workspace))))
    return lines


def test_checks_that_do_not_listen_end_with_it_too(workspace: Path, tmp_path: Path) -> None:
    """As one does to whom the signal came a moment before a call that lasts."""
    lines = kill_podsys_during(
        workspace, tmp_path,
        "import signal, time\ndef test_long():\n"
        "    signal.signal(signal.SIGINT, signal.SIG_IGN)\n    time.sleep(97)\n",
    )  # fmt: skip
    assert '"pass"' not in lines.read_text()


def find_children(word: str) -> Iterator[str]:
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            line = entry.read_bytes().replace(b"\0", b" ").decode()
            if word in line and "pytest" in line and "--lifeline" in line:
                yield line


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
