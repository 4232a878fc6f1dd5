"""nccl-tests and rccl-tests within one node: all-reduce over all its GPUs, with every size checked.

Both have the same programs; which of them ran the output tells. NCCL's own lines say what the
number was made with: NVLS, GPUDirect, network.
"""

from __future__ import annotations

from podsys.core.launchers.node_tool import NodeTool, Way, count_gpus, needs_gpus
from podsys.model.facts import NodeFacts
from podsys.model.spec import Accept

# Bounds hold from 16 GiB on. Where the GPUs' memory is too small, the tests take what fits.
LEAST, MOST = "8M", "16G"


def _all_reduce(facts: NodeFacts, _accept: Accept) -> str:
    sizes = f"-b {LEAST} -e {MOST} -f 2"
    debug = "NCCL_DEBUG=INFO NCCL_DEBUG_SUBSYS=INIT,ENV,TUNING"
    return f"{debug} $tool {sizes} -g {count_gpus(facts)} -n 20 -w 5 -c 1"


TOOL = NodeTool(
    name="nccl-tests",
    ways=(Way(("all_reduce_perf",), _all_reduce),),
    seconds=45,
    limit_s=600,
    remedy="lock a release that has nccl-tests (rccl-tests for AMD): docs/releases.md; or name in"
    " accept.tools their folder, or one made by `pip install --target` of nvidia-nccl-cu12 (-cu13)",
    find_reason=needs_gpus(2, "10de", "1002"),
    emulated=True,
)
