"""STREAM's triad on the memory of each GPU, by a program that the check sends.

BabelStream knows one GPU at a time and is packaged nowhere; the driver alone can do the same.
"""

from __future__ import annotations

from podsys.core.launchers.node_tool import NodeTool, needs_gpus

TOOL = NodeTool(
    name="gpu-memory",
    ways=(),
    seconds=10,
    limit_s=300,
    remedy="install python3",
    find_reason=needs_gpus(1, "10de"),
    emulated=True,
)
