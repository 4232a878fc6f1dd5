"""Nodes that nobody has touched yet, and a workspace for them."""

from __future__ import annotations

import re
import shutil

import yaml

from bench.remote import run
from bench.site import HERE, BenchError, Site

ROLES = HERE.parent / "playbooks/roles"


def make_fresh(site: Site, *, reboot: bool) -> None:
    """New nodes from the image, and a workspace made anew for their new host keys."""
    site.take_down()
    packages = " ".join(list_packages())
    up = ("lab", "up", "--name", site.lab, "--nodes", str(site.nodes), "--packages", packages)
    site.podsys(*up, "--json")
    shutil.rmtree(site.workspace, ignore_errors=True)
    site.workspace.parent.mkdir(parents=True, exist_ok=True)
    site.podsys("init", str(site.workspace), "--lab", "--name", site.lab)
    edit_spec(site, r"level: \d", "level: 1")
    edit_spec(site, r"reboot: true", f"reboot: {str(reboot).lower()}")
    settle(site)


def list_packages() -> list[str]:
    """Every Debian package that a role installs, from the roles' own declarations."""
    found: set[str] = set()
    for meta in ROLES.glob("*/meta/podsys.yml"):
        found |= set(yaml.safe_load(meta.read_text()).get("packages", {}).get("debian", ()))
    return sorted(found)


def edit_spec(site: Site, old: str, new: str) -> None:
    file = site.workspace / "cluster.yaml"
    text, count = re.subn(rf"(?m)^  {old}", f"  {new}", file.read_text())
    if count != 1:
        raise BenchError(f"cluster.yaml has {count} lines like {old!r}")
    file.write_text(text)


def settle(site: Site) -> None:
    """Nodes have booted to the end, and what the image's packages started where nobody wants
    it is stopped."""
    run(site, "systemctl is-system-running --wait || true")
    server = site.spec["monitoring"]["server"]
    others = [name for name in site.spec["nodes"] if name != server]
    if others:
        run(site, "systemctl disable --quiet --now prometheus prometheus-alertmanager", others)
