"""What one all-reduce over the GPUs of two nodes says: its bus bandwidth, and wrong elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from podsys.model.output import Figure, Setup, ToolOutput

METRIC, NODES = "allreduce_busbw", 2


@dataclass(frozen=True, slots=True)
class PairBusbw:
    """At the largest size, the slower of out-of-place and in-place. `problem`: why there is none.

    What arrives wrong is no bandwidth: then `value` is 0, so that whoever garbles is found as
    who is slow is found.
    """

    value: float | None = None
    wrong: int = 0
    setup: Setup = field(default_factory=dict)
    problem: str = ""


def read_pair_busbw(output: ToolOutput) -> PairBusbw:
    figures = [one for one in output.figures if one.metric == METRIC and one.size is not None]
    wrong = sum(one.wrong or 0 for one in figures)
    largest = max((one.size or 0 for one in figures), default=0)
    deciding = [one for one in figures if one.size == largest]
    setup = {"bytes": largest, **deciding[0].setup} if deciding else {}
    if wrong:
        return PairBusbw(0.0, wrong, setup, f"{wrong} wrong elements")
    problem = next(_find_problems(output, deciding), "")
    if problem:
        return PairBusbw(setup=setup, problem=problem)
    return PairBusbw(min(one.value or 0.0 for one in deciding), 0, setup)


def _find_problems(output: ToolOutput, deciding: list[Figure]) -> Iterator[str]:
    yield from output.faults
    yield from output.gaps
    if not deciding or any(one.value is None for one in deciding):
        yield f"no {METRIC} in the output"
    nodes = [one.setup.get("nodes") for one in deciding]
    if set(nodes) - {NODES}:
        found = "an unknown number of nodes" if None in nodes else f"{nodes[0]} node"
        yield f"it ran over {found}, not over {NODES}: is it built with MPI?"
