"""Solve: the fewest faults that explain all slow samples together.

Faults are taken one after the other, each time the one that makes what was measured most
likely at the least price (minimum description length). What a fault explains counts for
nobody else any more, so a good node is not blamed for having met bad ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import log
from statistics import median

from podsys.core.locate.claim import Claim
from podsys.core.locate.evidence import Evidence, Sample
from podsys.core.locate.fabric import Fabric, Part
from podsys.core.locate.nested import merge_nested
from podsys.core.locate.noise import SPREAD, Noise

# Fewer samples that are slow for no reason do not tell how often chance strikes.
ENOUGH_CHANCE = 20
# So many standard deviations above the level of what is slow, a value is another matter.
FAST = 5.0
# A switch is to blame when this share of its members suffers.
MOST_MEMBERS = 0.8
LEAST_MEMBERS = 3
LEAST_PARTNERS = 2


@dataclass(frozen=True, slots=True)
class Solution:
    evidence: Evidence
    claims: tuple[Claim, ...]
    unexplained: tuple[int, ...]

    def by_chance(self, times: int) -> float:
        """How many pairs of this run chance alone should make slow so many times."""
        return len(self.evidence.samples) * self.evidence.noise.transients**times


def solve(samples: Sequence[Sample], fabric: Fabric, noise: Noise) -> Solution:
    """Once more when chance turned out to strike more often than was assumed."""
    found = _solve(Evidence(samples, fabric, noise))
    chance = len(found.unexplained)
    if chance >= ENOUGH_CHANCE and chance > 2 * noise.transients * len(samples):
        noise = replace(noise, transients=chance / len(samples))
        found = _solve(Evidence(samples, fabric, noise))
    return found


def _solve(evidence: Evidence) -> Solution:
    good = _good_nodes(evidence)
    open_claims: dict[Part, Claim | None] = {}
    claims: list[Claim] = []
    while True:
        for part in evidence.members.keys() - open_claims.keys():
            open_claims[part] = weigh(evidence, part, good)
        best = max(filter(None, open_claims.values()), key=_rank, default=None)
        if best is None:
            claims_left = merge_nested(evidence, claims)
            return Solution(evidence, claims_left, tuple(evidence.all_slow()))
        claims.append(best)
        for part in _explain(evidence, best):
            open_claims.pop(part, None)


def _rank(claim: Claim) -> tuple[bool, float, int, Part]:
    """What is always slow first: it leaves less to what is slow now and then.

    But not one path: the two or three attempts on it may all have met a node that flickers.
    """
    first = claim.steady and not claim.is_path
    return first, round(claim.gain, 6), len(claim.witnesses), claim.part


def weigh(evidence: Evidence, part: Part, good: frozenset[str]) -> Claim | None:
    """What blaming this part would gain, or None when there is no ground for it."""
    slow = evidence.slow(part)
    if len(slow) < 2:
        return None
    own = evidence.members[part]
    level = median(evidence.x[i] for i in slow)
    shown = [i for i in own if evidence.level[i] > level or evidence.is_slow(i)]
    seen, fast = len(shown), sum(evidence.x[i] > level + FAST * evidence.noise.sigma for i in shown)
    price = evidence.prices[part.kind]
    steady = _gain_steady(evidence, own, level) - price if 2 * len(slow) >= seen else 0.0
    gain = steady if steady > 0 else _gain_flicker(evidence, len(slow), seen) - price
    if gain <= 0 or not _is_broad(evidence, part, slow):
        return None
    partners = evidence.partners(part, slow)
    witnesses, is_path = frozenset(partners & good), part.kind == "link" and len(partners) == 2
    if part.kind in ("node", "rail") and not witnesses:
        return None
    return Claim(part, steady > 0, level, tuple(slow), seen, fast, gain, witnesses, is_path)


def _is_broad(evidence: Evidence, part: Part, slow: Iterable[int]) -> bool:
    """A node is slow with several partners, a switch with most of its members."""
    if part.kind == "switch":
        hit = evidence.members_hit(part, slow)
        members = evidence.members_hit(part, evidence.members[part])
        return len(hit) >= max(LEAST_MEMBERS, MOST_MEMBERS * len(members))
    return part.kind == "link" or len(evidence.partners(part, slow)) >= LEAST_PARTNERS


def _gain_steady(evidence: Evidence, own: Iterable[int], level: float) -> float:
    """Less the price of having chosen the level to fit."""
    noise, gain = evidence.noise, -log(evidence.noise.peak / SPREAD)
    for i in own:
        if level < evidence.level[i]:
            x = evidence.x[i]
            gain += noise.log_likelihood(x, level) - noise.log_likelihood(x, evidence.level[i])
    return gain


def _gain_flicker(evidence: Evidence, slow: int, seen: int) -> float:
    """Slow in a share of the samples by its own fault, rather than by chance."""
    share, chance = min(slow / seen, 0.95), evidence.noise.transients
    if share <= chance:
        return 0.0
    return slow * log(share / chance) + (seen - slow) * log((1 - share) / (1 - chance))


def _explain(evidence: Evidence, claim: Claim) -> set[Part]:
    """Accept it; the answer names the parts that must be weighed anew."""
    changed = evidence.members[claim.part] if claim.steady else claim.slow
    for i in changed:
        if claim.steady:
            evidence.level[i] = min(evidence.level[i], claim.level)
        else:
            evidence.excused.add(i)
    return {part for i in changed for part in evidence.fabric.parts(evidence.samples[i].pair)}


def _good_nodes(evidence: Evidence) -> frozenset[str]:
    """Nodes with a sample that nothing slowed down."""
    fine = (s.pair for i, s in enumerate(evidence.samples) if not evidence.is_slow(i))
    return frozenset(end[0] for pair in fine for end in pair)
