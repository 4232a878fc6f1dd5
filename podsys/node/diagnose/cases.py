"""Faults with their rules as functions, made once and asked of every node."""

from collections import namedtuple
from typing import Any, Dict, Iterable, List

from ..rules import build
from .text import build_template

# None where the fault has no such rule.
Case = namedtuple("Case", "fault applies each when value evidence expected")
RULES = ("applies", "each", "when", "value")


def prepare(faults: Iterable[Dict[str, Any]]) -> List[Case]:
    """`faults` as core/faults.py compiles them."""
    return [_prepare(fault) for fault in faults]


def _prepare(fault: Dict[str, Any]) -> Case:
    rules = {key: build(fault[key]) if fault[key] else None for key in RULES}
    texts = {key: build_template(fault[key]) for key in ("evidence", "expected")}
    return Case(fault=fault, **rules, **texts)
