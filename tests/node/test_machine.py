import os
import time
from pathlib import Path

import pytest

from podsys.node import machine as door


def test_what_is_not_there_is_none(machine):
    machine.put("/etc/file")
    assert door.read_text("/etc/no") is None
    assert door.read_text("/etc/file/below") is None
    assert door.list_folder("/etc/no") == []


def test_what_cannot_be_read_says_why(machine):
    machine.path("/etc").mkdir()
    with pytest.raises(door.Unreadable, match="is a directory"):
        door.read_text("/etc")
    machine.path("/endless").symlink_to("/dev/zero")
    with pytest.raises(door.Unreadable, match="larger than"):
        door.read_text("/endless")


def test_a_pipe_that_nobody_fills_does_not_hang(machine):
    os.mkfifo(machine.path("/pipe"))
    assert door.read_text("/pipe") == ""


def test_write_is_whole_or_not_at_all(machine, monkeypatch):
    machine.put("/etc/x", "old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        door.write_text("/etc/x", "new")
    assert machine.get("/etc/x") == "old"
    assert [path.name for path in machine.path("/etc").iterdir()] == ["x"]


def test_a_missing_tool(machine):
    with pytest.raises(door.Unreadable, match="is not installed"):
        door.run(["no-such-tool"])


def test_a_failing_tool_says_its_last_words(machine):
    machine.tool("fails", "echo first >&2; echo last >&2; exit 3")
    with pytest.raises(door.Unreadable, match="exit code 3: last"):
        door.ask(["fails"])


def test_tools_speak_c_and_see_no_secret(machine, monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    machine.tool("tell", "env")
    lines = door.ask(["tell"]).splitlines()
    assert "LC_ALL=C" in lines
    assert not [line for line in lines if line.startswith(("SECRET", "LANG"))]


@pytest.mark.parametrize("script", ["sleep 60", "sleep 60 & sleep 60 & wait"])
def test_a_tool_that_hangs_ends_with_all_it_started(machine, script):
    machine.tool("hangs", "echo $$ > $PODSYS_ROOT/pid\n" + script)
    started = time.monotonic()
    with pytest.raises(door.Unreadable, match=r"did not end within 0\.3 s"):
        door.run(["hangs"], 0.3)
    assert time.monotonic() - started < 3
    time.sleep(0.1)
    assert living_members(int(machine.get("/pid"))) == []


def living_members(group: int) -> list[list[str]]:
    fields = [read_stat(path) for path in Path("/proc").glob("[0-9]*/stat")]
    return [field for field in fields if field and field[0] != "Z" and int(field[2]) == group]


def read_stat(path: Path) -> list[str]:
    """Nothing for a process that has just ended."""
    try:
        return path.read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
