"""Who is not yet what it will be: services start, clocks catch up, links and fabrics train."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from podsys.core.diagnose import FOUND, Surroundings, diagnose_nodes
from podsys.core.faults import CompiledFault
from podsys.model.facts import NodeFacts

STARTS = "services still start"
STARTING = ("initializing", "starting")


@dataclass(frozen=True, slots=True)
class Graces:
    """Faults that a node has for a while after its boot; none: nobody is asked for them."""

    faults: tuple[CompiledFault, ...] = ()
    baseline: Mapping[str, float] = field(default_factory=dict)

    @property
    def sections(self) -> frozenset[str]:
        """What has to be looked at again; the catalog's bounds are no facts."""
        return frozenset(name for one in self.faults for name in one.names)


def find_graces(faults: Iterable[CompiledFault], baseline: Mapping[str, float]) -> Graces:
    return Graces(tuple(one for one in faults if one.fault.boot_grace_s), baseline)


def find_unsettled(
    facts: Mapping[str, NodeFacts], graces: Graces, *, clocks: bool = True
) -> dict[str, str]:
    """Node -> what it is late with. Without `clocks`, only services count."""
    late = {name: STARTS for name, found in facts.items() if _is_starting(found)}
    if clocks:
        late = dict(_find_graced(facts, graces)) | late
        for name, found in facts.items():
            if name not in late and _is_out_of_step(found):
                late[name] = "its clock is not synchronised yet"
    return late


def _is_starting(found: NodeFacts) -> bool:
    return found.get("units.state") in STARTING or bool(found.get("units.activating"))


def _is_out_of_step(found: NodeFacts) -> bool:
    """None is what was not read: nothing to wait for."""
    is_chrony = found.get("clock.daemon") == "chronyd"
    return is_chrony and found.get("clock.synchronised") is False


def _find_graced(facts: Mapping[str, NodeFacts], graces: Graces) -> Iterator[tuple[str, str]]:
    """Faults of nodes that are young enough for them, as if they were not."""
    for fault in graces.faults:
        grace_s = fault.fault.boot_grace_s
        young = {name: found for name, found in facts.items() if _age(found) < grace_s}
        judged = replace(fault, plain={**fault.plain, "boot_grace_s": 0})
        surroundings = Surroundings(graces.baseline, {})
        for finding in diagnose_nodes(young, (judged,), surroundings) if young else ():
            if finding.status in FOUND:
                yield from dict.fromkeys(finding.nodes, f"{fault.id} after the boot").items()


def _age(found: NodeFacts) -> float:
    """Seconds since the boot; who did not tell is as old as the hills."""
    uptime_s = found.get("system.uptime_s")
    return uptime_s if isinstance(uptime_s, int | float) else float("inf")
