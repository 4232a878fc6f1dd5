"""A real Slurm on practice nodes, from Debian packages; the first is controller and worker."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from podsys.lab import faults

PACKAGES = ("slurmd", "slurmctld", "slurm-client", "munge")
INSTALL = (
    "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy "
    "--no-install-recommends "
)
CONF = """\
ClusterName=demo
SlurmctldHost={first}({address})
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdSpoolDir=/var/spool/slurmd
StateSaveLocation=/var/spool/slurmctld
SlurmUser=root
ReturnToService=1
PartitionName=all Nodes=ALL Default=YES State=UP
"""


@dataclass(frozen=True, slots=True)
class Slurm:
    """`nodes`: addresses by name, because nobody has told the nodes each other's."""

    lab: str
    nodes: Mapping[str, str]

    @property
    def first(self) -> str:
        return next(iter(self.nodes))

    @property
    def conf(self) -> str:
        lines = [
            f"NodeName={name} NodeAddr={address} CPUs=1 State=UNKNOWN\n"
            for name, address in self.nodes.items()
        ]
        common = CONF.format(first=self.first, address=self.nodes[self.first])
        return common + "".join(lines)

    def sh(self, script: str, text: str = "", node: str = "") -> str:
        done = faults.run_in(node or self.first, ["sh", "-c", script], self.lab, text=text)
        return done.stdout.strip() or done.stderr.strip()

    def put(self, path: str, content: bytes, node: str = "") -> None:
        coded = base64.b64encode(content).decode()
        self.sh(f"base64 -d > {path} && chmod 755 {path}", coded, node)

    def start(self, *more: str) -> None:
        """`more`: packages beside Slurm's own. All nodes share the first one's key."""
        with ThreadPoolExecutor() as pool:
            words = INSTALL + " ".join([*PACKAGES, *more])
            list(pool.map(lambda node: self.sh(words, node=node), self.nodes))
        key = self.sh("base64 -w0 /etc/munge/munge.key")
        for node in self.nodes:
            self.put("/etc/slurm/slurm.conf", self.conf.encode(), node)
            self.sh("base64 -d > /etc/munge/munge.key", key, node)
            self.sh("mkdir -p /var/spool/slurmd /var/spool/slurmctld", node=node)
            services = "munge slurmctld slurmd" if node == self.first else "munge slurmd"
            self.sh(f"systemctl restart {services}", node=node)
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        until = time.monotonic() + 60
        while self.sh("sinfo -h -o '%T %D'") != f"idle {len(self.nodes)}":
            assert time.monotonic() < until, self.sh("scontrol show node")
            time.sleep(0.2)
