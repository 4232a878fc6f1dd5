"""Suspects: all pairs solved jointly for the parts that explain the slow ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from podsys.core.locate.blame import Accused, accuse, accuse_link
from podsys.core.locate.evidence import Sample
from podsys.core.locate.fabric import End, Fabric, Part
from podsys.core.locate.noise import fit_noise
from podsys.core.locate.solve import Solution, solve
from podsys.core.pairs import PairResult, pairs_by_node
from podsys.model.finding import Suspect


@dataclass(frozen=True, slots=True)
class Localised:
    """What the pairs say together.

    `accused` explain the slow pairs. `flickering` are pairs slow at times that nothing explains,
    `shaky` ends with several of those. `unmeasured` names nodes about which the pairs say
    nothing, with the reason. `uniform` means that no pair is good, so that no node stands out.
    """

    accused: tuple[Accused, ...] = ()
    flickering: tuple[PairResult, ...] = ()
    shaky: frozenset[End] = frozenset()
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
    def good_nodes(self) -> frozenset[str]:
        return frozenset(node for node, _ in self.good_ends)


def find_suspects(
    pairs: Sequence[PairResult], slow_below: float, fabric: Fabric | None = None
) -> Localised:
    """What is explained jointly, and a link for each slow pair that nothing else explains."""
    of_node = pairs_by_node(pairs)
    measured = {node for pair in pairs if pair.values for node in pair.nodes}
    silent = {node: _why_missing(own) for node, own in of_node.items() if node not in measured}
    left_out = tuple(
        pair for pair in pairs if not pair.values and not silent.keys() & {*pair.nodes}
    )
    if len(measured) > 2 and all(pair.state in ("slow", "missing") for pair in pairs):
        return Localised(unmeasured=silent, unmeasured_pairs=left_out, uniform=True)
    return _blame(pairs, slow_below, fabric or Fabric(), silent, left_out)


def _blame(
    pairs: Sequence[PairResult],
    slow_below: float,
    fabric: Fabric,
    silent: Mapping[str, str],
    left_out: tuple[PairResult, ...],
) -> Localised:
    solution = _solve(pairs, slow_below, fabric)
    claims = solution.claims if solution else ()
    blamed = {claim.part for claim in claims}
    slow = [pair for pair in pairs if pair.slow and blamed.isdisjoint(fabric.parts(pair.ends))]
    good = _good_ends(pairs, fabric, blamed)
    of_end = _count_good(pairs)
    accused = [accuse(solution.evidence, claim) for claim in claims] if solution else []
    accused += [accuse_link(pair, of_end) for pair in slow if pair.state == "slow" and not pair.good]
    flickering = tuple(pair for pair in slow if pair.good)
    named = {node for one in accused for node in one.nodes}
    named |= {node for pair in flickering for node in pair.nodes}
    measured = {end[0] for pair in pairs if pair.values for end in pair.ends}
    hidden = {
        node: _why_hidden(node, pairs) for node in measured - {end[0] for end in good} - named
    }
    shaky = _find_shaky(slow)
    return Localised(tuple(accused), flickering, shaky, good, {**silent, **hidden}, left_out)


def _solve(pairs: Sequence[PairResult], slow_below: float, fabric: Fabric) -> Solution | None:
    samples = [Sample(pair.ends, value) for pair in pairs for value in pair.values]
    noise = fit_noise([sample.value for sample in samples], slow_below)
    return solve(samples, fabric, noise) if noise else None


def _count_good(pairs: Iterable[PairResult]) -> dict[str, int]:
    """Of how many good pairs each node is part."""
    found: dict[str, int] = {}
    for pair in pairs:
        if pair.state == "good":
            for node in pair.nodes:
                found[node] = found.get(node, 0) + 1
    return found


def _good_ends(
    pairs: Iterable[PairResult], fabric: Fabric, blamed: set[Part]
) -> frozenset[End]:
    """Ends with a good pair, unless they are blamed: chance may make a slow node look well."""
    ends = {end for pair in pairs if pair.state == "good" for end in pair.ends}
    return frozenset(end for end in ends if blamed.isdisjoint(fabric.own_parts(end)))


def _find_shaky(slow: Iterable[PairResult]) -> frozenset[End]:
    """Ends that were slow with several partners, too rarely to be blamed."""
    seen: set[End] = set()
    twice: set[End] = set()
    for pair in slow:
        twice.update(seen.intersection(pair.ends))
        seen.update(pair.ends)
    return frozenset(twice)


def _why_missing(own: Sequence[PairResult]) -> str:
    reasons = list(dict.fromkeys(pair.problem for pair in own))
    return f"none of its {len(own)} pairs gave a measurement: {'; '.join(reasons[:3])}"


def _why_hidden(node: str, pairs: Iterable[PairResult]) -> str:
    partners = sorted({pair.other(node) for pair in pairs if node in pair.nodes})
    names = ", ".join(partners)
    return f"measured only with nodes that are suspect or gave nothing themselves ({names})"
