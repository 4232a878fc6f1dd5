"""The planning benchmark runs, small: nobody would notice otherwise that it went stale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bench.claims import PLANNING


def test_small_fleets(tmp_path: Path) -> None:
    numbers = tmp_path / "scale.json"
    words = ["--nodes", "4", "--scenarios", "drift", "--daily", "2", "--pairs", "40"]
    done = subprocess.run(
        [sys.executable, "-m", "bench.scale", *words, "--json", str(numbers)],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    planning, daily, pairs = json.loads(numbers.read_text())
    assert planning["seconds"].keys() > set(PLANNING)
    assert (daily["nodes"], pairs["right"]) == (2, True)
