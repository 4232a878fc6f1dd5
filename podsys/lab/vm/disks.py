"""The two disks of one machine: its own layer over the image, and what makes it itself."""

from __future__ import annotations

from pathlib import Path

from podsys.lab.files import write_whole
from podsys.lab.layout import Place
from podsys.lab.settings import Settings
from podsys.lab.shell import run

SEED = "seed.tar"
NETWORK = """\
[Match]
Name=eth0

[Network]
Address={address}/24
LinkLocalAddressing=no
"""


def make_disks(node: Place, settings: Settings, image: Path) -> None:
    """From the identity that was written into `node.upper`. The disk comes last, as the sign."""
    text = NETWORK.format(address=settings.address(node))
    write_whole(node.upper / "etc/systemd/network/20-podsys-lab.network", text)
    owned = ["--owner=0", "--group=0", "--exclude=./etc/machine-id"]
    run(["tar", "--create", f"--file={node.dir / SEED}", *owned, "-C", node.upper, "."])
    base = ["-f", "qcow2", "-b", str(image / "disk.raw"), "-F", "raw"]
    run(["qemu-img", "create", "-q", *base, node.disk])
