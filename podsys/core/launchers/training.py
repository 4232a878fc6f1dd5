"""A training step over all GPUs, by torchrun: the model, and which nodes can take part."""

from __future__ import annotations

from podsys.core.launchers.node_tool import NodeTool, needs_gpus

# 814 million weights: with AdamW's state, gradients and activations they fit into 40 GB. The
# shape is that of a layer of larger models, wide enough to fill a GPU.
SIZE = {
    "layers": 12, "width": 2048, "heads": 16, "sequence": 2048, "batch": 4, "vocabulary": 50304,
}  # fmt: skip

TOOL = NodeTool(
    name="training",
    ways=(),  # torchrun is started by ranks, not by itself
    seconds=120,
    limit_s=600,
    remedy="name in accept.tools a virtual environment with PyTorch, on all nodes",
    find_reason=needs_gpus(1, "10de", "1002"),
    emulated=True,
)
