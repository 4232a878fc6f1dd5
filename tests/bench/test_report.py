"""RESULTS.md: what was measured, what was not, and what failed."""

from pathlib import Path

from bench import raw
from bench.claims import PLANNING
from bench.raw import Run, Sample, read_runs
from bench.report import render
from bench.steps import Step

GOOD = Sample("converged", 8, 1, "podsys", True, 1.0, 0.5, 60.0, 50.0)
PEER = Sample("converged", 8, 1, "pyinfra", True, 7.5, 1.2, 70.0, 80.0)
BAD = Sample("first", 8, 2, "stock", False, 9.0, 1.2, 70.0, 80.0, "exit code 2")


def test_rows_and_ratios() -> None:
    text = render(Run("then", {"kernel": "6.1"}, [GOOD, PEER]), "How.")
    assert "| kernel | 6.1 |" in text
    assert "| 8 | pyinfra | 7.50 | 7.50 to 7.50 | 7.50 | 1.20 | 70 | 80 | 1 |" in text
    assert "First deploy" not in text.split("## Converged")[1]
    assert text.endswith("How.\n")


def test_tables_are_whole() -> None:
    """A line of a table that lost its end is a table no more."""
    rows = [line for line in render(Run("x", {}, [GOOD, PEER]), "").splitlines() if line[:1] == "|"]
    assert all(row.endswith("|") for row in rows)
    wide = [row for row in rows if row.startswith(("| nodes", "|---:", "| 8"))]
    assert len({row.count("|") for row in wide}) == 1


def test_failed_runs_are_named() -> None:
    assert "- first, 8 nodes, round 2, stock: exit code 2" in render(Run("x", {}, [BAD]), "")


def test_scale_is_taken_as_it_is() -> None:
    row = {"scenario": "drift", "seconds": dict.fromkeys(PLANNING, 0.25), "peak_mb": 300}
    rows = [row | {"nodes": 10000}, row | {"nodes": 1000}]
    run = Run("x", facts={"scale": {"code": 0, "table": "  10000  4.00\n", "rows": rows}})
    text = render(run, "")
    assert "```\n  10000  4.00\n```" in text
    assert (
        "| drift: 1.8 s, 300 MB, a node costs 0.10 times what it costs among 1,000 | **met** |"
        in text
    )


def test_samples_survive_an_aborted_run(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(raw, "RAW", tmp_path / "raw.jsonl")
    raw.append("one", "machine", {"kernel": "6.1"})
    raw.append_sample("one", GOOD)
    with raw.RAW.open("a") as file:
        file.write('{"run": "one", "sam')
    run = read_runs(raw.RAW)["one"]
    assert (run.machine, run.samples) == ({"kernel": "6.1"}, [GOOD])
    assert run.samples[0].step == Step("converged", 8, 1, "podsys")
