"""What a packed podsys-node judges with, made up: one fault that is there or not."""

from __future__ import annotations

from typing import Any

from podsys.core.faults import parse_faults

TEXT = """\
id: small
title: too little memory
status: {status}
blocks: {blocks}
when: memory.total_kb {sign} 0
evidence: "{{memory.total_kb}} kB"
symptom: s
cause: somebody took it
remedy: give it back
repairs: hands
source: [a book]
lab: {{none: a test}}
"""


def make_judge(sign: str = "<", status: str = "fail", blocks: str = "true") -> dict[str, Any]:
    """Every machine has more than no memory: `>` finds the fault, `<` does not."""
    text = TEXT.format(sign=sign, status=status, blocks=blocks)
    faults, problems = parse_faults({"x/small.yaml": text}, ["memory"])
    assert problems == []
    return {
        "podsys": "1",
        "sections": ["memory"],
        "faults": [dict(fault.plain) for fault in faults],
        "rate_paths": [["memory", "total_kb"]],
        "baseline": {},
        "platforms": {"a": {"x": 1}},
        "items": [[]],
        "nodes": {"n1": {"platform": "a", "wanted": {"kernel": "1"}, "items": 0}},
    }
