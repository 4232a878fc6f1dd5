"""Which facts a fault's rules read is found in the rules; nothing that decides is left out."""

from __future__ import annotations

from typing import Any

import pytest

from podsys.core.rule_reads import EACH, WHOLE, find_reads
from podsys.core.rules import parse_condition, parse_value

KNOWN = ("gpu", "pci", "clock", "params", "fleet")
END = {WHOLE: {}}


def reads(when: str = "", each: str = "", applies: str = "", value: str = "") -> dict[str, Any]:
    inner = (*KNOWN, "it")
    return find_reads(
        {
            "applies": parse_condition(applies, KNOWN).tree if applies else None,
            "each": parse_value(each, KNOWN).tree if each else None,
            "when": parse_condition(when, inner).tree if when else None,
            "value": parse_value(value, inner).tree if value else None,
            "expected": ["at most ", parse_value("clock.most", KNOWN).tree],
        }
    )


ALWAYS = {"clock": {"most": END}}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ({"when": "gpu.count > params.least"}, {"gpu": {"count": END}}),
        ({"when": "gpu.gpus"}, {"gpu": {"gpus": END}}),
        ({"when": "len(gpu.gpus) > 3"}, {"gpu": {"gpus": {EACH: {}}}}),
        (
            {"each": "gpu.gpus", "when": "any(link.active for link in it.nvlinks)"},
            {"gpu": {"gpus": {EACH: {"nvlinks": {EACH: {"active": END}}}}}},
        ),
        (
            {"each": "[g for g in gpu.gpus if g.error == '']", "when": "not it.mig"},
            {"gpu": {"gpus": {EACH: {"error": END, "mig": END}}}},
        ),
        ({"each": "gpu.gpus", "value": "it"}, {"gpu": {"gpus": {EACH: END}}}),
        ({"each": "gpu.gpus", "when": "device(it.bdf).gone"},
         {"gpu": {"gpus": {EACH: {"bdf": END}}}, "pci": END}),
        ({"each": "gpu.gpus", "when": "it.a != fleet.gpus[it.id].a"},
         {"gpu": {"gpus": {EACH: {"a": END, "id": END}}}, "fleet": {"gpus": END}}),
        ({"when": "gpu.a if gpu.b else gpu.c"}, {"gpu": dict.fromkeys("abc", END)}),
        ({"applies": "gpu.a", "when": "gpu.a.b == 1"}, {"gpu": {"a": END}}),
        ({"when": "'x' in [gpu.a, gpu.b]"}, {"gpu": dict.fromkeys("ab", END)}),
        ({"when": "-gpu.a < 1 - gpu.b"}, {"gpu": dict.fromkeys("ab", END)}),
        ({"when": "any(x == 1 for x in [g.a for g in gpu.gpus])"},
         {"gpu": {"gpus": {EACH: {"a": END}}}}),
    ],
)  # fmt: skip
def test_reads(rules: dict[str, str], found: dict[str, Any]) -> None:
    assert reads(**rules) == ALWAYS | found
