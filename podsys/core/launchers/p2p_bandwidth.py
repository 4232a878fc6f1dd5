"""p2pBandwidthLatencyTest of the CUDA samples: every GPU to every other, bandwidth and latency."""

from __future__ import annotations

from podsys.core.launchers.node_tool import NodeTool, Way, needs_gpus
from podsys.model.facts import NodeFacts
from podsys.model.spec import Accept


def _all_pairs(_facts: NodeFacts, _accept: Accept) -> str:
    return "$tool"


TOOL = NodeTool(
    name="p2pBandwidthLatencyTest",
    ways=(Way(("p2pBandwidthLatencyTest",), _all_pairs),),
    seconds=30,
    limit_s=300,
    remedy="install python3",
    find_reason=needs_gpus(2, "10de"),
    emulated=True,
)
