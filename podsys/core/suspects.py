"""Suspects: all pairs solved jointly for the nodes and links that explain the slow ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from podsys.core.pairs import PairResult, pairs_by_node
from podsys.core.rounds import Pair
from podsys.model.finding import Suspect

# A slow pair that nothing else speaks of has three explanations: either node, or the link.
UNDECIDABLE = 1 / 3
# When one end is known to be good, two are left.
HALF_DECIDED = 1 / 2


@dataclass(frozen=True, slots=True)
class Localised:
    """What the pairs say together.

    `unmeasured` names nodes about which they say nothing, with the reason. `uniform` means
    that no pair is good, so that no node stands out from the others.
    """

    bad_nodes: tuple[Suspect, ...] = ()
    links: tuple[tuple[Pair, Suspect], ...] = ()
    good_nodes: frozenset[str] = frozenset()
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    unmeasured_pairs: tuple[PairResult, ...] = ()
    uniform: bool = False

    @property
    def suspects(self) -> list[Suspect]:
        return sorted(
            [*self.bad_nodes, *(suspect for _, suspect in self.links)],
            key=lambda suspect: (-suspect.confidence, suspect.kind, suspect.id),
        )


def find_suspects(pairs: Sequence[PairResult]) -> Localised:
    """Nodes first, because one bad node explains many slow pairs; links from what is left."""
    of_node = pairs_by_node(pairs)
    good = frozenset(node for node, own in of_node.items() if _count(own, "good"))
    measured = {node for pair in pairs if pair.state != "missing" for node in pair.nodes}
    unmeasured = {node: _why_missing(own) for node, own in of_node.items() if node not in measured}
    left_out = tuple(
        pair for pair in pairs if pair.state == "missing" and not unmeasured.keys() & {*pair.nodes}
    )
    if len(measured) > 2 and all(pair.state in ("slow", "missing") for pair in pairs):
        return Localised(unmeasured=unmeasured, unmeasured_pairs=left_out, uniform=True)
    bad = _find_bad_nodes(of_node, good)
    links = tuple(_as_link(pair, of_node, good) for pair in _unexplained(pairs, bad))
    named = {node for pair, _ in links for node in pair}
    for node in measured - good - bad.keys() - named:
        if not _count(of_node[node], "mixed"):
            unmeasured[node] = _why_hidden(node, of_node[node])
    suspects = tuple(bad[node] for node in sorted(bad))
    return Localised(suspects, links, good, unmeasured, left_out)


def _find_bad_nodes(
    of_node: Mapping[str, Sequence[PairResult]], good: frozenset[str]
) -> dict[str, Suspect]:
    """Bad: no pair is good, two or more are slow, and a node known to be good saw it.

    The witness matters: a node that only met bad nodes looks bad too, and is not blamed.
    """
    found = {}
    for node, own in of_node.items():
        slow = [pair for pair in own if pair.state == "slow"]
        witnesses = [pair for pair in slow if pair.other(node) in good]
        if node not in good and len(slow) >= 2 and witnesses:
            found[node] = _blame(node, own, slow, witnesses)
    return found


def _blame(
    node: str,
    own: Sequence[PairResult],
    slow: Sequence[PairResult],
    witnesses: Sequence[PairResult],
) -> Suspect:
    """More good witnesses and fewer contradictions make it surer; it is never certain."""
    consistency = len(slow) / (len(slow) + _count(own, "mixed"))
    confidence = consistency * len(witnesses) / (len(witnesses) + 1)
    partners = ", ".join(pair.other(node) for pair in slow)
    evidence = (
        f"{len(slow)} of {len(slow) + _count(own, 'mixed')} measured pairs are slow "
        f"(with {partners}; worst {_worst(slow)}), "
        f"{len(witnesses)} of these partners are fast with others"
    )
    return Suspect("node", node, round(confidence, 3), evidence)


def _unexplained(pairs: Sequence[PairResult], bad: Mapping[str, Suspect]) -> list[PairResult]:
    return [pair for pair in pairs if pair.state == "slow" and not bad.keys() & {*pair.nodes}]


def _as_link(
    pair: PairResult, of_node: Mapping[str, Sequence[PairResult]], good: frozenset[str]
) -> tuple[Pair, Suspect]:
    known = [node for node in pair.nodes if node in good]
    proofs = min(_count(of_node[node], "good") for node in pair.nodes)
    if len(known) == 2:
        confidence = proofs / (proofs + 1)
        reason = "both nodes are fast with others"
    elif known:
        confidence = HALF_DECIDED
        suspect = pair.other(known[0])
        reason = f"{known[0]} is fast with others; the link or {suspect} is at fault"
    else:
        confidence = UNDECIDABLE
        reason = f"the link, {pair.nodes[0]} or {pair.nodes[1]}: no other pair decides"
    evidence = f"{pair.nodes[0]} and {pair.nodes[1]} reach only {_worst([pair])}; {reason}"
    return pair.nodes, Suspect("link", "--".join(pair.nodes), round(confidence, 3), evidence)


def _count(pairs: Sequence[PairResult], state: str) -> int:
    return sum(pair.state == state for pair in pairs)


def _worst(pairs: Sequence[PairResult]) -> str:
    return f"{min(pair.worst for pair in pairs if pair.worst is not None):.3g}"


def _why_missing(own: Sequence[PairResult]) -> str:
    reasons = list(dict.fromkeys(pair.problem for pair in own))
    return f"none of its {len(own)} pairs gave a measurement: {'; '.join(reasons[:3])}"


def _why_hidden(node: str, own: Sequence[PairResult]) -> str:
    partners = ", ".join(sorted(pair.other(node) for pair in own))
    return f"measured only with nodes that are suspect or gave nothing themselves ({partners})"
