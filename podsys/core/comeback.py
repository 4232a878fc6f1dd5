"""Did a node come back from its reboot as it must? The nearest to the machine is asked first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.model.quarantine import LastState
from podsys.node.compare import differs

KERNEL, MODULE, SERVICE = "boot_kernel", "module_version", "service"


def remember(facts: NodeFacts) -> LastState:
    """What is to be compared with after the reboot."""
    gpus = facts.get("gpu.count")
    return LastState(
        boot_id=facts.get("system.boot_id") or None,
        kernel=facts.get("system.kernel") or None,
        gpus=gpus if isinstance(gpus, int) else None,
        failed_units=tuple(facts.get("units.failed") or ()),
    )


def find_wrong(
    last: LastState, found: NodeFacts, wanted: Iterable[Item], *, rebooted: bool = True
) -> str:
    """The first thing that is not as it must be; empty when all is.

    In order: it answers, boots anew, runs its kernel, with its arguments, its modules, its GPUs,
    its services. Without `rebooted` its boot id may be any.
    """
    if not found.reachable:
        return f"it does not answer: {found.error}"
    items = tuple(item for item in wanted if not item.advisory)
    settings = [item for item in items if item.reboot and item.kind not in (KERNEL, MODULE)]
    steps = (
        _judge_boot(last, found) if rebooted else iter(()),
        _judge_items(_of_kind(items, KERNEL), found),
        _judge_items(settings, found),
        _judge_items(_of_kind(items, MODULE), found),
        _judge_gpus(last, found),
        _judge_units(last, found),
        _judge_items(_of_kind(items, SERVICE), found),
    )
    return next(chain.from_iterable(steps), "")


def _of_kind(items: Iterable[Item], kind: str) -> Iterator[Item]:
    return (item for item in items if item.kind == kind)


def _judge_boot(last: LastState, found: NodeFacts) -> Iterator[str]:
    now = found.get("system.boot_id")
    if not now or not last.boot_id:
        yield "its boot id could not be read"
    elif now == last.boot_id:
        yield "its boot id is still the same: it did not reboot"


def _judge_items(items: Iterable[Item], found: NodeFacts) -> Iterator[str]:
    """What runs counts here; what is only saved, the plan compares."""
    for item in items:
        reading = found.readings.get(item.id, {})
        if "live" in reading:
            if "live" in differs(item.value, item.compare, dict(reading)):
                yield f"{item.id} is {reading['live']}, not {item.value}"
        elif item.kind in (KERNEL, MODULE) and not reading.get("absent"):
            yield f"{item.id} could not be read: {reading.get('error', 'no answer')}"


def _judge_gpus(last: LastState, found: NodeFacts) -> Iterator[str]:
    if not last.gpus:
        return
    now = found.get("gpu.count")
    if not isinstance(now, int):
        yield f"its {last.gpus} GPUs could not be counted"
    elif now < last.gpus:
        yield f"{now} of its {last.gpus} GPUs came back"


def _judge_units(last: LastState, found: NodeFacts) -> Iterator[str]:
    failed = found.get("units.failed")
    if failed is None:
        yield "its services could not be read"
    elif new := sorted(set(failed) - set(last.failed_units)):
        yield f"failed since: {', '.join(new)}"
