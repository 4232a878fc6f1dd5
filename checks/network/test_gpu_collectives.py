"""All GPUs of all nodes at once: NCCL or RCCL over the fabric, by the standard tests or alone."""

from pathlib import Path

import pytest

from podsys.commands.collectives import takes
from podsys.commands.gpu_ranks import all_have, demand_gpus, have_gpus
from podsys.commands.sent_programs import read_program
from podsys.core.launchers.nccl import TOOL as WITHIN
from podsys.core.launchers.node_tool import FOLDERS
from podsys.model.forecast import Forecast

OPERATIONS = ("all_reduce", "all_gather", "reduce_scatter", "alltoall")
LIMIT_S = 900
NOTHING = Forecast(0.1, 60, "no node has GPUs")
TESTS = Path(__file__).with_name("start_nccl.py")
ALONE = read_program(Path(__file__).parents[1] / "node" / "nccl_collective.py")


def forecast(cluster):
    usual, most = 60 * len(OPERATIONS), LIMIT_S * len(OPERATIONS)
    return takes(usual, most) if have_gpus(cluster) else NOTHING


@pytest.mark.check(
    id="network.gpu_collectives",
    level=4,
    suite="network",
    takes=forecast,
    remedy="podsys accept --level 2 for each node, --level 3 for rails; then NCCL_DEBUG=INFO",
)
def test_gpu_collectives(cluster, fleet, run_collective):
    gpus, tools = str(demand_gpus(cluster, WITHIN)), cluster.spec.accept.tools
    tests = all_have(cluster, fleet, f"{OPERATIONS[0]}_perf")
    program, folders = TESTS.read_text(encoding="utf-8"), ":".join([*tools, *FOLDERS])
    for operation in OPERATIONS:
        words = [folders, f"{operation}_perf", gpus] if tests else [operation, "nodes", *tools]
        sent = program if tests else ALONE
        run_collective(sent, *words, limit_s=LIMIT_S, of_platform=True)
