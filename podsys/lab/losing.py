"""A cable that loses packets: nftables drops some of them, at random, in both directions."""

from __future__ import annotations

import shutil

from podsys.lab.host import require_packages
from podsys.lab.layout import Place
from podsys.lab.shell import SYSTEM_PATH, run

FAMILY = "netdev"
# Of so many packets a share is dropped: fine enough for a hundredth of a percent.
GRAINS = 10_000


def lose_packets(node: Place, percent: float) -> None:
    """At the switch port, as a bad transceiver would: what the node sends and what it gets."""
    if not shutil.which("nft", path=SYSTEM_PATH):
        require_packages(["nftables"], lambda _: None)
    drop = f"numgen random mod {GRAINS} < {round(percent * GRAINS / 100)} drop"
    port = f'device "{node.cable}" priority 0'
    stop_losing(node.cable)
    text = f"""
table {FAMILY} {table_of(node.cable)} {{
    chain sent {{ type filter hook ingress {port}; {drop}; }}
    chain received {{ type filter hook egress {port}; {drop}; }}
}}
"""
    run(["nft", "-f", "-"], text=text)


def stop_losing(cable: str) -> None:
    """Nothing happens where nothing is lost; without nft nothing ever was."""
    if shutil.which("nft", path=SYSTEM_PATH):
        run(["nft", "delete", "table", FAMILY, table_of(cable)], check=False)


def table_of(cable: str) -> str:
    return f"podsys_{cable}"
