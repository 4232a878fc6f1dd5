"""What a node is made of. Here alone is it known that there are two kinds of them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from podsys.lab import container
from podsys.lab.image import ensure_image
from podsys.lab.kind import Kind
from podsys.lab.layout import Lab, Place
from podsys.lab.settings import Settings
from podsys.lab.types import Report
from podsys.lab.vm import machine as vm
from podsys.lab.vm.image import ensure_disk


class Machine(Protocol):
    """A module with these functions."""

    def prepare(self, node: Place, settings: Settings, image: Path) -> None:
        """What must be there each time before it gets power, as far as it is not."""

    def start(self, node: Place) -> None:
        """Give it power. What it says on its console goes into `node.console`."""

    def run(self, node: Place, argv: Sequence[str], text: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it, without its network and its sshd."""

    def signal(self, node: Place, number: int) -> None:
        """Stop (SIGSTOP) or go on (SIGCONT) with all that it does."""

    def revive(self, node: Place) -> None:
        """Bring it to where its sshd answers: power, processes, and what keeps it from booting."""


def machine_of(node: Place) -> Machine:
    return vm if node.is_vm else container


def ensure_base(lab: Lab, report: Report, kind: Kind) -> Path:
    """What the nodes of this lab start from; built first if it is not there."""
    if kind.vm:
        return ensure_disk(lab, report, kind.packages)
    return ensure_image(lab, report, kind.packages, bool(kind.platforms))
