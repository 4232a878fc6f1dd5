"""Each tool's command line, and how to tell that it did its work."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.measured import Invocation, Took
from bench.remote import clush
from bench.roundtrip import COMMAND
from bench.site import BIN, HERE, Site

ANSIBLE = str(BIN / "ansible-playbook")


@dataclass(frozen=True, slots=True)
class Peer:
    """`changed`: how much it says it changed; None when its words are not understood."""

    invoke: Callable[[Site], Invocation]
    changed: Callable[[Took], int | None] = lambda _took: 0


def _podsys(site: Site) -> Invocation:
    words = [str(BIN / "podsys"), "deploy", "-C", str(site.workspace), "--yes"]
    return Invocation(words, site.workspace)


def _stock(site: Site) -> Invocation:
    return Invocation([ANSIBLE, "playbooks/site.yaml", "-f", "32"], site.rendered)


def _ansible_start(site: Site) -> Invocation:
    words = [ANSIBLE, str(HERE / "ping.yaml"), "--limit", site.last]
    return Invocation(words, site.rendered)


def _pyinfra(site: Site) -> Invocation:
    words = [str(HERE / ".venv-pyinfra/bin/pyinfra"), "-y", "inventory.py", "deploy.py"]
    return Invocation(words, HERE / "pyinfra", {"PODSYS_RENDERED": str(site.rendered)})


def _roundtrip(site: Site) -> Invocation:
    program, size = str(HERE / "roundtrip.py"), site.payload.stat().st_size
    words = [str(BIN / "python"), program, str(site.workspace), str(size)]
    return Invocation(words, site.workspace)


def _clush(site: Site) -> Invocation:
    return Invocation(clush(site, COMMAND), site.workspace, {}, site.payload)


def _changed_by_podsys(took: Took) -> int | None:
    if "Nothing to do" in took.said:
        return 0
    found = re.search(r"Plan: (\d+) change", took.said)
    return int(found.group(1)) if found else None


def _changed_by_ansible(took: Took) -> int | None:
    recap = re.findall(r"changed=(\d+)", took.said)
    return sum(map(int, recap)) if recap else None


def _changed_by_pyinfra(took: Took) -> int | None:
    found = re.search(r"Grand total\s+\d+\s+(\d+|-)", took.said)
    return int(found.group(1).replace("-", "0")) if found else None


PEERS: Mapping[str, Peer] = {
    "podsys": Peer(_podsys, _changed_by_podsys),
    "stock": Peer(_stock, _changed_by_ansible),
    "ansible-start": Peer(_ansible_start),
    "pyinfra": Peer(_pyinfra, _changed_by_pyinfra),
    "roundtrip": Peer(_roundtrip),
    "clush": Peer(_clush),
}
