"""Retests: which pairs are worth measuring again to tell node from link from chance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from heapq import nsmallest

from podsys.core.locate.fabric import End, EndPair
from podsys.core.pairs import PairResult
from podsys.core.rounds import Pair, pack_rounds
from podsys.core.suspects import Localised

# A third attempt breaks every tie; more would only make the run longer.
ENOUGH_ATTEMPTS = 3


def retest_pairs(
    pairs: Sequence[PairResult], found: Localised, partners_each: int = 2
) -> list[EndPair]:
    """Doubtful links once more, and each doubtful end with partners known to be good.

    Most doubtful first, so that a caller with little time left can cut the list. Empty when
    everything has been seen twice alike or three times: measuring again would tell nothing.
    """
    settled = {pair.ends for pair in pairs if _is_settled(pair, found)}
    again = _doubtful_paths(pairs, found)
    again += [pair.ends for pair in found.unmeasured_pairs]
    doubtful = _doubtful_ends(pairs, found, {end for ends in settled for end in ends})
    flawed = {end for one in found.accused for end in one.ends} | found.shaky
    again += _with_good_partners(doubtful, pairs, found.good_ends - flawed, partners_each)
    return [ends for ends in dict.fromkeys(again) if ends not in settled]


def pack_retests(doubtful: Iterable[EndPair]) -> list[Pair]:
    """As many of these as fit into one round. Two nodes are measured on all their rails at once,
    as they were before: one rail alone would be faster than beside the others."""
    pairs = dict.fromkeys((one[0], other[0]) for one, other in doubtful)
    return next(iter(pack_rounds(pairs)), [])


def _is_settled(pair: PairResult, found: Localised) -> bool:
    """In a large fleet chance alone makes some pairs slow twice."""
    if pair.state == "slow" and pair.ends in found.chancy:
        return False
    return pair.slow - pair.good >= 2 or len(pair.values) >= ENOUGH_ATTEMPTS


def _doubtful_paths(pairs: Iterable[PairResult], found: Localised) -> list[EndPair]:
    """Never fast and slow most often first: one more attempt decides about those."""
    links = {one.ends for one in found.accused if one.suspect.kind == "link"}
    own = [pair for pair in pairs if pair.ends in links]
    doubtful = [*own, *found.flickering, *found.low]
    doubtful.sort(key=lambda pair: (pair.good > 0, -pair.slow, max(pair.values)))
    return [pair.ends for pair in doubtful]


def _doubtful_ends(pairs: Sequence[PairResult], found: Localised, sure: set[End]) -> Iterable[End]:
    """Those without a measurement, ends of links not known to be good, and the accused."""
    yield from (end for pair in pairs for end in pair.ends if end[0] in found.unmeasured)
    yield from sorted(found.shaky)
    for one in found.accused:
        if one.suspect.kind == "link":
            yield from (end for end in one.ends if end not in found.good_ends)
        elif one.suspect.kind != "switch":
            yield from (end for end in one.ends if end not in sure)


def _with_good_partners(
    doubtful: Iterable[End], pairs: Sequence[PairResult], good: Iterable[End], partners_each: int
) -> list[EndPair]:
    """Partners on the same rail that it has been measured with least; the work is spread."""
    attempts = {pair.ends: len(pair.values) for pair in pairs}
    of_rail: dict[str, list[End]] = defaultdict(list)
    for end in sorted(good):
        of_rail[end[1]].append(end)
    used: Counter[End] = Counter()
    chosen: list[EndPair] = []
    for end in dict.fromkeys(doubtful):
        fit = [other for other in of_rail[end[1]] if other[0] != end[0]]
        cost = {other: (used[other], attempts.get(_pair(end, other), 0)) for other in fit}
        for partner in nsmallest(partners_each, fit, cost.__getitem__):
            used[partner] += 1
            chosen.append(_pair(end, partner))
    return chosen


def _pair(one: End, other: End) -> EndPair:
    low, high = sorted((one, other))
    return low, high
