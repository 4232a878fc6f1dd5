"""Slurm's srun: one rank a node, on the nodes named, started by a node that has Slurm's tools.

Nodes must have in Slurm the names that they have in cluster.yaml.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from podsys.core.launchers.guard import guard
from podsys.core.launchers.mpirun import wrap_program
from podsys.core.launchers.ranks import Placement

# How long it may wait for nodes that others use; then the collective is unknown, not failed.
WAIT_S = 60
GRACE_S = 10
# Open MPI of the distributions speaks one of these; Slurm is asked which it has.
WIRE_UPS = ("pmix", "pmi2")


@dataclass(frozen=True, slots=True)
class SrunJob:
    nodes: Sequence[str]
    program: str
    limit_s: int

    def command(self) -> str:
        """srun ends its ranks when it is ended itself, and Slurm those of a srun that is gone."""
        known = " ".join(WIRE_UPS)
        choose = (
            f"mpi=none; has=$(srun --mpi=list 2>&1); for one in {known}; do "
            'case " "$(echo $has)" " in *" $one "*) mpi=$one; break ;; esac; done'
        )
        words = shlex.join(self.argv()).replace("--mpi=CHOSEN", "--mpi=$mpi")
        return guard(f"{choose}; exec {words}", self.limit_s + WAIT_S + GRACE_S)

    def argv(self) -> list[str]:
        count = str(len(self.nodes))
        place = ["--nodes", count, "--ntasks", count, "--ntasks-per-node", "1"]
        place += ["--nodelist", ",".join(self.nodes)]
        end = ["--time", str(ceil(self.limit_s / 60)), "--kill-on-bad-exit=1", "--wait=5"]
        words = ["srun", "--job-name", "podsys", f"--immediate={WAIT_S}", *place, *end]
        return [*words, "--mpi=CHOSEN", "python3", "-c", wrap_program(self.program)]


def make_job(placement: Placement, program: str, limit_s: int) -> SrunJob:
    return SrunJob(list(placement.addresses), program, limit_s)
