"""dcgmi diag at run level 2: what NVIDIA's own diagnosis says of the GPUs in some two minutes."""

from __future__ import annotations

from podsys.core.launchers.node_tool import NodeTool, Way, needs_gpus
from podsys.model.facts import NodeFacts
from podsys.model.spec import Accept


def _diag(_facts: NodeFacts, _accept: Accept) -> str:
    return "$tool diag -r 2 -j"


TOOL = NodeTool(
    name="dcgm",
    ways=(Way(("dcgmi",), _diag),),
    seconds=150,
    limit_s=900,
    remedy="add dcgm to the release, or install datacenter-gpu-manager and start nvidia-dcgm",
    find_reason=needs_gpus(1, "10de"),
    emulated=True,
)
