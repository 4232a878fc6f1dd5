"""The practice cluster: up, down, status."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from podsys import lab
from podsys.view.console import out, print_json
from podsys.view.progress import progress

if TYPE_CHECKING:
    from podsys.lab import LabStatus, NodeStatus


def up(
    nodes: int,
    name: str,
    packages: str | None,
    platforms: str | None,
    *,
    vm: bool | None = None,
    as_json: bool,
) -> None:
    """Start the lab, or make up the difference."""
    began = time.monotonic()
    with progress("lab up", shown=not as_json) as report:
        words = packages.split() if packages is not None else None
        ids = re.findall(r"[^,\s]+", platforms) if platforms is not None else None
        found = lab.up(nodes, name, report, packages=words, platforms=ids, vm=vm)
    if as_json:
        print_json(describe_lab(found))
        return
    show_nodes(found)
    seconds = time.monotonic() - began
    which = f" --name {found.name}" if found.name != lab.default_name() else ""
    told = f"{len(found.nodes)} nodes up in {seconds:.1f} s. Next: podsys init demo --lab{which}"
    out().print(told, soft_wrap=True)


def down(name: str, purge: bool = False) -> None:
    """Take the lab down; with `purge`, its cached image and packages too."""
    with progress("lab down"):
        lab.down(name, purge)
    out().print(f"Lab '{name}' is down; nothing of it is left.")


def status(name: str, as_json: bool) -> None:
    """Show nodes, addresses and how to log in."""
    found = lab.status(name)
    if as_json:
        print_json(describe_lab(found))
    else:
        show_nodes(found)


def describe_lab(found: LabStatus) -> dict[str, object]:
    """The lab as other programs read it."""
    return {
        "name": found.name,
        "nodes": [
            {
                "name": node.name,
                "address": node.address,
                "state": node.state,
                "platform": node.platform,
                "emulated": bool(node.platform),
                "vm": node.vm,
                "console": found.console.format(node=node.name),
                "broken": list(node.broken),
            }
            for node in found.nodes
        ],
        "ssh_key": str(found.ssh_key),
        "user": found.user,
        "known_hosts": str(found.known_hosts),
        "link_mbps": found.link_mbps,
        "gateway": found.gateway,
    }


def show_nodes(found: LabStatus) -> None:
    """A table of nodes, and the words that log in to the first."""
    from rich.box import SIMPLE
    from rich.table import Table

    title = f"lab '{found.name}': links of {found.link_mbps} Mbit/s, admin at {found.gateway}"
    columns = {name: column for name, column in list_columns(found.nodes) if any(column)}
    table = Table(*columns, box=SIMPLE, title=title, title_justify="left")
    for node, *cells in zip(found.nodes, *columns.values(), strict=True):
        colour = {"running": "green", "starting": "yellow", "stopped": "red"}[node.state]
        table.add_row(*cells, style=colour)
    out().print(table)
    if found.nodes:
        options = f"-i {found.ssh_key} -o UserKnownHostsFile={found.known_hosts}"
        login = f"{found.user}@{found.nodes[0].address}"
        out().print(f"Log in: ssh {options} {login}", soft_wrap=True)


def list_columns(nodes: Sequence[NodeStatus]) -> Iterator[tuple[str, list[str]]]:
    """Headings with what stands below them; one that is empty for all nodes is not shown."""
    yield "node", [node.name for node in nodes]
    yield "address", [node.address for node in nodes]
    yield "state", [node.state for node in nodes]
    yield "emulated hardware", [node.platform for node in nodes]
    yield "machine", ["virtual" if node.vm else "" for node in nodes]
    yield "broken", [" ".join(node.broken) for node in nodes]
