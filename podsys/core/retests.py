"""Retests: which pairs are worth measuring again to tell node from link from chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import nsmallest

from podsys.core.pairs import PairResult
from podsys.core.rounds import Pair
from podsys.core.suspects import Localised

# A third attempt breaks every tie; more would only make the run longer.
ENOUGH_ATTEMPTS = 3


def retest_pairs(
    pairs: Sequence[PairResult], found: Localised, partners_each: int = 2
) -> list[Pair]:
    """Doubtful links once more, and each doubtful node with partners known to be good.

    Most doubtful first, so that a caller with little time left can cut the list. Empty when
    everything has been seen twice alike or three times: measuring again would tell nothing.
    """
    settled = {pair.nodes for pair in pairs if _is_settled(pair)}
    again = [pair for pair, _ in found.links]
    again += [pair.nodes for pair in pairs if pair.state == "mixed"]
    again += [pair.nodes for pair in found.unmeasured_pairs]
    ends = {node for pair, _ in found.links for node in pair}
    sure = {node for pair in settled for node in pair}
    doubtful = [*found.unmeasured, *sorted(ends - found.good_nodes)]
    doubtful += [suspect.id for suspect in found.bad_nodes if suspect.id not in sure]
    again += _with_good_partners(doubtful, pairs, sorted(found.good_nodes - ends), partners_each)
    return [pair for pair in dict.fromkeys(again) if pair not in settled]


def _is_settled(pair: PairResult) -> bool:
    return pair.slow - pair.good >= 2 or pair.slow + pair.good >= ENOUGH_ATTEMPTS


def _with_good_partners(
    doubtful: Sequence[str], pairs: Sequence[PairResult], good: Sequence[str], partners_each: int
) -> list[Pair]:
    """Partners it has been measured with least come first; the work is spread over them."""
    attempts = {pair.nodes: pair.good + pair.slow for pair in pairs}
    used: Counter[str] = Counter()
    chosen: list[Pair] = []
    for node in dict.fromkeys(doubtful):
        cost = {name: (used[name], attempts.get(_pair(node, name), 0)) for name in good}
        for partner in nsmallest(partners_each, good, cost.__getitem__):
            used[partner] += 1
            chosen.append(_pair(node, partner))
    return chosen


def _pair(one: str, other: str) -> Pair:
    low, high = sorted((one, other))
    return low, high
