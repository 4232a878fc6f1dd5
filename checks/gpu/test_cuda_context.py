"""GPUs that a program can use: the driver gives a context on each."""

import json
from pathlib import Path

import pytest

from podsys.effects.ssh import Command

PROGRAM = Path(__file__).with_name("cuda_context.py")
LIMIT_S = 90


@pytest.fixture(scope="module")
def answers(cluster, fleet):
    """What every node says; all are asked at once."""
    commands = {node: Command("python3 -", PROGRAM.read_bytes()) for node in cluster.nodes}
    return {answer.node: answer for answer in fleet.run_each(commands, LIMIT_S)}


@pytest.mark.check(
    id="gpu.cuda_context",
    level=2,
    suite="gpu",
    remedy="nvidia-smi and the kernel log of that node; then podsys deploy, and a reboot",
)
def test_cuda_context(host, answers):
    """The smallest program that needs driver, library, device files and GPU to go together."""
    answer = answers[host.backend.get_hostname()]
    if not answer.ok:
        said = answer.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(answer.error or (said or ["no answer"])[-1])
    found = json.loads(answer.stdout)
    if not found["here"]:
        pytest.skip("no NVIDIA GPU is on PCI")
    if found["library"]:
        pytest.skip(f"nothing to ask with: {found['library']}")
    judge(found)


def judge(found):
    devices = found["devices"]
    errors = [f"GPU {one['index']}: {one['error']}" for one in devices if one["error"]]
    broken = [one for one in devices if one["error"] and not one.get("busy")]
    if errors and not broken:
        raise RuntimeError(f"in use by others: {'; '.join(errors)}")
    assert not errors, "; ".join(errors).replace("GPU None: ", "")
    here = found["here"]
    assert len(devices) == here, f"CUDA sees {len(devices)} of {here} GPUs on PCI"
