"""The rendered tree of a workspace, read once: what podsys and stock Ansible apply too."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RENDERED = Path(os.environ["PODSYS_RENDERED"])
RANGE = re.compile(r"^(.*)\[(\d+):(\d+)\](.*)$")
Data = dict[str, Any]


@cache
def load(name: str) -> Data:
    """A YAML file of the tree; libyaml, for pyinfra runs the deploy once for every host."""
    data: Data = yaml.load((RENDERED / name).read_text(), Loader=yaml.CSafeLoader)
    return data


def group_data(group: str) -> Data:
    return load(f"inventory/group_vars/{group}.yaml")


@cache
def members() -> dict[str, set[str]]:
    """Group -> its hosts."""
    children = load("inventory/hosts.yaml")["all"]["children"]
    return {
        group: {host for words in content["hosts"] for host in expand(words)}
        for group, content in children.items()
    }


def expand(words: str) -> list[str]:
    """`n[001:003]` as Ansible reads it."""
    found = RANGE.match(words)
    if not found:
        return [words]
    before, first, last, after = found.groups()
    numbers = range(int(first), int(last) + 1)
    return [f"{before}{number:0{len(first)}d}{after}" for number in numbers]


def addresses() -> dict[str, str]:
    hosts = load("inventory/hosts.yaml")["all"]["hosts"]
    return {name: content["ansible_host"] for name, content in hosts.items()}


@cache
def roles() -> list[str]:
    """In the order of site.yaml."""
    site: Any = load("playbooks/site.yaml")
    return [play["ansible.builtin.import_playbook"].removesuffix(".yaml") for play in site]


def state_of(role: str, host: str) -> Data:
    """What the role manages on the host, as its vars file says."""
    families = [
        group for group in members() if group.startswith("os_") and host in members()[group]
    ]
    state: Data = group_data(role)[f"{role}_state"][families[0].removeprefix("os_")]
    return state


def settings_of(host: str) -> list[Data]:
    """The settings of the host's profile."""
    profiles = [name for name in members() if name.startswith("profile_")]
    mine = next(name for name in profiles if host in members()[name])
    settings: list[Data] = group_data(mine)["podsys_settings"]
    return settings
