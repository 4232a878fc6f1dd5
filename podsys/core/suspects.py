"""Suspects: all pairs solved jointly for the parts that explain the slow ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp

from podsys.core.locate.blame import Accused, accuse, accuse_link
from podsys.core.locate.evidence import Sample
from podsys.core.locate.fabric import End, EndPair, Fabric, Part
from podsys.core.locate.noise import fit_noise
from podsys.core.locate.solve import Solution, solve
from podsys.core.pairs import PairResult, pairs_by_node
from podsys.model.finding import Suspect

# As sure as one may be of a slow pair that has three explanations.
LEAST_CONFIDENCE = 0.333
# So few pairs of a run may look like this by chance before it needs another look.
RARE = 0.01
# Of the way from usual to slow: beyond it a good value deserves a second look.
LOW = 0.7


@dataclass(frozen=True, slots=True)
class Localised:
    """What the pairs say together.

    `accused` explain the slow pairs. `flickering` are pairs seen slow that nothing but chance
    explains, `shaky` ends with several of those, and `chancy` pairs that chance explains as well.
    `low` are pairs that are good, but nearer to slow than to usual. `unmeasured` names nodes
    about which the pairs say nothing, with the reason. `uniform` means that no pair is good, so
    that no node stands out.
    """

    accused: tuple[Accused, ...] = ()
    flickering: tuple[PairResult, ...] = ()
    shaky: frozenset[End] = frozenset()
    low: tuple[PairResult, ...] = ()
    chancy: frozenset[EndPair] = frozenset()
    good_ends: frozenset[End] = frozenset()
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    unmeasured_pairs: tuple[PairResult, ...] = ()
    uniform: bool = False

    @property
    def suspects(self) -> list[Suspect]:
        return sorted(
            (one.suspect for one in self.accused),
            key=lambda suspect: (-suspect.confidence, suspect.kind, suspect.id),
        )

    @property
    def touched(self) -> set[str]:
        """Nodes that something is said about beyond being good."""
        named = {node for one in self.accused for node in one.nodes}
        return named | {node for pair in self.flickering for node in pair.nodes}

    @property
    def good_nodes(self) -> frozenset[str]:
        return frozenset(node for node, _ in self.good_ends)


def find_suspects(
    pairs: Sequence[PairResult], slow_below: float, fabric: Fabric | None = None
) -> Localised:
    """What is explained jointly, and a link for each slow pair that nothing else explains."""
    measured = {end for pair in pairs if pair.values for end in pair.ends}
    nodes = {end[0] for end in measured}
    silent = {node for pair in pairs for node in pair.nodes} - nodes
    left_out = tuple(p for p in pairs if not p.values and silent.isdisjoint(p.nodes))
    own = pairs_by_node(pair for pair in pairs if not silent.isdisjoint(pair.nodes))
    unmeasured = {node: _why_missing(own[node]) for node in sorted(silent)}
    if len(nodes) > 2 and all(pair.state in ("slow", "missing") for pair in pairs):
        return Localised(unmeasured=unmeasured, unmeasured_pairs=left_out, uniform=True)
    found = _blame(pairs, slow_below, fabric or Fabric())
    hidden = {end[0] for end in measured - found.good_ends} - found.touched
    hidden -= {end[0] for end in found.good_ends}
    unmeasured |= {node: _why_hidden(node, pairs) for node in sorted(hidden)}
    return replace(found, unmeasured=unmeasured, unmeasured_pairs=left_out)


def _blame(pairs: Sequence[PairResult], slow_below: float, fabric: Fabric) -> Localised:
    """Claims first; then what is slow and unclaimed is a link, or chance."""
    solution = _solve(pairs, slow_below, fabric)
    claims = solution.claims if solution else ()
    blamed = {claim.part for claim in claims}
    slow = [pair for pair in pairs if pair.slow and blamed.isdisjoint(fabric.parts(pair.ends))]
    proofs = _count_good(pairs, {node for pair in slow for node in pair.nodes})
    accused = [accuse(solution.evidence, claim) for claim in claims] if solution else []
    links = {pair.ends: link for pair in slow if (link := _as_link(pair, proofs, solution))}
    accused += links.values()
    flickering = (pair for pair in slow if pair.ends not in links)
    alone = [*slow, *(pair for pair in pairs if pair.slow and fabric.link(pair.ends) in blamed)]
    return Localised(
        accused=tuple(accused),
        flickering=tuple(flickering),
        chancy=frozenset(p.ends for p in alone if solution and solution.by_chance(p.slow) > RARE),
        shaky=_find_shaky(slow),
        low=_find_low(pairs, solution, fabric) if solution else (),
        good_ends=_good_ends(pairs, fabric, blamed),
    )


def _as_link(
    pair: PairResult, proofs: Mapping[str, int], solution: Solution | None
) -> Accused | None:
    """A pair that was never fast, unless chance explains that as well."""
    link = accuse_link(pair, proofs, solution.by_chance(pair.slow) if solution else 0.0)
    return link if not pair.good and link.suspect.confidence >= LEAST_CONFIDENCE else None


def _solve(pairs: Sequence[PairResult], slow_below: float, fabric: Fabric) -> Solution | None:
    samples = [Sample(pair.ends, value) for pair in pairs for value in pair.values]
    noise = fit_noise([sample.value for sample in samples], slow_below)
    return solve(samples, fabric, noise) if noise else None


def _count_good(pairs: Iterable[PairResult], nodes: set[str]) -> Counter[str]:
    """Of how many good pairs each of these nodes is part."""
    good = (pair.nodes for pair in pairs if pair.values and not pair.slow)
    return Counter(node for both in good for node in both if node in nodes)


def _good_ends(pairs: Iterable[PairResult], fabric: Fabric, blamed: set[Part]) -> frozenset[End]:
    """Ends with a good pair, unless they are blamed: chance may make a slow node look well."""
    ends = {end for pair in pairs if pair.values and not pair.slow for end in pair.ends}
    return frozenset(end for end in ends if blamed.isdisjoint(fabric.own_parts(end)))


def _find_shaky(slow: Iterable[PairResult]) -> frozenset[End]:
    """Ends that were slow with several partners, too rarely to be blamed."""
    seen: set[End] = set()
    twice: set[End] = set()
    for pair in slow:
        twice.update(seen.intersection(pair.ends))
        seen.update(pair.ends)
    return frozenset(twice)


def _find_low(
    pairs: Iterable[PairResult], solution: Solution, fabric: Fabric
) -> tuple[PairResult, ...]:
    """Noise may lift a slow pair above the bound once; a second look is cheap."""
    noise = solution.evidence.noise
    limit = noise.usual * exp(LOW * noise.bound)
    blamed = {claim.part for claim in solution.claims}
    low = (p for p in pairs if p.values and not p.slow and sum(p.values) < limit * len(p.values))
    return tuple(pair for pair in low if blamed.isdisjoint(fabric.parts(pair.ends)))


def _why_missing(own: Sequence[PairResult]) -> str:
    reasons = list(dict.fromkeys(pair.problem for pair in own))
    return f"none of its {len(own)} pairs gave a measurement: {'; '.join(reasons[:3])}"


def _why_hidden(node: str, pairs: Iterable[PairResult]) -> str:
    partners = sorted({pair.other(node) for pair in pairs if node in pair.nodes})
    names = ", ".join(partners)
    return f"measured only with nodes that are suspect or gave nothing themselves ({names})"
