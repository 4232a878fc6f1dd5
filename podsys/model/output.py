"""What a measuring tool's output says: figures, its own verdicts, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from podsys.model.status import Status

Setup = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement as the tool printed it, in the unit of the baselines.

    `subject` is what was measured (gpu 3, gpu 0 -> gpu 1, out-of-place); `size` is bytes of one
    message; `wrong` counts wrong elements, None where the tool did not look; `rows` is the length
    of the table it stands in. `setup` holds what the number depends on and the output tells:
    nodes, gpus, transport, algorithm, gdr, nvls, memory. `problem` says why there is no value.
    """

    metric: str
    value: float | None
    unit: str
    subject: str = ""
    size: int | None = None
    wrong: int | None = None
    rows: int | None = None
    waived: bool = False
    problem: str = ""
    setup: Setup = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the tool itself concluded of one test, where it judges by its own bounds."""

    name: str
    status: Status
    evidence: str = ""
    waived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """`faults`: what the output says is broken; `gaps`: what should stand in it and does not.

    `devices`: the accelerators' names, as far as the output tells them.
    """

    tool: str
    version: str = ""
    figures: tuple[Figure, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    faults: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Nothing speaks against it, and it says something."""
        if self.faults or self.gaps or not (self.figures or self.outcomes):
            return False
        figures_hold = all(f.value is not None and not f.wrong for f in self.figures)
        return figures_hold and all(one.status is Status.PASS for one in self.outcomes)
