"""podsys-node under a real Slurm, on one practice node that is controller and worker at once."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from podsys import lab
from podsys.effects.node_program import pack_node
from tests.lab.practice import needs_nodes
from tests.lab.slurm import Slurm
from tests.node.alone.alone_sample import make_judge

pytestmark = needs_nodes
NODE = "n001"
SLURM = Slurm(f"t-slurm-{os.getpid()}", {NODE: "127.0.0.1"})
sh, put, wait_until_idle = SLURM.sh, SLURM.put, SLURM.wait_until_idle


@pytest.fixture(scope="module")
def slurm() -> Iterator[None]:
    """`good` and `bad` are podsys-node that finds nothing, and a fault that blocks."""
    try:
        lab.up(1, SLURM.lab)
        SLURM.start()
        put("/root/good", pack_node(make_judge("<")))
        put("/root/bad", pack_node(make_judge(">")))
        yield
    finally:
        lab.down(SLURM.lab)


def reason() -> str:
    return sh("scontrol show node -o | sed -n 's/.*Reason=//p'")


def test_its_own_drain_comes_and_goes(slurm: None) -> None:
    assert "drained: small: " in sh("/root/bad --health-check")
    assert sh("sinfo -h -o %T") == "drained"
    assert reason().startswith("podsys: small: ")
    assert "is drained already" in sh("/root/bad --health-check")
    assert "resumed" in sh("/root/good --health-check")
    wait_until_idle()


def test_a_drain_of_somebody_else_stays(slurm: None) -> None:
    sh(f"scontrol update nodename={NODE} state=drain reason='bad cable, ticket=7'")
    assert "somebody else's" in sh("/root/bad --health-check")
    assert "somebody else's" in sh("/root/good --health-check")
    assert reason().startswith("bad cable, ticket=7")
    assert sh("sinfo -h -o %T") == "drained"
    sh(f"scontrol update nodename={NODE} state=resume")
    wait_until_idle()


def test_the_prolog_keeps_a_job_away(slurm: None) -> None:
    put("/root/prolog", b"#!/bin/sh\nexec /root/bad --slurm-prolog > /root/said\n")
    sh("echo Prolog=/root/prolog >> /etc/slurm/slurm.conf; scontrol reconfigure; sleep 1")
    assert "prolog failed" in sh("timeout 20 srun -N1 hostname 2>&1; scancel -u root")
    assert sh("cat /root/said").startswith("podsys: small: ")
    assert "DRAIN" in sh("scontrol show node -o")
    assert "somebody else's" in sh("/root/good --health-check")


def test_a_controller_that_is_gone_hangs_nothing(slurm: None) -> None:
    sh("systemctl stop slurmctld")
    assert "could not be told to Slurm: scontrol " in sh("/root/bad --health-check")
