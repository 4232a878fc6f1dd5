"""podsys.lock: what is written can be read back, and a damaged one says nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podsys.core.lock import make_lock, read_lock
from podsys.model.facts import NodeFacts, Section
from podsys.model.lock import LockedComponent
from tests.releases import locked, machine, package


def make(node: str, kernel: str, driver: str | None = None) -> NodeFacts:
    system = {"os": "debian", "os_version": "12", "kernel": kernel}
    sections = {"system": Section("ok", system)}
    if driver is not None:
        sections["gpu"] = Section("ok", {"module_version": driver})
    return NodeFacts(node, sections=sections)


def test_each_node_has_what_it_was() -> None:
    nodes = [make("n1", "6.1"), make("n2", "6.1"), make("n3", "6.2", "535.261.03")]
    text = make_lock("0" * 64, "2.17", {one.node: one for one in nodes})
    known = read_lock(text)
    assert known["n1"] == known["n2"] == {"os": "debian", "version": "12", "kernel": "6.1"}
    assert (known["n3"]["kernel"], known["n3"]["driver"]) == ("6.2", "535.261.03")
    assert text.count("kernel:") == 2


@given(st.text())
def test_any_other_text_says_nothing(text: str) -> None:
    assert read_lock(text) == {}


def test_damage_says_nothing() -> None:
    for text in ("systems: 1", "systems: [1]", "systems: [{nodes: 'n[1-'}]", "systems: [{}]"):
        assert read_lock(text) == {}


def test_a_release_says_kernel_and_driver_whatever_ran_when_it_was_locked() -> None:
    image = package("linux-image-6.1.0-56-amd64", "6.1.192-2", "linux-signed-amd64")
    kernel = LockedComponent(version="6.1.192", packages=(image,))
    facts = {name: machine(name) for name in ("n1", "n2")}
    for one in facts.values():
        one.sections["system"].data["kernel"] = "6.1.0-40-amd64"
    text = make_lock("0" * 64, "2.19", facts, [locked(kernel=kernel)])
    wanted = read_lock(text)
    assert wanted["n1"]["kernel"] == "6.1.0-56-amd64"
    # Its modules are its host's, and must be of the version of the libraries all the same.
    assert wanted["n1"]["driver"] == "535.309.01"
    assert wanted["n2"] == {"os": "debian", "version": "12", "kernel": "6.1.0-40-amd64"}
