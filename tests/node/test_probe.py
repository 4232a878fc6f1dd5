import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import podsys.node
from podsys.node import isolate, kinds, probe, reading, sections
from podsys.node import machine as door
from podsys.node.encode import encode

NODE = Path(podsys.node.__file__).parent
START = "from podsys_node.probe import main; main()"
PYENV = ".pyenv/versions/3.[61][.3]*"
SECTIONS = {file.stem for file in (NODE / "sections").glob("*.py")} - {"__init__"}


def hang() -> None:
    time.sleep(60)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run_all(tasks: list, limit_s: float) -> dict:
    table = dict(tasks)
    return isolate.run_all(list(table), lambda: lambda name: encode(table[name]()), limit_s)


def test_one_that_hangs_and_one_that_crashes_cost_themselves_only():
    started = time.monotonic()
    found = run_all(
        [("hang", hang), ("crash", crash), ("good", lambda: {"a": 1}), ("bad", lambda: 1 / 0)], 0.5
    )
    assert time.monotonic() - started < 3
    assert json.loads(found["good"]["text"]) == {"a": 1}
    assert found["hang"]["text"] == "no answer within 0.5 s"
    assert found["crash"]["text"] == "it died without an answer (wait status 9)"
    assert found["bad"]["text"] == "division by zero"


def test_large_answers_come_whole():
    found = run_all([("large", lambda: "x" * 3_000_000)], 10)
    assert len(json.loads(found["large"]["text"])) == 3_000_000


def test_an_answer_that_is_no_json_is_unknown():
    found = run_all([("odd", lambda: {1, 2})], 5)
    assert not found["odd"]["ok"]


def test_what_dies_before_its_first_task_fails_them_all():
    found = isolate.run_all(["a", "b"], crash, 5)
    assert {answer["text"] for answer in found.values()} == {
        "it died without an answer (wait status 9)"
    }


def test_what_hangs_before_its_first_task_fails_them_all():
    found = isolate.run_all(["a", "b"], hang, 0.3)
    assert [answer["text"] for answer in found.values()] == ["no answer within 0.3 s"] * 2


def test_a_child_that_cannot_die_keeps_nobody_waiting_who_reads_what_is_said(tmp_path):
    """As one that is stuck in the kernel would: it holds none of its parent's streams."""
    code = (
        "import os, time\n"
        "from podsys.node import isolate\n"
        "os.killpg = lambda *_: None\n"
        "isolate.run_all(['a'], lambda: lambda _: time.sleep(5) or '1', 0.2)\n"
    )
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=20)
    assert time.monotonic() - started < 4


def test_more_work_than_runs_at_once():
    tasks = [(str(n), lambda n=n: n * n) for n in range(20)]
    found = run_all(tasks, 5)
    assert [int(found[str(n)]["text"]) for n in range(20)] == [n * n for n in range(20)]


def test_no_command_outlives_its_child(machine):
    machine.tool("hangs", "echo $$ > $PODSYS_ROOT/pid; sleep 60 & sleep 60")
    found = run_all([("hangs", lambda: door.ask(["hangs"]))], 0.5)
    assert found["hangs"]["text"] == "no answer within 0.5 s"
    time.sleep(0.1)
    pid = machine.get("/pid").strip()
    stat = Path(f"/proc/{pid}/stat")
    assert not stat.exists() or ") Z" in stat.read_text()


def test_a_command_ends_before_its_child_and_is_told(machine):
    machine.tool("hangs", "sleep 60 & sleep 60")
    found = run_all([("hangs", lambda: door.ask(["hangs"], 0.3))], 5)
    assert found["hangs"]["text"] == "hangs did not end within 0.3 s"
    assert found["hangs"]["seconds"] < 3


def test_sections_are_found():
    assert set(sections.find_sections()) == SECTIONS


def test_the_answer(monkeypatch, machine, item):
    machine.put("/proc/sys/vm/swappiness", "60\n")
    monkeypatch.setattr(sections, "find_sections", lambda: [])
    monkeypatch.setattr(
        reading, "read_section", lambda name, _: hang() if name == "cpu" else {"a": 1}
    )
    swappiness, odd = item("sysctl", "vm.swappiness", "10"), item("no_such_kind", "x")
    request = {"items": [swappiness, odd], "sections": ["cpu", "memory"], "limit_s": 0.5}
    found = json.loads(probe.answer(request))
    assert found["podsys_probe"] == 1
    assert found["sections"]["memory"]["data"] == {"a": 1}
    assert found["sections"]["cpu"]["status"] == "unknown"
    assert found["sections"]["cpu"]["reason"] == "no answer within 0.5 s"
    assert found["readings"][swappiness["id"]] == {"live": "60", "persistent": "unset"}
    assert "no kind" in found["readings"][odd["id"]]["error"]


def test_a_kind_that_hangs_gives_each_item_its_reason(monkeypatch, machine, item):
    monkeypatch.setattr(reading, "read_items", lambda kind, items: hang())
    items = [item("sysctl", "a.b"), item("sysctl", "a.c")]
    found = json.loads(probe.answer({"items": items, "sections": [], "limit_s": 0.3}))
    reason = {"error": "no answer within 0.3 s"}
    assert found["readings"] == {"sysctl.a.b": reason, "sysctl.a.c": reason}


def test_no_such_section_is_unknown():
    found = json.loads(probe.answer({"items": [], "sections": ["no_such"]}))
    assert found["sections"]["no_such"]["status"] == "unknown"


@pytest.mark.parametrize("name", ["all_kinds", "../x", "", "os.path", "nonsense"])
def test_no_such_kind(name):
    with pytest.raises(door.Unreadable, match="no kind"):
        kinds.load_kind(name)


def packed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(NODE.rglob("*.py")):
            archive.write(file, f"podsys_node/{file.relative_to(NODE)}")
    return buffer.getvalue()


def pythons() -> list[str]:
    """This one, the system's, and what pyenv has of the oldest and the newest."""
    others = [Path("/usr/bin/python3"), *Path.home().glob(f"{PYENV}/bin/python3")]
    return sorted({sys.executable, *(str(python) for python in others if python.exists())})


@pytest.mark.parametrize("python", pythons())
def test_whole_probe_out_of_a_zip(python, tmp_path, item):
    archive = tmp_path / "podsys_node.zip"
    archive.write_bytes(packed())
    request = {"items": [item("sysctl", "kernel.ostype", "Linux")], "sections": None, "limit_s": 20}
    code = f"import sys; sys.path.insert(0, {str(archive)!r})\n" + START
    done = subprocess.run(
        [python, "-c", code], input=json.dumps(request).encode(), capture_output=True, check=True
    )
    found = json.loads(done.stdout)
    assert set(found["sections"]) == SECTIONS
    assert found["sections"]["memory"]["data"]["total_kb"] > 0
    assert found["readings"]["sysctl.kernel.ostype"]["live"] == "Linux"
    assert done.stderr == b""
