"""nvbandwidth: copies between host and GPUs and between GPUs, by the copy engines."""

from __future__ import annotations

from podsys.core.launchers.node_tool import NodeTool, Way, count_gpus, needs_gpus
from podsys.model.facts import NodeFacts
from podsys.model.spec import Accept

HOST = ("host_to_device_memcpy_ce", "device_to_host_memcpy_ce")
# A single GPU has no peer: the tool would waive these, and a waived test is no pass.
PEER = ("device_to_device_memcpy_read_ce", "device_to_device_memcpy_write_ce")


def _copies(facts: NodeFacts, _accept: Accept) -> str:
    """JSON where this version has it."""
    tests = " ".join(HOST + (PEER if count_gpus(facts, ("10de",)) > 1 else ()))
    return f"json=; $tool --help 2>&1 | grep -q -e --json && json=-j; $tool $json -t {tests}"


TOOL = NodeTool(
    name="nvbandwidth",
    ways=(Way(("nvbandwidth",), _copies),),
    seconds=60,
    limit_s=600,
    remedy="lock a release that has it (docs/releases.md), or name its folder in accept.tools",
    find_reason=needs_gpus(1, "10de"),
    emulated=True,
)
