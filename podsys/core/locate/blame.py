"""Blame: a claim as a suspect, with evidence in words and a confidence that is never certainty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

from podsys.core.locate.claim import Claim
from podsys.core.locate.evidence import Evidence
from podsys.core.locate.fabric import End, name_path
from podsys.core.pairs import PairResult
from podsys.model.finding import Suspect

# A slow pair that nothing else speaks of has three explanations: either node, or the link.
UNDECIDABLE = 1 / 3
# When one end is known to be good, two are left.
HALF_DECIDED = 1 / 2
NAMES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Accused:
    """A suspect, the nodes that suffer, the slow ends, and whether it is slow only at times."""

    suspect: Suspect
    nodes: tuple[str, ...]
    ends: tuple[End, ...]
    worst: float | None
    intermittent: bool = False


def accuse(evidence: Evidence, claim: Claim) -> Accused:
    nodes, ends = _find_place(evidence, claim)
    values = [evidence.samples[i].value for i in claim.slow]
    text = f"{len(claim.slow)} of {claim.seen} measurements are slow ({_partners(evidence, claim)}"
    text += f"worst {min(values):.3g}, usual {evidence.noise.usual:.3g})"
    if claim.part.across:
        text += ", only those that leave the switch"
    if claim.intermittent:
        text = f"intermittent: {text}"
    if claim.witnesses:
        text += f"; {len(claim.witnesses)} of the partners are fast with others"
    suspect = Suspect(claim.part.kind, claim.part.id, _confidence(claim), text)
    return Accused(suspect, nodes, ends, min(values), claim.intermittent)


def accuse_link(pair: PairResult, good_pairs: Mapping[str, int], by_chance: float) -> Accused:
    """A pair that was slow whenever it was measured, and that nothing else explains.

    The surer, the fewer pairs chance should have made look the same (`by_chance`).
    """
    known = [node for node in pair.nodes if node in good_pairs]
    if len(known) == 2:
        proofs = min(good_pairs[node] for node in pair.nodes)
        confidence, reason = proofs / (proofs + 1), "both nodes are fast with others"
    elif known:
        confidence = HALF_DECIDED
        reason = f"{known[0]} is fast with others; the link or {pair.other(known[0])} is at fault"
    else:
        confidence = UNDECIDABLE
        reason = f"the link, {pair.nodes[0]} or {pair.nodes[1]}: no other pair decides"
    one, other = pair.nodes
    text = f"{one} and {other} reach only {pair.worst:.3g}; {reason}"
    suspect = Suspect(
        "link", name_path(*pair.ends), round(min(confidence, 1 / (1 + by_chance)), 3), text
    )
    return Accused(suspect, pair.nodes, pair.ends, pair.worst)


def _confidence(claim: Claim) -> float:
    """More witnesses and fewer contradictions make it surer."""
    witnesses = len(claim.witnesses) or len(claim.slow)
    sure = witnesses / (witnesses + 1) * (1 - exp(-claim.gain) / 2)
    return round(sure if claim.intermittent else sure * _agreement(claim), 3)


def _agreement(claim: Claim) -> float:
    return (len(claim.slow) + 1) / (claim.seen + 1)


def _find_place(evidence: Evidence, claim: Claim) -> tuple[tuple[str, ...], tuple[End, ...]]:
    """Whom the part belongs to: a node, the two nodes of a path, all nodes on a switch."""
    part = claim.part
    ends = Counter(end for i in claim.slow for end in evidence.samples[i].pair)
    if part.kind == "link":
        own = sorted(ends)
    else:
        own = sorted(end for end in ends if part in evidence.fabric.own_parts(end))
    return tuple(dict.fromkeys(node for node, _ in own)), tuple(own)


def _partners(evidence: Evidence, claim: Claim) -> str:
    if claim.part.kind == "link":
        return ""
    names = sorted(evidence.partners(claim.part, claim.slow))
    if not names:
        return ""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"with {', '.join(names[:NAMES_SHOWN])}{more}; "
