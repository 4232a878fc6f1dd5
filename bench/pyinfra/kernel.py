"""The kernel's settings: sysctl, sysfs, kernel arguments, limits, swap."""

from __future__ import annotations

import fnmatch
import re

from common import holds, put_lines
from pyinfra import host
from pyinfra.facts.server import Command, Sysctl
from pyinfra.operations import server
from tree import Data

STATUS, CONTAINER, SWAPS = "/proc/1/status", "/run/systemd/container", "/proc/swaps"
ALWAYS = (STATUS, CONTAINER, SWAPS)  # read on every node
CAP_SYS_RESOURCE = 1 << 24
# Loaded, or built in, or not there at all: else it is missing.
MODULES = """cd /lib/modules/$(uname -r) 2>/dev/null; for m in %s; do
test -d /sys/module/$m || grep -qs "/$m.ko" modules.builtin && echo loaded $m && continue
test -e modules.dep && ! grep -q "/$m.ko" modules.dep || echo missing $m; done"""


def apply_sysctl(items: list[Data], _texts: Data, _units: Data) -> None:
    found = host.get_fact(Sysctl, keys=[item["key"] for item in items])
    there = [item for item in items if item["key"] in found]
    put_lines("/etc/sysctl.d/zz-podsys.conf", (f"{i['key']} = {i['value']}" for i in there))
    for item in there:
        value = found[item["key"]]
        if not holds(item, " ".join(map(str, value)) if isinstance(value, list) else str(value)):
            server.sysctl(name=f"sysctl {item['key']}", key=item["key"], value=item["value"])


def apply_sysfs(items: list[Data], texts: Data, _units: Data) -> None:
    matches = {i["key"]: [p for p in texts if fnmatch.fnmatchcase(p, i["key"])] for i in items}
    there = [item for item in items if matches[item["key"]]]
    lines = (f"w {item['key']} - - - - {item['value']}" for item in there)
    put_lines("/etc/tmpfiles.d/00-podsys.conf", lines)
    for item in there:
        wrong = [p for p in matches[item["key"]] if not holds(item, chosen(texts[p]))]
        if wrong:
            commands = [f"echo {item['value']} > {path}" for path in wrong]
            server.shell(name=f"write {item['key']}", commands=commands)


def chosen(text: str) -> str:
    """The word in brackets where the kernel lists its choices."""
    found = re.search(r"\[([^\]]*)\]", text)
    return found.group(1) if found else text


def apply_kernel_argument(items: list[Data], _texts: Data, _units: Data) -> None:
    words = (f"{i['key']}={i['value']}" if i["value"] else i["key"] for i in items)
    line = f'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT {" ".join(sorted(words))}"'
    put = put_lines("/etc/default/grub.d/zz-podsys.cfg", [line])
    server.shell(name="update-grub", commands=["update-grub"], _if=put.did_change)


def apply_limit(items: list[Data], texts: Data, _units: Data) -> None:
    """Where nobody may raise limits, a line here would lock everybody out."""
    bounding = re.search(r"CapBnd:\s*(\w+)", texts.get(STATUS, ""))
    if bounding and not int(bounding.group(1), 16) & CAP_SYS_RESOURCE:
        return
    sides = [(domain, side) for domain in ("*", "root") for side in ("soft", "hard")]
    lines = (f"{d} {side} {i['key']} {i['value']}" for i in items for d, side in sides)
    put_lines("/etc/security/limits.d/zz-podsys.conf", lines)


def apply_swap(_items: list[Data], texts: Data, _units: Data) -> None:
    """A container has no swap of its own."""
    if CONTAINER not in texts and "\n" in texts.get(SWAPS, ""):
        commands = ["swapoff -a", r"sed -i '/\sswap\s/s/^[^#]/# &/' /etc/fstab"]
        server.shell(name="swap off", commands=commands)


def apply_module(items: list[Data], _texts: Data, _units: Data) -> None:
    said = host.get_fact(Command, command=MODULES % " ".join(item["key"] for item in items)) or ""
    states = dict(reversed(line.split()) for line in said.splitlines())
    put_lines("/etc/modules-load.d/zz-podsys.conf", states)
    for name in (name for name, state in states.items() if state == "missing"):
        server.shell(name=f"load {name}", commands=[f"modprobe {name}"])
