"""What must agree between the parts of a release, whether in its file or in a lock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from podsys.core.versions import makers_part, numbers
from podsys.model.release import MatchRule


@dataclass(frozen=True, slots=True)
class Mismatch:
    """`component` is the one to look at; `text` names both sides and the reason."""

    rule: str
    component: str
    text: str
    remedy: str = ""


class Part(Protocol):
    """What rules look at; a release's component and a locked one both have it."""

    @property
    def version(self) -> str: ...
    @property
    def cuda(self) -> str | None: ...
    @property
    def built_against(self) -> tuple[str, ...]: ...


Parts = Mapping[str, Part]


def find_mismatches(parts: Parts, rules: Sequence[MatchRule]) -> list[Mismatch]:
    """In the order of the rules; a rule about parts that are not there holds."""
    return [mismatch for rule in rules for mismatch in _CHECKS[rule.must](parts, rule)]


def _equal(parts: Parts, rule: MatchRule) -> Iterator[Mismatch]:
    there = [name for name in rule.components if name in parts]
    for name in there[1:]:
        ours, first = makers_part(parts[name].version), makers_part(parts[there[0]].version)
        if ours != first:
            yield _mismatch(rule, name, f"{name} is {ours}, {there[0]} is {first}")


def _least(parts: Parts, rule: MatchRule) -> Iterator[Mismatch]:
    for name, other, bound in _pairs(parts, rule):
        if numbers(parts[other].version) < numbers(bound):
            found = f"{name} {parts[name].version} needs {other} {bound} or newer"
            yield _mismatch(rule, other, f"{found}, and it is {parts[other].version}")


def _follows(parts: Parts, rule: MatchRule) -> Iterator[Mismatch]:
    for name, other, wanted in _pairs(parts, rule):
        if not f"{makers_part(parts[other].version)}.".startswith(f"{wanted}."):
            found = f"{name} {parts[name].version} goes with {other} {wanted}"
            yield _mismatch(rule, other, f"{found}, and it is {parts[other].version}")


def _cuda_suffix(parts: Parts, rule: MatchRule) -> Iterator[Mismatch]:
    name, cuda = rule.component or "", _cuda_of(parts, rule.other)
    for package in _package_names(parts.get(name)) if cuda else ():
        suffix = re.search(r"-cuda(\d+)$", package)
        if suffix and int(suffix[1]) != numbers(cuda)[0]:
            yield _mismatch(rule, name, f"{package}, while {rule.other} is of CUDA {cuda}")


def _cuda_at_most(parts: Parts, rule: MatchRule) -> Iterator[Mismatch]:
    name, cuda = rule.component or "", _cuda_of(parts, rule.other)
    if name in parts and cuda and numbers(parts[name].version)[:2] > numbers(cuda)[:2]:
        text = f"{name} {parts[name].version} is newer than {rule.other}'s CUDA {cuda}"
        yield _mismatch(rule, name, text)


def _built_for(parts: Parts, rule: MatchRule) -> Iterator[Mismatch]:
    name, other = rule.component or "", rule.other or ""
    if name in parts and other in parts:
        built = re.search(r"\+cuda(\d+\.\d+)", parts[name].version)
        if built and numbers(built[1]) > numbers(parts[other].version)[:2]:
            text = f"{name} is built for CUDA {built[1]}, {other} is {parts[other].version}"
            yield _mismatch(rule, name, text)


def _present(parts: Parts, rule: MatchRule) -> Iterator[Mismatch]:
    name = rule.component or ""
    for other in parts[name].built_against if name in parts else ():
        if other not in parts:
            yield _mismatch(rule, name, f"{name} is built against {other}, which is not there")


_CHECKS: Mapping[str, Callable[[Parts, MatchRule], Iterator[Mismatch]]] = {
    "equal": _equal,
    "least": _least,
    "follows": _follows,
    "cuda_suffix": _cuda_suffix,
    "cuda_at_most": _cuda_at_most,
    "built_for": _built_for,
    "present": _present,
}


def _pairs(parts: Parts, rule: MatchRule) -> Iterator[tuple[str, str, str]]:
    """Both components and what the table says for this version of the first."""
    name, other = rule.component or "", rule.other or ""
    if name in parts and other in parts:
        for prefix, value in rule.table.items():
            if f"{parts[name].version}.".startswith(prefix):
                yield name, other, value


def _cuda_of(parts: Parts, name: str | None) -> str:
    return (parts[name].cuda or "") if name and name in parts else ""


def _package_names(part: object) -> list[str]:
    return [getattr(one, "name", one) for one in getattr(part, "packages", ())]


def _mismatch(rule: MatchRule, component: str, text: str) -> Mismatch:
    return Mismatch(rule.id, component, f"{rule.id}: {text}", rule.why)
