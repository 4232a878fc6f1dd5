"""Faults and platforms of the catalog, read when a command needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import PurePath
from typing import Any

from podsys.core.fact_paths import Path, find_paths
from podsys.core.faults import CompiledFault, parse_faults
from podsys.core.platforms import parse_platforms
from podsys.effects.catalog import read_faults_texts, read_platforms_texts
from podsys.effects.program import list_sections
from podsys.model.platform import Platform
from podsys.model.problem import InputProblemsError


def load_faults(settings: Iterable[str]) -> tuple[CompiledFault, ...]:
    """All of them, or all that is wrong with them; `settings` are the ids they may name."""
    return _load_faults(frozenset(settings))


@cache
def _load_faults(settings: frozenset[str]) -> tuple[CompiledFault, ...]:
    faults, problems = parse_faults(read_faults_texts(), list_sections(), settings)
    if problems:
        raise InputProblemsError(problems)
    return tuple(faults)


@cache
def load_platforms() -> Mapping[str, Platform]:
    platforms, problems = parse_platforms(read_platforms_texts())
    if problems:
        raise InputProblemsError(problems)
    return {platform.id: platform for platform in platforms}


def platform_ids() -> list[str]:
    """Their files are named by them, so nothing has to be read."""
    return [PurePath(file).stem for file in read_platforms_texts()]


def fault_ids() -> list[str]:
    return [PurePath(file).stem for file in read_faults_texts()]


def describe_platform(platform: Platform) -> dict[str, Any]:
    """As rules read it; `pairs` maps a GPU's index to that of its nearest NIC."""
    pairs = {str(gpu): nic for gpu, nic in platform.pairs.items()}
    return platform.model_dump(mode="json") | {"pairs": pairs}


def paths_below(faults: Sequence[CompiledFault], name: str) -> set[Path]:
    """Every fact that some rule reads through `rates` or `fleet`."""
    trees = [list(fault.plain.values()) for fault in faults if name in fault.names]
    return {path for tree in trees for path in find_paths(tree, name)}
