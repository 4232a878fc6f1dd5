"""Nodes that read the same for a fault share what it says of them: ten thousand are judged as few.

What a fault's rules read (core/rule_reads.py) is made into a key: plain values as they are, all
else by its identity, since equal values of many nodes are one object (effects/sharing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from podsys.core.rule_reads import EACH, WHOLE, Reads, find_reads
from podsys.node.diagnose import Answer, Case, judge

# Answers kept of one fault, and objects known of one section (as effects/sharing.py): what
# differs more often is each node's own.
REMEMBERED = 64
FAMILIAR = 16
# Where a node has the fault, its evidence may be its own.
SHARED = ("pass", "skip", "unknown")
ABSENT = ("absent",)

# Makes the key of a value; what the key knows by its identity goes on the list, to be kept.
KeyOf = Callable[[Any, list[Any]], Hashable]


class SharedAnswers:
    """Answers by fault and by what its rules read."""

    def __init__(self) -> None:
        self._readers: dict[str, list[tuple[str, KeyOf]]] = {}
        self._known: dict[str, dict[Hashable, tuple[Answer, list[Any]]]] = {}
        self._familiar: dict[str, dict[int, Any]] = {}

    def judge(self, case: Case, names: dict[str, Any]) -> Answer:
        id_ = case.fault["id"]
        if id_ not in self._readers:
            reads = find_reads(case.fault)
            self._readers[id_] = [(name, make_key(below)) for name, below in reads.items()]
            self._known[id_] = {}
        kept: list[Any] = []
        key = tuple(
            [self._key_of(name, key_of, names, kept) for name, key_of in self._readers[id_]]
        )
        known = self._known[id_]
        if key in known:
            return known[key][0]
        answer: Answer = judge(case, names)
        if answer.status in SHARED and len(known) < REMEMBERED:
            known[key] = answer, kept
        return answer

    def _key_of(
        self, name: str, key_of: KeyOf, names: Mapping[str, Any], kept: list[Any]
    ) -> Hashable:
        """What is read of one section: nothing needs to be read of an object that is familiar."""
        value = names.get(name)
        familiar = self._familiar.setdefault(name, {})
        if id(value) in familiar:
            return id(value)
        if len(familiar) < FAMILIAR:
            familiar[id(value)] = value
            return id(value)
        return key_of(value, kept)


def make_key(reads: Reads) -> KeyOf:
    if WHOLE in reads:
        return key_of_value
    each = make_key(reads[EACH]) if EACH in reads else None
    parts = [(name, make_key(below)) for name, below in reads.items() if name != EACH]

    def key_of(value: Any, kept: list[Any]) -> Hashable:
        if not isinstance(value, dict | list):
            return key_of_value(value, kept)
        if each is None:
            return _key_of_parts(value, parts, kept)
        if parts:  # read both as a list and by name: rare, and never equal by chance
            return key_of_value(value, kept)
        return (type(value), *[each(element, kept) for element in value])

    return key_of


def _key_of_parts(value: Any, parts: list[tuple[str, KeyOf]], kept: list[Any]) -> Hashable:
    if isinstance(value, list):
        return key_of_value(value, kept)
    return tuple([part(value[name], kept) if name in value else ABSENT for name, part in parts])


def key_of_value(value: Any, kept: list[Any]) -> Hashable:
    """1, 1.0 and True are not the same to a rule."""
    if type(value) is str:
        return value
    if value is None or isinstance(value, bool | int | float):
        return type(value), value
    kept.append(value)
    return id(value)
