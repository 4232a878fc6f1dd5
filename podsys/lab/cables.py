"""Each node's network cable: a veth pair from the bridge into the node's own namespace.

There a container has its address; a virtual machine's card is joined to it by a small bridge.
"""

from __future__ import annotations

import json
from pathlib import Path

from podsys.lab.files import read_or, write_whole
from podsys.lab.layout import Lab, Place
from podsys.lab.losing import stop_losing
from podsys.lab.settings import Settings
from podsys.lab.shaping import shape_link
from podsys.lab.shell import run

NETNS_DIR = Path("/run/netns")
NET = Path("/sys/class/net")
TAP = "tap0"
JOINT = "joint"


def ensure_cable(node: Place, settings: Settings) -> None:
    """Plug the node in, at the lab's speed. A half-made cable is made anew; a whole one keeps
    its rate, which may be a fault's, unless the lab's speed changed."""
    speed = node.dir / "link_mbps"
    plugged = is_plugged(node, settings)
    if plugged and read_or(speed) == str(settings.link_mbps):
        return
    if not plugged:
        unplug(node)
        plug(node, settings)
    shape_link(node, settings.link_mbps)
    write_whole(speed, str(settings.link_mbps))


def is_plugged(node: Place, settings: Settings) -> bool:
    if not (NET / node.cable / "brport").exists() or not (NETNS_DIR / node.netns).exists():
        return False
    what = ["link", "show", TAP] if settings.vm else ["-4", "address", "show", "eth0"]
    sign = f'"master":"{JOINT}"' if settings.vm else settings.address(node)
    shown = run(["ip", "-n", node.netns, "-j", *what], check=False)
    return shown.returncode == 0 and sign in shown.stdout


def plug(node: Place, settings: Settings) -> None:
    """Make namespace and cable; what comes last in there is the sign that all is there."""
    run(["ip", "netns", "add", node.netns])
    host = (
        f"link add {node.cable} type veth peer name eth0 netns {node.netns}\n"
        f"link set {node.cable} master {node.lab.bridge}\n"
        f"link set {node.cable} up\n"
    )
    run(["ip", "-batch", "-"], text=host)
    inside = join_card() if settings.vm else f"address add {settings.address(node)}/24 dev eth0\n"
    text = f"link set lo up\nlink set eth0 up\n{inside}"
    run(["ip", "-n", node.netns, "-batch", "-"], text=text)


def join_card() -> str:
    return (
        f"link add {JOINT} type bridge forward_delay 0\n"
        f"link set {JOINT} up\n"
        f"link set eth0 master {JOINT}\n"
        f"tuntap add dev {TAP} mode tap\n"
        f"link set {TAP} up\n"
        f"link set {TAP} master {JOINT}\n"
    )


def unplug(node: Place) -> None:
    """Remove cable and namespace, as far as they are there, and what the cable loses."""
    stop_losing(node.cable)
    if (NET / node.cable).exists():
        run(["ip", "link", "delete", node.cable], check=False)
    if (NETNS_DIR / node.netns).exists():
        run(["ip", "netns", "delete", node.netns], check=False)


def save_network_defaults(node: Place) -> None:
    """Keep a fresh namespace's knobs: a node that reboots returns to them, as a kernel does."""
    target = node.lab.netns_defaults
    if not target.exists():
        argv = ["ip", "netns", "exec", node.netns, "sysctl", "-a", "--pattern", r"^net\."]
        text = run(argv).stdout
        new = target.with_suffix(".new")
        new.write_text(text)
        new.rename(target)


def find_cables(lab: Lab) -> list[str]:
    """Host ends of all cables of a lab, from the kernel."""
    links = json.loads(run(["ip", "-j", "link"]).stdout or "[]")
    names = [str(link["ifname"]) for link in links]
    return [name for name in names if name.startswith(lab.bridge) and name != lab.bridge]


def remove_cables(lab: Lab) -> None:
    """Remove every cable and namespace of a lab, whether or not it remembers them."""
    for cable in find_cables(lab):
        stop_losing(cable)
        run(["ip", "link", "delete", cable], check=False)
    if NETNS_DIR.is_dir():
        for path in NETNS_DIR.glob(f"{lab.prefix}-*"):
            run(["ip", "netns", "delete", path.name], check=False)
            path.unlink(missing_ok=True)
