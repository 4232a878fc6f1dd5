"""A tool that measures one node by itself: on which nodes, by what command, for how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from podsys.core.launchers.guard import guard
from podsys.core.practice import has_emulated_hardware
from podsys.model.facts import NodeFacts
from podsys.model.spec import Accept
from podsys.model.status import Status

ABSENT_CODE = 127
# Where people put tools that no package brings; `accept.tools` names others.
FOLDERS = (
    "/usr/local/bin",
    "/usr/local/cuda/bin",
    "/opt/rocm/bin",
    "/opt/nccl-tests/build",
    "/usr/local/nccl-tests/build",
    "/opt/rccl-tests/build",
    "/opt/nvbandwidth",
    "/opt/stream",
)

# Shell words for one node, from what is known of it and what cluster.yaml wants.
Arguments = Callable[[NodeFacts, Accept], str]


@dataclass(frozen=True, slots=True)
class Way:
    """One program that measures this, by the first of its names that the node has.

    `find_reason` says why it is no way for a node, "" where it is one.
    """

    programs: tuple[str, ...]
    arguments: Arguments
    find_reason: Callable[[NodeFacts], str] = lambda _: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTool:
    """`ways` in the order of preference; which one was taken the output tells.

    `seconds` is what it usually takes, `limit_s` when it has hung. `find_reason` says why it does
    not apply to a node, "" where it does. `emulated`: it measures hardware that the lab emulates.
    """

    name: str
    ways: tuple[Way, ...]
    seconds: float
    limit_s: int
    remedy: str
    find_reason: Callable[[NodeFacts], str] = lambda _: ""
    emulated: bool = False

    def script(self, facts: NodeFacts, accept: Accept) -> str:
        """Takes the first program that is there; without any it ends with ABSENT_CODE."""
        path = ":".join([*accept.tools, "$PATH", *FOLDERS])
        ways = [way for way in self.ways if not way.find_reason(facts)]
        tries = [self._try(way, facts, accept) for way in ways]
        names = ", ".join(name for way in ways for name in way.programs)
        absent = f"echo 'not installed: {names}' >&2; exit {ABSENT_CODE}"
        return guard("; ".join([f"PATH={path}", *tries, absent]), self.limit_s)

    def _try(self, way: Way, facts: NodeFacts, accept: Accept) -> str:
        names = " ".join(way.programs)
        return (
            f"for tool in {names}; do command -v $tool >/dev/null 2>&1 && "
            f"{{ {way.arguments(facts, accept)}; exit $?; }}; done"
        )


def decide(tool: NodeTool, facts: NodeFacts) -> tuple[Status, str] | None:
    """Why a node is not measured, and what that means for it; None where it is."""
    if not facts.sections:
        return Status.UNKNOWN, "the node was never probed: nobody knows what it has"
    reason = tool.find_reason(facts)
    if reason:
        return Status.SKIP, reason
    if tool.emulated and has_emulated_hardware(facts):
        return Status.UNKNOWN, "not measured: its hardware is emulated"
    return None


def count_gpus(facts: NodeFacts, makers: Sequence[str] = ("10de", "1002")) -> int:
    """Accelerators of these makers on PCI, whether or not a driver sees them."""
    devices = facts.get("pci.devices") or ()
    return sum(one["kind"] == "gpu" and one["vendor"] in makers for one in devices)


def needs_gpus(least: int, *makers: str) -> Callable[[NodeFacts], str]:
    """Does not apply where there are fewer; what should be there is a matter of passive checks.

    Where nobody could look, the tool does.
    """
    names = {"10de": "NVIDIA", "1002": "AMD"}
    kind = "/".join(names[maker] for maker in makers)

    def find_reason(facts: NodeFacts) -> str:
        count = count_gpus(facts, makers)
        if count >= least or facts.get("pci.devices") is None:
            return ""
        return f"only {count} {kind} GPU here" if count else f"no {kind} GPU here"

    return find_reason
