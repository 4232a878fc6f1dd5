"""podsys accept --learn: baselines proposed from the run that has just ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from podsys.commands.common import load_cluster
from podsys.commands.resume import LINES_FILE
from podsys.core.check_lines import read_check_outputs
from podsys.core.learn import as_entries, propose, why_not_learn
from podsys.effects.check_file import read_lines
from podsys.effects.workspace import write_atomically
from podsys.model.finding import Finding
from podsys.model.status import Status
from podsys.view.console import err

HEAD = """\
# Proposed by podsys accept --learn, from one run of machines that were taken for good.
# Look at the numbers, compare them with the data sheet, then put the file in place:
#   {command}
"""


def learn(root: Path) -> list[Path]:
    """Writes one file for each platform into the run's folder; in place nothing is changed."""
    workspace = load_cluster(root).workspace
    run = (workspace.runs / "latest").resolve()
    reason = why_not_learn(read_results(run))
    if reason:
        err().print(f"Nothing is learnt from this run: {reason}", soft_wrap=True)
        return []
    certificate = json.loads((run / "certificate.json").read_text(encoding="utf-8"))
    outputs = read_check_outputs(read_lines(run / LINES_FILE))
    found = propose(outputs, run.name, certificate["issued"][:10], lab="lab" in certificate)
    files = []
    for platform, entries in as_entries(found).items():
        file = run / "learnt" / f"{platform}.yaml"
        command = f"mkdir -p {workspace.baselines} && cp {file} {workspace.baselines}/"
        text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=100)
        write_atomically(file, HEAD.format(command=command) + text)
        err().print(f"Proposed:     {file} ({len(entries)} baselines)", soft_wrap=True)
        err().print(f"In place by:  {command}", soft_wrap=True)
        files.append(file)
    if not files:
        err().print("Nothing was measured that a baseline could be learnt from.")
    return files


def read_results(run: Path) -> list[Finding]:
    return [_as_finding(line) for line in read_lines(run / "results.jsonl")]


def _as_finding(line: dict[str, Any]) -> Finding:
    known = {key: line[key] for key in Finding.__slots__ if key in line}
    return Finding(**{**known, "nodes": tuple(line["nodes"]), "status": Status(line["status"])})
