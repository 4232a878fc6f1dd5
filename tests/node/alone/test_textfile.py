"""Metrics: the text format of Prometheus, written whole."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from podsys.node.alone.textfile import make_metrics, write_metrics

SAMPLE = re.compile(
    r"[a-z_]+(\{[a-z_]+=\"(?:[^\"\\\n]|\\.)*\"(,[a-z_]+=\"(?:[^\"\\\n]|\\.)*\")*\})? [0-9.]+"
)


def finding(check: str = "small", status: str = "fail", under: str = "") -> dict:
    return {"check": check, "status": status, "folded_under": under, "repairs": "hands",
            "blocks": True}  # fmt: skip


def test_what_is_written(tmp_path):
    write_metrics(str(tmp_path), [finding(), finding("ok", "pass")], 0.25, 1700000000.4)
    text = (tmp_path / "podsys.prom").read_text()
    for line in (
        "podsys_ready 0",
        'podsys_findings{status="fail"} 1',
        'podsys_findings{status="pass"} 1',
        'podsys_finding{check="small",status="fail",folded_under="",repairs="hands"} 1',
        "podsys_look_seconds 0.250",
        "podsys_look_timestamp_seconds 1700000000",
    ):
        assert line in text.splitlines()
    assert [path.name for path in tmp_path.iterdir()] == ["podsys.prom"]
    assert (tmp_path / "podsys.prom").stat().st_mode & 0o777 == 0o644


def test_a_good_node_is_ready():
    assert "podsys_ready 1" in make_metrics([finding(status="pass")], 0, 0)
    assert "podsys_ready 0" in make_metrics([finding(status="unknown")], 0, 0)


@given(st.lists(st.builds(finding, st.text(), st.sampled_from(["fail", "warn", "pass"]))))
def test_every_line_is_a_sample_or_a_comment(findings):
    for line in make_metrics(findings, 1.5, 2):
        assert line.startswith("# ") or SAMPLE.fullmatch(line)
