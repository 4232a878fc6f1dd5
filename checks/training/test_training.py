"""All GPUs of all nodes train a small transformer together: how much of them does it use?"""

import json
import secrets
from pathlib import Path

import pytest

from podsys.commands.collectives import takes
from podsys.commands.gpu_ranks import demand_gpus, have_gpus
from podsys.commands.sent_programs import read_program
from podsys.commands.training import find_gpus, load_peaks, with_mfu
from podsys.core.launchers.training import SIZE, TOOL
from podsys.model.forecast import Forecast

PORTS = range(20000, 31000)
PROGRAM = read_program(Path(__file__).with_name("start_training.py"))
NOTHING = Forecast(0.1, 60, "no node has GPUs")


def forecast(cluster):
    return takes(TOOL.seconds, TOOL.limit_s) if have_gpus(cluster) else NOTHING


@pytest.mark.check(
    id="training.step",
    level=4,
    suite="training",
    takes=forecast,
    remedy="podsys accept --level 2: GPUs by themselves; --level 3: links; then NCCL_DEBUG=INFO",
)
def test_training(cluster, run_collective):
    asked = {
        "gpus": demand_gpus(cluster, TOOL),
        "addresses": list(cluster.addresses.values()),
        "port": secrets.choice(PORTS),
        "size": SIZE,
        "folders": cluster.spec.accept.tools,
    }
    gpus, peaks = find_gpus(cluster.facts[node] for node in cluster.nodes), load_peaks()
    run_collective(
        PROGRAM, json.dumps(asked), limit_s=TOOL.limit_s, of_platform=True, alone=True,
        refine=lambda output: with_mfu(output, gpus, peaks),
    )  # fmt: skip
