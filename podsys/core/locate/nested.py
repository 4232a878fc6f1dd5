"""Nested claims: a part that seems always slow only because something wider flickers.

Of a switch that is slow in a third of its measurements, some rail is slow every time by
chance. Such a rail is no fault of its own, and what it showed belongs to the switch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import comb

from podsys.core.locate.claim import Claim
from podsys.core.locate.evidence import Evidence

# More often than this in a run, what flickers makes a part of it look so slow.
RARE = 0.01
MOST = 0.9


def merge_nested(evidence: Evidence, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims, each flickering one with what it explains of narrower ones."""
    kept = list(claims)
    for wide in [claim for claim in claims if claim.intermittent]:
        inner = [claim for claim in kept if _is_part_of(evidence, claim, wide)]
        slow = tuple(i for claim in inner for i in claim.slow)
        grown = replace(
            wide,
            slow=wide.slow + slow,
            seen=wide.seen + sum(claim.seen for claim in inner),
            fast=wide.fast + sum(claim.fast for claim in inner),
        )
        kept = [grown if claim is wide else claim for claim in kept if claim not in inner]
    return tuple(kept)


def _is_part_of(evidence: Evidence, claim: Claim, wide: Claim) -> bool:
    if claim is wide or claim.seen >= wide.seen:
        return False
    members = set(evidence.members[wide.part])
    inside = sum(i in members for i in claim.slow)
    return inside >= MOST * len(claim.slow) and _by_chance(claim, wide) > RARE


def _by_chance(claim: Claim, wide: Claim) -> float:
    """How many groups of so many samples should be so slow, if all flicker alike."""
    share, seen = len(wide.slow) / wide.seen, claim.seen
    chances = (
        comb(seen, k) * share**k * (1 - share) ** (seen - k)
        for k in range(len(claim.slow), seen + 1)
    )
    return wide.seen / seen * sum(chances)
