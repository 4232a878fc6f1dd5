"""A first deploy is judged by podsys's own verdict, but for what waits for the reboot."""

import json
from pathlib import Path

from bench.scenarios import find_complaints


def test_complaints(tmp_path: Path) -> None:
    found = {"a": "pass", "kernel_argument.x": "fail", "apply.node": "fail", "b": "unknown"}
    lines = [json.dumps({"check": name, "status": status}) for name, status in found.items()]
    (tmp_path / "results.jsonl").write_text("\n".join(lines) + "\n")
    assert find_complaints(tmp_path, {"kernel_argument.x"}) == ["apply.node", "b"]
