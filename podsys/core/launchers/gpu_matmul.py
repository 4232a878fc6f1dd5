"""Products of matrices in each precision, by a program for PyTorch that the check sends.

It has the makers' own libraries for this (cuBLAS, hipBLASLt), and is where training runs anyway.
"""

from __future__ import annotations

from podsys.core.launchers.node_tool import NodeTool, needs_gpus

TOOL = NodeTool(
    name="gpu-matmul",
    ways=(),
    seconds=60,
    limit_s=600,
    remedy="name in accept.tools a virtual environment with PyTorch",
    find_reason=needs_gpus(1, "10de", "1002"),
    emulated=True,
)
