"""Where the lab keeps things and what it calls them. Two labs never share a name."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from podsys.errors import PodsysError

DEFAULT_STATE = "/var/lib/podsys/lab"
MAX_NODES = 200
HOST_RUN = Path("/run/podsys-lab")
CONSOLE = "console.log"


def default_name() -> str:
    """The lab's name where none is given."""
    return os.environ.get("PODSYS_LAB_NAME", "") or "lab"


def state_dir() -> Path:
    """The folder that holds all labs, the base images and the package cache."""
    return Path(os.environ.get("PODSYS_LAB_DIR", "") or DEFAULT_STATE).absolute()


@dataclass(frozen=True)
class Lab:
    """One lab. Names of kernel objects carry a tag, because they may have 15 characters."""

    name: str
    state: Path

    @classmethod
    def named(cls, name: str = "") -> Lab:
        """The lab of that name, or the default one."""
        name = name or default_name()
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
            raise PodsysError(
                f"'{name}' cannot be a lab's name.",
                "Use small letters, digits and hyphens, 41 characters at most.",
            )
        return cls(name, state_dir())

    @property
    def tag(self) -> str:
        return hashlib.sha256(f"{self.state}/{self.name}".encode()).hexdigest()[:6]

    @property
    def dir(self) -> Path:
        return self.state / "labs" / self.name

    @property
    def bridge(self) -> str:
        return f"pl{self.tag}"

    @property
    def prefix(self) -> str:
        """Starts the names of the lab's network namespaces, machines and cgroup."""
        return f"podsys-{self.tag}"

    @property
    def ssh_key(self) -> Path:
        return self.dir / "ssh_key"

    @property
    def known_hosts(self) -> Path:
        return self.dir / "known_hosts"

    @property
    def netns_defaults(self) -> Path:
        """Network knobs of a fresh network namespace, to return to at a reboot."""
        return self.dir / "netns.sysctl"

    @property
    def kernel(self) -> Path:
        """Kernel knobs at their defaults; each node gets a copy."""
        return self.dir / "kernel"

    @property
    def copies(self) -> Path:
        """The nodes' copies of kernel knobs, in memory."""
        return self.dir / "copies"

    @property
    def hardware(self) -> Path:
        """What the nodes see of their emulated hardware, in memory."""
        return self.dir / "hardware"

    @property
    def consoles(self) -> str:
        """The nodes' consoles as a pattern, `{node}` for the name."""
        return str(self.dir / "nodes" / "{node}" / CONSOLE)

    def node(self, number: int) -> Place:
        return Place(self, number)

    def made_nodes(self) -> list[Place]:
        """The nodes that have a folder, whatever their state."""
        folders = (self.dir / "nodes").glob("n[0-9][0-9][0-9]")
        return [self.node(int(folder.name[1:])) for folder in sorted(folders)]

    def find_node(self, name: str) -> Place:
        """The made node of that name."""
        for node in self.made_nodes():
            if node.name == name:
                return node
        raise PodsysError(
            f"Lab '{self.name}' has no node '{name}'.", "See `podsys lab status` for its nodes."
        )


@dataclass(frozen=True)
class Place:
    """Where one node lives."""

    lab: Lab
    number: int

    @classmethod
    def at(cls, folder: Path) -> Place:
        """The node whose folder this is."""
        lab = folder.parents[1]
        return cls(Lab(lab.name, lab.parents[1]), int(folder.name[1:]))

    @property
    def name(self) -> str:
        return f"n{self.number:03d}"

    @property
    def dir(self) -> Path:
        return self.lab.dir / "nodes" / self.name

    @property
    def root(self) -> Path:
        return self.dir / "root"

    @property
    def upper(self) -> Path:
        """What the node has changed of the base image."""
        return self.dir / "upper"

    @property
    def kernel(self) -> Path:
        return self.lab.copies / self.name

    @property
    def hardware(self) -> Path:
        """What the node sees of its emulated hardware."""
        return self.lab.hardware / self.name

    @property
    def hardware_file(self) -> Path:
        """The state of its emulated hardware; a node without any has none."""
        return self.dir / "hardware.json"

    @property
    def broken_file(self) -> Path:
        """Which faults `lab break` made on it, and what heals them."""
        return self.dir / "broken.json"

    @property
    def console(self) -> Path:
        return self.dir / CONSOLE

    @property
    def disk(self) -> Path:
        """What a virtual machine has changed of the disk that it started from."""
        return self.dir / "disk.qcow2"

    @property
    def is_vm(self) -> bool:
        return self.disk.exists()

    @property
    def agent(self) -> Path:
        """The wire to the guest agent of a virtual machine."""
        return self.dir / "agent"

    @property
    def netns(self) -> str:
        return f"{self.lab.prefix}-{self.name}"

    @property
    def cable(self) -> str:
        """The host's end of the node's network cable."""
        return f"{self.lab.bridge}{self.name}"
