"""The lines in which active checks report: measurements, outcomes, how the run went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from podsys.model.finding import Finding, Measurement
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

    def as_finding(self) -> Finding:
        return Finding(
            check=self.check,
            suite=self.suite,
            nodes=self.nodes,
            status=self.status,
            evidence=self.evidence,
            remedy=self.remedy if self.status is Status.FAIL else "",
            seconds=round(self.seconds, 3),
            carried=(self.carried,) if self.carried else (),
        )


def as_line(found: Measurement | CheckOutcome) -> dict[str, Any]:
    word = "measurement" if isinstance(found, Measurement) else "outcome"
    return {"type": word, **asdict(found)}


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


def _thaw(key: str, value: Any) -> Any:
    if key in ("nodes", "measures", "rails", "lost"):
        return tuple(value)
    if key == "status":
        return Status(value) if value in set(Status) else Status.UNKNOWN
    return value
