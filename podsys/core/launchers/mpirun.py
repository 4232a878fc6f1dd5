"""Open MPI's mpirun: one rank a node, TCP over the cluster's own network, ssh to the others."""

from __future__ import annotations

import base64
import shlex
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from podsys.core.launchers.open_mpi import choose_parameters
from podsys.core.launchers.ranks import Placement

# mpirun's own limit ends the ranks in order; the shell's limit ends a mpirun that hangs.
GRACE_S, KILL_S = 10, 5
# Rocky keeps Open MPI off the usual path.
MORE_PATHS = "/usr/lib64/openmpi/bin"
# Beyond a job's limit, until its command has ended however it went.
OVERHEAD_S = GRACE_S + KILL_S


@dataclass(frozen=True, slots=True)
class MpiJob:
    """A Python program to run on every address; the first one is where mpirun runs.

    `env` is set for all that it starts, so that it can be found. `scratch`: where Open MPI puts its
    files, which it leaves behind when it is killed.
    """

    addresses: Sequence[str]
    program: str
    limit_s: int
    as_root: bool
    ssh_port: int = 22
    env: Mapping[str, str] = field(default_factory=dict)
    scratch: str = ""

    def command(self) -> str:
        exports = "".join(f"export {name}={value}; " for name, value in self.env.items())
        return (
            f"{exports}export PATH=$PATH:{MORE_PATHS}; "
            f"exec timeout -k {KILL_S} {self.limit_s + GRACE_S} {shlex.join(self.argv())}"
        )

    def why_not_begun(self, _said: str) -> str:
        """Nothing of it: whatever keeps mpirun from a node is wrong with that node."""
        return ""

    def argv(self) -> list[str]:
        root = ["--allow-run-as-root"] if self.as_root else []
        hosts = ",".join(f"{address}:1" for address in self.addresses)
        ranks = ["--host", hosts, "-np", str(len(self.addresses)), "--map-by", "node"]
        words = ["mpirun", *root, "--timeout", str(self.limit_s), *ranks, "--bind-to", "none"]
        words += [word for name in self.env for word in ("-x", name)]
        return [*words, *self._transport(), "python3", "-c", wrap_program(self.program)]

    def _agent(self) -> str:
        """Daemons outlive a head node that hangs, so they have a limit of their own."""
        env = [f"{name}={value}" for name, value in self.env.items()]
        limit = ["timeout", "-k", str(KILL_S), str(self.limit_s + GRACE_S)]
        return " ".join(["env", *env, *limit, "orted"])

    def _transport(self) -> list[str]:
        """Strict host keys, no spawning in a tree: only the first node has the agent."""
        ssh = (
            "-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10 "
            f"-o ServerAliveInterval=5 -p {self.ssh_port}"
        )
        chosen = {"plm_rsh_args": ssh, "plm_rsh_no_tree_spawn": "1"}
        chosen |= {"orte_launch_agent": self._agent()}
        chosen |= {"orte_tmpdir_base": self.scratch} if self.scratch else {}
        own = choose_parameters(self.addresses)
        if "btl_tcp_if_include" in own:
            chosen["oob_tcp_if_include"] = own["btl_tcp_if_include"]
        chosen |= own
        return [word for key, value in chosen.items() for word in ("--mca", key, value)]


def make_job(placement: Placement, program: str, limit_s: int) -> MpiJob:
    addresses = list(placement.addresses.values())
    return MpiJob(
        addresses, program, limit_s, placement.as_root, placement.ssh_port, placement.env,
        placement.scratch,
    )  # fmt: skip


def wrap_program(program: str) -> str:
    """One line, short, and without anything a shell on the way could expand."""
    packed = base64.b64encode(zlib.compress(program.encode(), 9)).decode()
    return f"import base64,zlib;exec(zlib.decompress(base64.b64decode('{packed}')))"
