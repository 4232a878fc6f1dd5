"""Shows a node's hardware at the start of each boot; the node's power supply runs this.

Started as `python -m podsys.lab.hardware.boot NODE_FOLDER`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from podsys.lab.files import read_or
from podsys.lab.hardware.configured import apply_configuration
from podsys.lab.hardware.installed import follow_packages
from podsys.lab.hardware.node import start_hardware
from podsys.lab.hardware.reboot import after_reboot
from podsys.lab.layout import Place

State = dict[str, Any]
GRUB = "boot/grub/grub.cfg"
MODPROBE = ("etc/modprobe.d", "run/modprobe.d", "usr/lib/modprobe.d")


def boot(node: Place) -> None:
    command_line = read_command_line(node.root / GRUB)
    modprobe = list(read_modprobe(node.root))

    def restart(state: State) -> State:
        installed = follow_packages(state, node.root)
        return after_reboot(apply_configuration(installed, command_line, modprobe))

    start_hardware(node, restart)


def read_command_line(config: Path) -> str:
    """What the boot loader will hand to the kernel: the arguments of its first entry."""
    entry = re.search(r"^\s*linux\s+(.*)$", read_or(config), re.MULTILINE)
    return entry[1] if entry else ""


def read_modprobe(root: Path) -> Iterator[str]:
    for folder in MODPROBE:
        for file in sorted((root / folder).glob("*.conf")):
            yield read_or(file)


if __name__ == "__main__":
    boot(Place.at(Path(sys.argv[1])))
