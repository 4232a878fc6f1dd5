"""The lines in which active checks report: measurements, outcomes, how the run went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from podsys.model.finding import Finding, Measurement
from podsys.model.output import Figure, Outcome, ToolOutput
from podsys.model.status import Status


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """How one check ended; `nodes` is empty when it concerns the cluster as a whole.

    `measures` names the metrics it promised; without their numbers it tells nothing.
    """

    check: str
    suite: str
    nodes: tuple[str, ...]
    status: Status
    evidence: str = ""
    remedy: str = ""
    seconds: float = 0.0
    measures: tuple[str, ...] = ()
    carried: str = ""

    @property
    def _can_be_mended(self) -> bool:
        """What could not be measured on a node may want a tool there."""
        return self.status is Status.FAIL or (self.status is Status.UNKNOWN and bool(self.nodes))

    def as_finding(self) -> Finding:
        return Finding(
            check=self.check,
            suite=self.suite,
            nodes=self.nodes,
            status=self.status,
            evidence=self.evidence,
            remedy=self.remedy if self._can_be_mended else "",
            seconds=round(self.seconds, 3),
            carried=(self.carried,) if self.carried else (),
        )


@dataclass(frozen=True, slots=True)
class CheckOutput:
    """What a tool printed in a check, as its parser read it.

    `platforms` are the names under which baselines of this machine may stand; none for a
    measurement over several nodes. `shared`: others were measured on the same machine meanwhile.
    """

    check: str
    suite: str
    nodes: tuple[str, ...]
    evidence: str
    output: ToolOutput
    platforms: tuple[str, ...] = ()
    shared: bool = False
    remedy: str = ""
    seconds: float = 0.0
    carried: str = ""


_WORDS = {CheckOutcome: "outcome", CheckOutput: "output"}


def as_line(found: Measurement | CheckOutcome | CheckOutput) -> dict[str, Any]:
    return {"type": _WORDS.get(type(found), "measurement"), **asdict(found)}


def read_measurements(lines: Iterable[Mapping[str, Any]]) -> list[Measurement]:
    known = {field.name for field in fields(Measurement)}
    return [
        Measurement(**{key: _thaw(key, value) for key, value in line.items() if key in known})
        for line in lines
        if line.get("type") == "measurement"
    ]


def read_outcomes(lines: Iterable[Mapping[str, Any]]) -> list[CheckOutcome]:
    """A status nobody knows is unknown, whatever was meant by it."""
    known = {field.name for field in fields(CheckOutcome)}
    return [
        CheckOutcome(**{key: _thaw(key, value) for key, value in line.items() if key in known})
        for line in lines
        if line.get("type") == "outcome"
    ]


def read_check_outputs(lines: Iterable[Mapping[str, Any]]) -> list[CheckOutput]:
    known = {field.name for field in fields(CheckOutput)}
    return [
        CheckOutput(**{key: _thaw(key, value) for key, value in line.items() if key in known})
        for line in lines
        if line.get("type") == "output"
    ]


def _read_tool_output(data: Mapping[str, Any]) -> ToolOutput:
    """The way back from `asdict`."""
    read: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
    read["figures"] = tuple(Figure(**figure) for figure in data["figures"])
    read["outcomes"] = tuple(
        Outcome(**{**outcome, "status": _thaw("status", outcome["status"])})
        for outcome in data["outcomes"]
    )
    return ToolOutput(**read)


def _thaw(key: str, value: Any) -> Any:
    if key == "output":
        return _read_tool_output(value)
    if key in ("nodes", "measures", "rails", "platforms", "lost"):
        return tuple(value)
    if key == "status":
        return Status(value) if value in set(Status) else Status.UNKNOWN
    return value
