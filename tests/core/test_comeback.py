"""What a node must be after its reboot, and in which order it is asked."""

from __future__ import annotations

from typing import Any

from podsys.core.comeback import find_wrong, remember
from podsys.model.facts import NodeFacts, Section
from podsys.model.item import Item, Reading

KERNEL = Item("kernel.boot_kernel.release", "kernel", "boot_kernel", "release", "6.1.0-56")
ARGUMENT = Item("kernel_argument.iommu", "settings", "kernel_argument", "iommu", "pt", reboot=True)
MODULE = Item("driver.module_version.nvidia", "driver", "module_version", "nvidia", "535.9")
SERVICE = Item("base.service.chrony", "base", "service", "chrony.service", "running")
WANTED = (SERVICE, MODULE, ARGUMENT, KERNEL)
GOOD: dict[str, Reading] = {
    KERNEL.id: {"live": "6.1.0-56", "persistent": "6.1.0-56"},
    ARGUMENT.id: {"live": "pt", "persistent": "pt"},
    MODULE.id: {"live": "535.9", "persistent": "535.9"},
    SERVICE.id: {"live": "running", "persistent": "running"},
}


def node(boot: str, readings: dict[str, Reading] | None = None, **sections: Any) -> NodeFacts:
    data = {
        "system": {"boot_id": boot, "kernel": "6.1.0-40"},
        "gpu": {"count": 8},
        "units": {"failed": ["old.service"]},
        **sections,
    }
    found = {name: Section("ok", content) for name, content in data.items() if content is not None}
    return NodeFacts("n1", sections=found, readings=GOOD | (readings or {}))


BEFORE = remember(node("a"))


def test_a_node_that_is_as_it_must_be_has_nothing_wrong():
    assert find_wrong(BEFORE, node("b"), WANTED) == ""
    assert BEFORE.gpus == 8
    assert BEFORE.kernel == "6.1.0-40"


def test_the_nearest_to_the_machine_is_named_first():
    """Everything is wrong; each thing that is put right lets the next one show."""
    wrong: dict[str, Reading] = {
        KERNEL.id: {"live": "6.1.0-40", "persistent": "6.1.0-56"},
        ARGUMENT.id: {"live": "unset", "persistent": "pt"},
        MODULE.id: {"live": "not loaded", "persistent": "535.9"},
        SERVICE.id: {"live": "stopped", "persistent": "running"},
    }
    gpus, units = {"count": 7}, {"failed": ["old.service", "new.service"]}
    told = [find_wrong(BEFORE, NodeFacts("n1", "timed out"), WANTED)]
    told += [find_wrong(BEFORE, node("a", wrong, gpu=gpus, units=units), WANTED)]
    for id_ in (KERNEL.id, ARGUMENT.id, MODULE.id):
        told += [find_wrong(BEFORE, node("b", wrong, gpu=gpus, units=units), WANTED)]
        del wrong[id_]
    told += [find_wrong(BEFORE, node("b", wrong, gpu=gpus, units=units), WANTED)]
    told += [find_wrong(BEFORE, node("b", wrong, units=units), WANTED)]
    told += [find_wrong(BEFORE, node("b", wrong), WANTED)]
    assert told == [
        "it does not answer: timed out",
        "its boot id is still the same: it did not reboot",
        "kernel.boot_kernel.release is 6.1.0-40, not 6.1.0-56",
        "kernel_argument.iommu is unset, not pt",
        "driver.module_version.nvidia is not loaded, not 535.9",
        "7 of its 8 GPUs came back",
        "failed since: new.service",
        "base.service.chrony is stopped, not running",
    ]


def test_what_could_not_be_read_is_never_right():
    assert find_wrong(BEFORE, node("b", gpu=None), WANTED) == "its 8 GPUs could not be counted"
    assert find_wrong(BEFORE, node("b", units=None), WANTED) == "its services could not be read"
    assert find_wrong(BEFORE, node("b", system={}), WANTED) == "its boot id could not be read"
    unread: dict[str, Reading] = {KERNEL.id: {"error": "no grub.cfg"}}
    assert find_wrong(BEFORE, node("b", unread), WANTED).endswith("could not be read: no grub.cfg")


def test_whoever_is_released_may_have_booted_by_hand():
    assert find_wrong(BEFORE, node("a"), WANTED, rebooted=False) == ""


def test_modules_of_absent_hardware_and_mere_advice_are_no_fault():
    absent: dict[str, Reading] = {MODULE.id: {"absent": "no GPU"}}
    advice = Item("kernel_argument.x", "settings", "kernel_argument", "x", "1", advisory=True)
    found = node("b", absent | {advice.id: {"live": "0"}})
    assert find_wrong(BEFORE, found, (*WANTED, advice)) == ""
