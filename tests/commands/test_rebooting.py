"""The machines that podsys stands on are never rebooted."""

from __future__ import annotations

from pathlib import Path

from podsys.commands.rebooting import find_untouchable
from podsys.effects.localhost import own_boot_id
from podsys.effects.ssh import Fleet
from podsys.model.facts import NodeFacts, Section
from podsys.model.spec import Node, Ssh

# Documentation addresses (RFC 5737) are nobody's.
NODES = {
    "n1": Node(address="192.0.2.1"),
    "admin": Node(address="127.0.0.1"),
    "behind-nat": Node(address="192.0.2.3"),
    "login": Node(address="192.0.2.4"),
    "unread": Node(address="192.0.2.5"),
}


def facts(name: str, boot_id: str | None) -> NodeFacts:
    return NodeFacts(name, sections={"system": Section("ok", {"boot_id": boot_id})})


def test_by_address_by_boot_id_and_as_bastion() -> None:
    known = {name: facts(name, f"boot of {name}") for name in NODES}
    known["behind-nat"] = facts("behind-nat", own_boot_id())
    known["unread"] = facts("unread", None)
    fleet = Fleet(Ssh(user="root", jump="admin@gate:2222,192.0.2.4"), NODES, Path("/nonexistent"))
    assert own_boot_id()
    assert fleet.bastions == {"gate", "192.0.2.4"}
    assert dict(find_untouchable(NODES, known, fleet.bastions)) == {
        "admin": "is the machine podsys runs on",
        "behind-nat": "is the machine podsys runs on",
        "login": "is the bastion through which nodes are reached",
    }


def test_without_bastions_there_are_none() -> None:
    assert Fleet(Ssh(user="root"), NODES, Path("/nonexistent")).bastions == frozenset()
