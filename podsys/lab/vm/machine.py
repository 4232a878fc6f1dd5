"""A node that is a virtual machine: QEMU without KVM, which hangs where machines are nested."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from podsys.errors import ExitCode, PodsysError
from podsys.lab.cables import ensure_cable
from podsys.lab.files import read_or
from podsys.lab.layout import Place
from podsys.lab.processes import QEMU, find_node_pids, kill_node_pids, read_argv, send
from podsys.lab.settings import Settings
from podsys.lab.shell import start_daemon
from podsys.lab.vm.agent import Agent, SilentError, wait_for_agent
from podsys.lab.vm.qemu import RESCUE, list_words

# Packing an initramfs takes minutes where others use the processors, too.
RUN_LIMIT_S = 1800.0
# A machine that boots has its agent by then; one that hangs in boot will never have it.
PATIENCE_S = 90.0
RESCUE_S = 600.0
# How the lab breaks a machine's boot: what is packed from now on is cut off.
BROKEN_INITRAMFS = "/etc/initramfs/post-update.d/podsys-lab-fault"
MEND = f"""set -e
rm -f {BROKEN_INITRAMFS}
for kernel in /boot/vmlinuz-*; do
    version=${{kernel#/boot/vmlinuz-}}
    [ -n "$(find /boot/initrd.img-$version -size +1024k)" ] || update-initramfs -u -k $version
done
sync
"""


def prepare(node: Place, settings: Settings, image: Path) -> None:
    ensure_cable(node, settings)


def start(node: Place) -> None:
    boot(node)


def boot(node: Place, *more: str | Path) -> None:
    """A shell holds the machine's power: it ends when the machine goes off."""
    hold = ["sh", "-c", 'shift; "$@"; exit $?', "power", str(node.dir)]
    words = ["ip", "netns", "exec", node.netns, QEMU, *list_words(node), *more]
    start_daemon([*hold, *words], node.console)


def run(node: Place, argv: Sequence[str], text: str) -> subprocess.CompletedProcess[str]:
    if find_machine(node) is None:
        raise PodsysError(f"Node {node.name} is off.", "`podsys lab up` boots it.", ExitCode.FAILED)
    try:
        return Agent(node.agent).run(argv, text, RUN_LIMIT_S)
    except SilentError as error:
        raise PodsysError(
            f"Node {node.name} does not answer: it boots, or hangs ({error}).",
            f"See its console in {node.console}; `podsys lab heal --node {node.name}` mends it.",
            ExitCode.FAILED,
        ) from error


def signal(node: Place, number: int) -> None:
    """The whole machine stops, its kernel too."""
    machine = find_machine(node)
    if machine is not None:
        send(machine, number)


def revive(node: Place) -> None:
    """Power, sshd; and for a machine that hangs in boot, what a technician does with a rescue
    disk: boot another kernel, pack anew what is cut off, boot."""
    if find_machine(node) is None:
        start(node)
    try:
        wait_for_agent(node.agent, 0 if has_panicked(node) else PATIENCE_S)
    except SilentError:
        rescue(node)
    run(node, ["systemctl", "start", "ssh.service"], "")


def has_panicked(node: Place) -> bool:
    """The kernel's last words, with nothing behind them."""
    last = read_or(node.console).rstrip().rpartition("\n")[2]
    return "end Kernel panic" in last


def rescue(node: Place) -> None:
    image = Path(read_or(node.dir / "ready").strip())
    kill_node_pids(node)
    boot(node, "-kernel", image / "vmlinuz", "-initrd", image / "initrd.img", "-append", RESCUE)
    wait_for_agent(node.agent, RESCUE_S)
    done = run(node, ["sh", "-c", MEND], "")
    kill_node_pids(node)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-300:]
        raise PodsysError(f"Node {node.name} could not be mended: {said}", "", ExitCode.FAILED)
    start(node)
    wait_for_agent(node.agent, RESCUE_S)


def find_machine(node: Place) -> int | None:
    """The process that is the machine; none when it has no power."""
    for pid in find_node_pids(node):
        if Path(read_argv(pid)[0]).name == QEMU:
            return pid
    return None
