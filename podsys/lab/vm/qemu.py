"""The machine that QEMU plays: a PC with a BIOS, two disks, a card, and a console on a wire."""

from __future__ import annotations

from pathlib import Path

from podsys.lab.cables import TAP
from podsys.lab.layout import Place
from podsys.lab.vm.disks import SEED

MEMORY_MB = 1024
# As every other emulated part calls itself, so that any report shows it.
MAKER = "podsys lab (emulated)"
# The command line when the lab boots its own kernel from outside, to mend what hangs.
RESCUE = "root=/dev/vda1 rw console=ttyS0,115200"


def list_words(node: Place) -> list[str | Path]:
    """What stands behind qemu-system-x86_64."""
    return [
        "-name", node.name, "-nodefaults", "-display", "none",
        "-machine", "pc,accel=tcg", "-m", str(MEMORY_MB), "-smp", "1",
        "-smbios", f"type=0,vendor={MAKER}",
        "-smbios", f"type=1,manufacturer=podsys,product=lab VM,serial={node.lab.tag}-{node.name}",
        "-drive", f"file={node.disk},if=virtio,format=qcow2,cache=unsafe",
        "-drive", f"file={node.dir / SEED},if=virtio,format=raw,readonly=on",
        "-netdev", f"tap,id=net,ifname={TAP},script=no,downscript=no",
        "-device", f"virtio-net-pci,netdev=net,romfile=,mac={address_of(node)}",
        "-chardev", f"file,id=console,path={node.console},append=on", "-serial", "chardev:console",
        "-chardev", f"socket,id=agent,path={node.agent},server=on,wait=off",
        "-device", "virtio-serial-pci",
        "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
        "-device", "virtio-rng-pci",
    ]  # fmt: skip


def address_of(node: Place) -> str:
    """A hardware address that no other node of this machine's labs has."""
    tag = node.lab.tag
    return f"02:{tag[:2]}:{tag[2:4]}:{tag[4:]}:01:{node.number:02x}"
