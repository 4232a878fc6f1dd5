"""What measuring pairs takes: rounds that are left, and seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from podsys.commands.check_session import CheckCluster
from podsys.core.locate.forecast import forecast_pairs
from podsys.core.rounds import Pair, plan_rounds, share_rounds
from podsys.core.topology import leaves_of
from podsys.model.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds that one turn takes, usually and where a node hangs, and how many pairs it has."""

    usual_s: float
    hung_s: float
    at_once: int

    def turns(self, nodes: int) -> int:
        """In which all pairs of one round are measured."""
        return max(1, ceil(nodes // 2 / self.at_once))

    def round_s(self, nodes: int) -> float:
        return self.turns(nodes) * self.usual_s


def count_at_once(cluster: CheckCluster) -> int:
    """Pairs that can be held at a time: both ends of each need a connection."""
    room = max(cluster.spec.ssh.fan_out, len(cluster.nodes))
    return max(1, min(512, room) // 2)


def forecast_rounds(
    cluster: CheckCluster, check: str, nodes: Sequence[str], pace: Pace
) -> Forecast:
    """What measuring pairs of these nodes takes, without what is known of an earlier run."""
    count, most = len(nodes), cluster.spec.accept.max_rounds
    hung_s = pace.turns(count) * pace.hung_s
    whole = forecast_pairs(count, most, pace.round_s(count), hung_s)
    known = cluster.measured_before(check)
    if not known:
        return whole
    done = {frozenset(one.nodes) for one in known if one.value is not None}
    planned, leaves = share_rounds(count, most).planned, leaves_of(cluster.spec)
    left = len(list_rounds(nodes, planned, leaves, lambda pair: frozenset(pair) in done))
    usual_s = left * pace.round_s(count)
    return replace(whole, usual_s=usual_s, text=f"{left} of {planned} rounds are left")


def list_rounds(
    nodes: Iterable[str], rounds: int, leaves: Mapping[str, str], is_known: Callable[[Pair], bool]
) -> list[list[Pair]]:
    """Planned rounds without pairs that are known, and without those of which nothing is left."""
    planned = plan_rounds(sorted(nodes), rounds, leaves)
    left = ([pair for pair in pairs if not is_known(pair)] for pairs in planned)
    return [pairs for pairs in left if pairs]
