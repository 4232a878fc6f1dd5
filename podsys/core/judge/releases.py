"""Is the lock what cluster.yaml asks for, on these machines as they are now?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from podsys.core.release_choice import Alike, Refusal, holds
from podsys.model.finding import Finding
from podsys.model.lock import LockedRelease
from podsys.model.status import Status

CHECK, SUITE = "release.locked", "passive"
REMEDY = "podsys init, then podsys deploy"


def judge_releases(
    chosen: tuple[Sequence[Alike], Sequence[Refusal]],
    locked: Mapping[str, LockedRelease],
) -> Iterator[Finding]:
    """`chosen` is what cluster.yaml and the facts ask for now; `locked`, by node, what is held.

    A lock that is behind never certifies: nobody said that its versions are the wanted ones.
    """
    groups, refusals = chosen
    for refusal in refusals:
        evidence = refusal.message
        yield _find((refusal.node,), Status.UNKNOWN, "", evidence, refusal.hint)
    for alike in groups:
        for found, nodes in _by_lock(alike, locked).items():
            yield _judge(alike, found, nodes)


def _by_lock(
    alike: Alike, locked: Mapping[str, LockedRelease]
) -> dict[tuple[str, bool], tuple[str, ...]]:
    """(release that is locked, does it hold what is asked for) -> nodes."""
    found: dict[tuple[str, bool], list[str]] = {}
    for node in alike.nodes:
        one = locked.get(node)
        key = (one.release if one else "", bool(one and holds(one, alike)))
        found.setdefault(key, []).append(node)
    return {key: tuple(nodes) for key, nodes in found.items()}


def _judge(alike: Alike, found: tuple[str, bool], nodes: tuple[str, ...]) -> Finding:
    release, is_held = found
    if is_held:
        return _find(nodes, Status.PASS, alike.release.id, alike.release.title, "")
    if not release:
        evidence = f"{alike.release.id} is asked for and not in podsys.lock"
    elif release != alike.release.id:
        evidence = f"cluster.yaml asks for {alike.release.id}, podsys.lock has {release}"
    else:
        evidence = f"the machine needs other parts of {release} than podsys.lock has"
    return _find(nodes, Status.UNKNOWN, alike.release.id, evidence, REMEDY)


def _find(
    nodes: tuple[str, ...], status: Status, expected: str, evidence: str, remedy: str
) -> Finding:
    return Finding(CHECK, SUITE, nodes, status, expected=expected, evidence=evidence, remedy=remedy)
