"""Mitogen's strategy where it can be had: it saves Ansible most of its round trips to a node."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

# No node waits for the others between two tasks.
STOCK = {"ANSIBLE_STRATEGY": "free"}
TOGETHER = ("mitogen", "ansible-core")


def choose_strategy(*, mitogen: bool) -> dict[str, str]:
    """Environment for Ansible: Mitogen's if wanted, installed, and fit for this ansible-core."""
    plugins = _find_plugins() if mitogen else None
    if plugins is None:
        return dict(STOCK)
    return {
        "ANSIBLE_STRATEGY": "mitogen_free",
        "ANSIBLE_STRATEGY_PLUGINS": str(plugins),
        # Ansible warns of every strategy that is not its own, at each start.
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
    }


def _find_plugins() -> Path | None:
    found = find_spec("ansible_mitogen")
    if found is None or found.origin is None or not _fits():
        return None
    return Path(found.origin).parent / "plugins" / "strategy"


def _fits() -> bool:
    """Mitogen works inside Ansible's own parts, so the two are trusted only as podsys asks for
    them; somebody may have installed others since."""
    from packaging.requirements import Requirement  # comes with ansible-core

    needs = {need.name: need for need in map(Requirement, requires("podsys") or ())}
    try:
        return all(needs[name].specifier.contains(version(name)) for name in TOGETHER)
    except (PackageNotFoundError, KeyError):
        return False
