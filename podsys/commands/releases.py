"""Releases settled: what cluster.yaml asks for, resolved by nodes into what the lock holds."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from podsys.commands.faults import load_platforms
from podsys.commands.release_book import load_lock, load_releases
from podsys.core.built_parts import explain_no_build
from podsys.core.document import read_document
from podsys.core.locked import digest_of, locked_nodes
from podsys.core.release_choice import Alike, Refusal, choose_releases, holds
from podsys.core.releases import ReleaseBook
from podsys.core.upgrade import Move, describe_move, find_moves
from podsys.core.versions import settle
from podsys.effects.resolve import resolve_packages
from podsys.effects.ssh import Fleet
from podsys.effects.workspace import Workspace, read_text
from podsys.errors import ExitCode, PodsysError
from podsys.model.facts import NodeFacts
from podsys.model.lock import LockedComponent, LockedRelease, LockedSystem
from podsys.model.nodeset import fold
from podsys.model.problem import InputProblemsError, Problem, raise_problems
from podsys.model.recipe import Recipe
from podsys.model.spec import ClusterSpec
from podsys.view.console import agree, out


@dataclass(frozen=True, slots=True)
class Settled:
    """What the lock shall hold; `waiting` are nodes of which nobody answered to say it."""

    releases: tuple[LockedRelease, ...] = ()
    moves: tuple[Move, ...] = ()
    waiting: tuple[str, ...] = ()


def settle_releases(
    workspace: Workspace,
    spec: ClusterSpec,
    facts: Mapping[str, NodeFacts],
    fleet: Fleet,
    reachable: Sequence[str],
    *,
    upgrade: bool,
) -> Settled:
    """What is locked stays as it is, unless cluster.yaml asks for another, or `upgrade` does."""
    if not spec.release and not workspace.lock_file.exists():
        return Settled()
    before = _locked_before(workspace, upgrade=upgrade)
    book = load_releases(workspace.root)
    groups, refusals = choose_releases(spec, facts, tuple(load_platforms().values()), book)
    _refuse(workspace, refusals)
    settled: list[LockedRelease] = []
    waiting: list[str] = []
    for group in groups:
        kept = None if upgrade else _kept(group, before.values())
        asked = next((node for node in group.nodes if node in reachable), None)
        if kept:
            settled.append(kept.model_copy(update={"nodes": fold(sorted(group.nodes))}))
        elif asked:
            settled.append(_lock(group, fleet, asked, book))
        else:
            waiting += group.nodes
            settled += _as_before(group.nodes, before)
    after = locked_nodes(settled)
    return Settled(tuple(settled), tuple(find_moves(before, after)), tuple(waiting))


def confirm_moves(settled: Settled, *, yes: bool, as_json: bool) -> None:
    """`init --upgrade` writes nothing before this was agreed to."""
    if not as_json:
        for move in settled.moves:
            out().print(describe_move(move), soft_wrap=True, markup=False, highlight=False)
        if not settled.moves:
            out().print("The lock holds what the releases and their archives have now.")
    if yes or not settled.moves:
        return
    if as_json or not sys.stdin.isatty():
        raise PodsysError("the lock would move and there is nobody to ask", "add --yes")
    if not agree("Write this into podsys.lock?"):
        raise PodsysError("nothing was changed", "", ExitCode.FAILED)


def _locked_before(workspace: Workspace, *, upgrade: bool) -> dict[str, LockedRelease]:
    """An impossible lock stops everything but the upgrade, which makes it anew."""
    try:
        lock = load_lock(workspace)
    except InputProblemsError:
        if not upgrade:
            raise
        return {}
    return locked_nodes(lock.releases if lock else ())


def _kept(group: Alike, before: Iterable[LockedRelease]) -> LockedRelease | None:
    """The entry that holds the same parts of the same release already."""
    return next((one for one in before if holds(one, group)), None)


def _as_before(
    nodes: Sequence[str], before: Mapping[str, LockedRelease]
) -> Iterable[LockedRelease]:
    """Each keeps what it had, until one of them answers."""
    entries: dict[int, list[str]] = {}
    for node in nodes:
        if node in before:
            entries.setdefault(id(before[node]), []).append(node)
    for names in entries.values():
        yield before[names[0]].model_copy(update={"nodes": fold(sorted(names))})


def _lock(group: Alike, fleet: Fleet, node: str, book: ReleaseBook) -> LockedRelease:
    wanted = {n: (one.version, one.packages) for n, one in group.components.items()}
    packages = resolve_packages(fleet, node, wanted)
    recipes, unbuilt = _find_recipes(group, book)
    components = {
        name: LockedComponent(
            version=settle(
                one.version, (p.version for p in packages[name] if p.name in one.packages)
            ),
            flavour=one.flavour,
            cuda=one.cuda,
            built_against=one.built_against,
            packages=packages[name],
            artifacts=tuple(a for a in one.artifacts if group.arch in a.arch),
            recipe=recipes.get(name),
        )
        for name, one in group.components.items()
    }
    system = group.release.system
    return LockedRelease(
        release=group.release.id,
        sha256=book.digests[group.release.id],
        nodes=fold(sorted(group.nodes)),
        system=LockedSystem.model_validate(
            {"os": system.os, "version": system.version, "arch": group.arch}
        ),
        digest=digest_of(components),
        components=components,
        left_out={**group.left_out, **unbuilt},
    )


def _find_recipes(group: Alike, book: ReleaseBook) -> tuple[dict[str, Recipe], dict[str, str]]:
    """Of the parts that come as sources; and why others among them are not built."""
    found: dict[str, Recipe] = {}
    unbuilt: dict[str, str] = {}
    parts, system = group.components, group.release.system.os
    for name, component in parts.items():
        recipe = None if component.packages else book.recipes.get(name)
        if recipe and (reason := explain_no_build(recipe, parts, system, group.arch)):
            unbuilt[name] = f"it is locked and not built: {reason}"
        elif recipe:
            found[name] = recipe
    return found, unbuilt


def _refuse(workspace: Workspace, refusals: Sequence[Refusal]) -> None:
    """All of them, each once with its nodes, at its line of cluster.yaml."""
    if not refusals:
        return
    file = workspace.cluster_file
    document = read_document(read_text(file) if file.exists() else "", str(file))
    nodes: dict[tuple[str, str, str], list[str]] = {}
    for one in refusals:
        nodes.setdefault((one.key, one.message, one.hint), []).append(one.node)
    raise_problems(
        [
            Problem(str(file), document.line_of(("release", key)), f"{fold(names)}: {text}", hint)
            for (key, text, hint), names in nodes.items()
        ]
    )
