"""P2P slower than the copy through the host is the mark of an IOMMU or ACS (nccl#814)."""

from __future__ import annotations

from collections.abc import Iterable

from podsys.model.output import Figure


def find_slow_peers(figures: Iterable[Figure]) -> list[str]:
    known = {(one.metric, one.subject): one.value for one in figures if one.value is not None}
    return [
        f"{subject}: P2P {value:g} GB/s is slower than the copy through the host"
        f" ({staged:g}): an IOMMU or ACS stands in the way"
        for (metric, subject), value in known.items()
        if metric == "p2p_bw" and value < (staged := known.get(("p2p_bw_staged", subject), 0.0))
    ]
