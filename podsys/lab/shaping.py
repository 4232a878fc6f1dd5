"""Link speeds. Each link has a real rate in both directions, so that a measurement is bound
by the link, as on a real cluster, and not by this machine's CPUs."""

from __future__ import annotations

from podsys.lab.layout import Place
from podsys.lab.shell import run

# The bucket holds whole GSO packets (64 KB); the queue is short, as a switch port's is.
BUCKET = "burst 256k latency 20ms"
QUEUE_BYTES = 1_500_000


def shape_link(node: Place, mbps: int) -> None:
    """Give the link one rate in both directions; what pairs had is dropped."""
    for tc, device in (["tc"], node.cable), (["tc", "-n", node.netns], "eth0"):
        root = ["dev", device, "root"]
        run([*tc, "qdisc", "delete", *root], check=False)
        rate = f"handle 1: tbf rate {mbps}mbit {BUCKET}"
        run([*tc, "qdisc", "add", *root, *rate.split()])


def shape_pair(to: Place, source: Place, address: str, link_mbps: int, mbps: int) -> None:
    """Slow what one node sends to another, at the switch port; all else keeps the link's rate."""
    if "htb" not in run(["tc", "qdisc", "show", "dev", to.cable]).stdout:
        run(["tc", "qdisc", "delete", "dev", to.cable, "root"], check=False)
        root = f"dev {to.cable} root handle 1: htb default ffff"
        run(["tc", "qdisc", "add", *root.split()])
        add_class(to, "1:1", "1:", link_mbps)
        add_class(to, "1:ffff", "1:1", link_mbps)
    number = f"1:{0x100 + source.number:x}"
    add_class(to, number, "1:1", mbps)
    match = f"protocol ip prio {source.number} u32 match ip src {address}/32 flowid {number}"
    run(["tc", "filter", "replace", "dev", to.cable, "parent", "1:", *match.split()])


def add_class(node: Place, number: str, parent: str, mbps: int) -> None:
    """A class of traffic with a rate of its own and a short queue."""
    port = ["dev", node.cable]
    rate = f"htb rate {mbps}mbit burst 256k cburst 256k quantum 60000"
    run(["tc", "class", "replace", *port, "parent", parent, "classid", number, *rate.split()])
    if parent != "1:":
        queue = ["parent", number, "bfifo", "limit", str(QUEUE_BYTES)]
        run(["tc", "qdisc", "replace", *port, *queue])
