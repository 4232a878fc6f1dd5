"""One run at a time; a killed run leaves no lock and no helpers."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from podsys.effects.runlock import end_orphans, hold
from podsys.errors import ExitCode, PodsysError

HOLD = """
import sys, time
from pathlib import Path
from podsys.effects.runlock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    lock = tmp_path / ".podsys" / "run.lock"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield lock, process
    process.kill()
    process.wait()


def test_the_second_run_is_refused_and_told_who(holder):
    lock, process = holder
    with pytest.raises(PodsysError) as caught, hold(lock):
        pass
    assert str(process.pid) in caught.value.message
    assert caught.value.exit_code is ExitCode.FAILED


def test_a_killed_run_leaves_no_lock(holder):
    lock, process = holder
    process.kill()
    process.wait()
    with hold(lock):
        assert lock.read_text() == str(os.getpid())


def test_helpers_of_a_killed_run_are_ended_and_others_are_not(tmp_path):
    rendered = tmp_path / "rendered"
    rendered.mkdir()
    # The name is what counts: a stand-in that carries it in its argument list.
    words = [sys.executable, "-c", "import time; time.sleep(60)", "ansible-playbook"]
    private = {"AWX_ISOLATED_DATA_DIR": str(tmp_path / ".podsys" / "runner-abc" / "artifacts")}
    ours = subprocess.Popen(words, cwd=rendered, env=os.environ | private)
    others = [subprocess.Popen(["sleep", "60"], cwd=rendered, env=os.environ | private)]
    others.append(subprocess.Popen(words, cwd=rendered))  # by hand, as docs say it may be run
    time.sleep(0.2)
    try:
        assert end_orphans(tmp_path) == [ours.pid]
        assert ours.wait(5) != 0
        assert [other.poll() for other in others] == [None, None]
    finally:
        for other in others:
            other.kill()
            other.wait()


def test_what_a_killed_run_left_of_ansible_runner_goes(tmp_path):
    left = tmp_path / ".podsys" / "runner-abc" / "artifacts"
    left.mkdir(parents=True)
    with hold(tmp_path / ".podsys" / "run.lock"):
        assert [path.name for path in (tmp_path / ".podsys").iterdir()] == ["run.lock"]
