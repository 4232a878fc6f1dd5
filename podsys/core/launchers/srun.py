"""Slurm's srun: one rank a node, on the nodes named, started by a node that has Slurm's tools.

Nodes must have in Slurm the names that they have in cluster.yaml.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from podsys.core.launchers.guard import GRACE_S as KILL_S
from podsys.core.launchers.guard import guard
from podsys.core.launchers.mpirun import wrap_program
from podsys.core.launchers.open_mpi import choose_parameters
from podsys.core.launchers.ranks import Placement

# How long it may wait for nodes that others use; then the collective is unknown, not failed.
WAIT_S = 60
GRACE_S = 10
# Beyond a job's limit, until its command has ended however it went.
OVERHEAD_S = WAIT_S + GRACE_S + KILL_S
# Slurm lists plugins that cannot be loaded, so each is tried with a job that does nothing.
WIRE_UPS = ("pmix", "pmi2")
NO_WIRE_UP = "no MPI plugin of Slurm works (Debian: install libpmix-dev on all nodes)"
NOT_BEGUN = (NO_WIRE_UP, "Unable to allocate resources", "Unable to create step")
# Said beside it, and of more use to a person than "Requested nodes are busy".
BESIDE = ("Required node not available",)


@dataclass(frozen=True, slots=True)
class SrunJob:
    """`env` is set for all that it starts: Slurm hands it on to the ranks."""

    nodes: Sequence[str]
    program: str
    limit_s: int
    env: Mapping[str, str] = field(default_factory=dict)

    def command(self) -> str:
        """srun ends its ranks when it is ended itself, and Slurm those of a srun that is gone."""
        first = f"srun --immediate={WAIT_S} -N1 -n1 --nodelist {shlex.quote(self.nodes[0])}"
        tried = f"said=$({first} --mpi=$one true 2>&1)"
        choose = (
            f"for one in {' '.join(WIRE_UPS)}; do {tried} && {{ mpi=$one; break; }}; done; "
            f'[ -n "$mpi" ] || {{ printf "%s\n" "$said" "{NO_WIRE_UP}" >&2; exit 1; }}'
        )
        words = shlex.join(self.argv()).replace("--mpi=CHOSEN", "--mpi=$mpi")
        env = "".join(f"export {name}={shlex.quote(value)}; " for name, value in self.env.items())
        return env + guard(f"mpi=; {choose}; exec {words}", self.limit_s + WAIT_S + GRACE_S)

    def argv(self) -> list[str]:
        count = str(len(self.nodes))
        place = ["--nodes", count, "--ntasks", count, "--ntasks-per-node", "1"]
        place += ["--nodelist", ",".join(self.nodes)]
        # Nobody else works there meanwhile, and whatever Slurm hands out is ours: GPUs, memory.
        place += ["--exclusive", "--mem=0"]
        end = ["--time", str(ceil(self.limit_s / 60)), "--kill-on-bad-exit=1", "--wait=5"]
        words = ["srun", "--job-name", "podsys", f"--immediate={WAIT_S}", *place, *end]
        return [*words, "--mpi=CHOSEN", "python3", "-c", wrap_program(self.program)]

    def why_not_begun(self, said: str) -> str:
        """Nodes that others use, or that are drained, are nobody's fault."""
        lines = [line.strip() for line in said.splitlines()]
        told = [one for one in lines if any(words in one for words in NOT_BEGUN + BESIDE)]
        begun = not any(words in one for one in told for words in NOT_BEGUN)
        return "" if begun else "; ".join(dict.fromkeys(told))


def make_job(placement: Placement, program: str, limit_s: int) -> SrunJob:
    own = choose_parameters([*placement.addresses.values()])
    parameters = {f"OMPI_MCA_{name}": value for name, value in own.items()}
    return SrunJob(list(placement.addresses), program, limit_s, parameters | {**placement.env})
