"""Releases on practice nodes: real packages of the distribution, small enough for a test."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from podsys.effects.catalog import read_release_texts
from tests.lab.practice import Site

SECURITY, RELEASED = "nvidia-535.309", "nvidia-535.261"
# Version of the packages, by release.
REVISION = {SECURITY: "535.309.01-0+deb12u1", RELEASED: "535.261.03-1"}


def ask_for(site: Site, release: str) -> None:
    """`release:` of cluster.yaml for all nodes, and only what is read at the end of a deploy."""
    file = site.root / "cluster.yaml"
    content = yaml.safe_load(file.read_text())
    content["release"] = {"all": release}
    content["accept"]["level"] = 1
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def lock(site: Site, release: str) -> str:
    """The lock's text after `podsys init`."""
    ask_for(site, release)
    done = site.podsys("init", str(site.root))
    assert done.code == 0, done.err
    return (site.root / "podsys.lock").read_text()


def versions(site: Site, node: str) -> dict[str, str]:
    """Packages of the driver -> version, with `held` before those that are."""
    form = r"${db:Status-Want} ${source:Package} ${Package} ${Version}\n"
    found = {}
    for line in site.sh(node, f"dpkg-query -W -f '{form}'").splitlines():
        want, source, name, version = line.split(" ")
        if source == "nvidia-graphics-drivers":
            found[name] = f"held {version}" if want == "hold" else version
    return found


def planned(plan: dict[str, Any]) -> dict[str, list[str]]:
    return {change["item"]["id"]: change["nodes"] for change in plan["changes"]}


def put_release(root: Path, name: str, parts: tuple[str, ...]) -> str:
    """A release of the site's own: some parts of podsys's, for containers too."""
    text = read_release_texts()[0]["podsys/catalog/releases/debian-12-nvidia-535.309.yaml"]
    release = yaml.safe_load(text)
    release |= {"id": f"debian-12-{name}", "name": name, "title": "for practice nodes"}
    kept = {part: release["components"][part] for part in parts}
    for component in kept.values():
        component.pop("when", None)
        component["packages"] = component.pop("on_vm", component["packages"])
    release |= {"components": kept, "recommended": False}
    file = root / "releases" / f"debian-12-{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(release, sort_keys=False))
    return name


def line_of(text: str, pattern: str) -> int:
    """The first line of the text that has it."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if re.search(pattern, line))
