"""The commands of a pair on all its rails, run by a real shell with a pretended ib_write_bw."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from podsys.commands.rail_pairs import read_rate
from podsys.core.launchers.perftest import RailTest, split_rails
from podsys.core.parsers.perftest import KNOWN_BAD, KNOWN_GOOD

TEST = RailTest("10.0.0.2", 20000, 2, ["mlx5_0", "mlx5_10"])


def run(command: str, folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    program = folder / "ib_write_bw"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    env = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    words = ["sh", "-c", command]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=env, timeout=60)


def test_each_rail_has_its_device_its_port_and_its_own_words(tmp_path: Path) -> None:
    said = split_rails(run(TEST.client_command(), tmp_path, 'echo "$@"').stdout)
    common = "-s 8388608 -F -D 2 --report_gbits 10.0.0.2\n"
    assert said == {
        "mlx5_0": f"-d mlx5_0 -p 20000 {common}",
        "mlx5_10": f"-d mlx5_10 -p 20001 {common}",
    }


def test_the_server_is_told_no_address(tmp_path: Path) -> None:
    said = split_rails(run(TEST.server_command(), tmp_path, 'echo "$@"').stdout)
    assert all(text.endswith("--report_gbits\n") for text in said.values())


def test_a_client_knocks_until_its_server_is_there(tmp_path: Path) -> None:
    script = (
        f"count={tmp_path}/$2; echo x >> $count; [ $(wc -l < $count) -ge 3 ] && echo there || "
        '{ echo "Couldn\'t connect to 10.0.0.2:20000"; exit 1; }'
    )
    said = split_rails(run(TEST.client_command(), tmp_path, script).stdout)
    assert set(said.values()) == {"there\n"}


def test_an_absent_tool_is_named(tmp_path: Path) -> None:
    words = ["/bin/sh", "-c", TEST.client_command().replace("ib_write_bw", "ib_no_such_tool")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 127
    assert "not installed" in done.stderr


def test_only_one_sound_result_is_a_rate() -> None:
    assert read_rate(KNOWN_GOOD) == (388.0, "")
    for bad in KNOWN_BAD:
        value, reason = read_rate(bad)
        assert value is None
        assert reason
