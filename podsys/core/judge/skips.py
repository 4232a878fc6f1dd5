"""Settings that do not apply: said once for each reason, with all nodes it holds for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from podsys.core.judge.items import SUITE
from podsys.model.finding import Finding
from podsys.model.status import Status

Skipped = Mapping[str, str]


def judge_skips(skipped: Mapping[str, Skipped], sources: Mapping[str, str]) -> list[Finding]:
    """`skipped`: by node, the reason of each setting that was left out there."""
    nodes_of: dict[tuple[str, str], list[str]] = {}
    for reasons, nodes in _group_shared(skipped):
        for entry in reasons.items():
            nodes_of.setdefault(entry, []).extend(nodes)
    return [
        Finding(
            id_,
            SUITE,
            tuple(sorted(nodes)),
            Status.SKIP,
            evidence=reason,
            source=sources.get(id_, ""),
        )
        for (id_, reason), nodes in nodes_of.items()
    ]


def _group_shared(skipped: Mapping[str, Skipped]) -> Iterable[tuple[Skipped, list[str]]]:
    """Equal nodes share what is skipped on them."""
    groups: dict[int, tuple[Skipped, list[str]]] = {}
    for node, reasons in skipped.items():
        groups.setdefault(id(reasons), (reasons, []))[1].append(node)
    return groups.values()
