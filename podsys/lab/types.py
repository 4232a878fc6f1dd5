"""What the lab says about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

NodeState = Literal["running", "starting", "stopped"]
Report = Callable[[str], None]


@dataclass(frozen=True)
class NodeStatus:
    """One practice node: `starting` means that it has power but its sshd does not answer.

    `platform` is the hardware that is emulated on it, if any; `broken` the ids of its faults;
    `vm`: a virtual machine, not a container.
    """

    name: str
    address: str
    state: NodeState
    platform: str = ""
    broken: tuple[str, ...] = ()
    vm: bool = False


@dataclass(frozen=True)
class LabStatus:
    """Everything an admin needs to reach the practice nodes.

    `console`: the file with what a node said on its console; `{node}` stands for its name.
    """

    name: str
    nodes: tuple[NodeStatus, ...]
    ssh_key: Path
    user: str
    known_hosts: Path
    bridge: str
    gateway: str
    link_mbps: int
    console: str

    @property
    def ready(self) -> bool:
        """Whether every node answers."""
        return all(node.state == "running" for node in self.nodes)


def say_nothing(_message: str) -> None:
    """Progress for nobody."""
