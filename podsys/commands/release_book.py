"""What is known of releases, and the lock read against it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from podsys.commands.faults import load_platforms
from podsys.core.judge.releases import judge_releases
from podsys.core.locked import locked_nodes, parse_lock
from podsys.core.release_choice import choose_releases
from podsys.core.releases import (
    ReleaseBook,
    parse_generations,
    parse_recipes,
    parse_releases,
    parse_rules,
    stem_of,
)
from podsys.effects.catalog import read_recipe_texts, read_release_texts, read_site_releases
from podsys.effects.workspace import Workspace, read_text
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.lock import Lock
from podsys.model.problem import raise_problems
from podsys.model.spec import ClusterSpec


@cache
def load_releases(root: Path | None = None) -> ReleaseBook:
    """Only when a cluster asks for a release: most commands need none of it.

    Those of the workspace `root` come beside podsys's own, or in the place of the same name.
    """
    releases, generations, matches = read_release_texts()
    own = read_site_releases(root) if root else {}
    names = {stem_of(file) for file in own}
    releases = {f: text for f, text in releases.items() if stem_of(f) not in names} | dict(own)
    known, faults = parse_generations(generations)
    rules, more = parse_rules(matches)
    found, still_more = parse_releases(releases, known, rules)
    recipes, of_recipes = parse_recipes(read_recipe_texts(root))
    raise_problems([*faults, *more, *still_more, *of_recipes])
    digests = {stem_of(f): hashlib.sha256(t.encode()).hexdigest() for f, t in releases.items()}
    return ReleaseBook(
        {one.id: one for one in found},
        {one.id: one for one in known},
        tuple(rules),
        digests,
        {one.id: one for one in recipes},
    )


def release_names(text: str, root: Path | None = None) -> list[str] | None:
    """What cluster.yaml may ask for; None, and nothing is read, where it asks for nothing."""
    return load_releases(root).names if has_releases(text) else None


def has_releases(text: str) -> bool:
    """Seen without reading the file as YAML: a wrong yes only costs the time to load the book."""
    return re.search(r"^release:(?! *\{\} *(#|$))", text, re.MULTILINE) is not None


def judge_locks(
    workspace: Workspace, spec: ClusterSpec, facts: Mapping[str, NodeFacts]
) -> list[Finding]:
    """Nothing where cluster.yaml asks for no release."""
    if not spec.release:
        return []
    lock = load_lock(workspace)
    reachable = {node: found for node, found in facts.items() if found.reachable}
    book = load_releases(workspace.root)
    chosen = choose_releases(spec, reachable, tuple(load_platforms().values()), book)
    return list(judge_releases(chosen, locked_nodes(lock.releases if lock else ())))


def load_lock(workspace: Workspace) -> Lock | None:
    """None without one, and for one from before releases; an impossible one is refused."""
    if not workspace.lock_file.exists():
        return None
    text = read_text(workspace.lock_file)
    if "\nreleases:" not in text:
        return None
    lock, problems = parse_lock(text, str(workspace.lock_file), load_releases(workspace.root))
    raise_problems(problems)
    return lock
