"""Where init gets its hosts from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podsys.core.hosts import (
    find_duplicates,
    hosts_from_csv,
    hosts_from_inventory,
    hosts_from_range,
)
from podsys.effects.ansible import read_inventory
from podsys.effects.workspace import read_text
from podsys.errors import PodsysError
from podsys.model.host import Host
from podsys.model.problem import InputProblemsError
from podsys.model.spec import refuse_odd_address, refuse_odd_name


@dataclass(frozen=True, slots=True)
class Source:
    """At most one of them is given; none means: the workspace that is there."""

    hosts: str | None = None
    file: Path | None = None
    lab: str | None = None

    @property
    def given(self) -> list[str]:
        named = {"--hosts": self.hosts, "--from": self.file, "--lab": self.lab}
        return [flag for flag, value in named.items() if value is not None]


@dataclass(frozen=True, slots=True)
class Found:
    """Hosts, and what else the source knows for a new cluster.yaml."""

    hosts: list[Host]
    spec: dict[str, Any]
    trusted_keys: str = ""  # known_hosts lines from somebody who knows the machines


def find_hosts(source: Source) -> Found | None:
    """None when no source was named; PodsysError when it holds nothing usable."""
    if len(source.given) > 1:
        raise PodsysError(f"{' and '.join(source.given)} exclude each other", "name one source")
    if source.hosts is not None:
        return _some(hosts_from_range(source.hosts), f"--hosts {source.hosts!r}")
    if source.file is not None:
        return _some(_from_file(source.file), str(source.file))
    return _from_lab(source.lab) if source.lab is not None else None


def _some(hosts: list[Host], where: str) -> Found:
    if not hosts:
        raise PodsysError(f"{where}: no hosts in it", "give at least one host")
    for host in hosts:
        try:
            refuse_odd_name(host.name)
            refuse_odd_address(host.address)
        except ValueError as error:
            found = f"{where}: {host.name!r} at {host.address!r}"
            raise PodsysError(f"{found}: {error}", "correct it there") from error
    return Found(hosts, {})


def _from_file(file: Path) -> list[Host]:
    if file.suffix.lower() == ".csv":
        hosts, problems = hosts_from_csv(read_text(file), str(file))
    else:
        read_text(file)  # a clear error for a missing or binary file, before Ansible guesses
        hosts = hosts_from_inventory(read_inventory(file))
        problems = find_duplicates(hosts, str(file))
    if problems:
        raise InputProblemsError(problems)
    return hosts


def _from_lab(name: str) -> Found:
    from podsys.lab import status

    lab = status(name)
    if not lab.nodes:
        raise PodsysError(f"the lab {name!r} is not up", "podsys lab up")
    hosts = [Host(node.name, node.address) for node in lab.nodes]
    return Found(
        hosts,
        {
            "lab": True,
            "ssh": {"user": lab.user, "key": str(lab.ssh_key)},
            "network": {"link_gbps": lab.link_mbps / 1000},
            "monitoring": {"server": hosts[0].name},
            "console": {"file": lab.console},
        },
        read_text(lab.known_hosts),
    )
