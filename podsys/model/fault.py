"""A fault: how it shows, what causes it, who mends it, and how the lab makes it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Repairs = Literal["podsys", "reboot", "hands", "vendor"]


class StateEdit(BaseModel):
    """One change of a practice node's hardware.json."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    value: Any


class Making(BaseModel):
    """How the lab makes the fault on a node; `none` says why it cannot."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platforms: tuple[str, ...] = Field((), description="where; none: wherever the fault applies")
    state: tuple[StateEdit, ...] = ()
    log: tuple[str, ...] = Field((), description="lines of the kernel log")
    run: tuple[tuple[str, ...], ...] = Field((), description="commands inside the node")
    heal: tuple[tuple[str, ...], ...] = Field((), description="commands that undo those")
    none: str = ""

    @property
    def makes_something(self) -> bool:
        return bool(self.state or self.log or self.run)


class Fault(BaseModel):
    """One file of podsys/catalog/faults; also the passive check of that id.

    `applies`, `each`, `when`, `value` and what stands in braces in `evidence` and `expected` are
    rules (core/rules.py). `each` gives a list, of which `it` is one element.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    title: str
    status: Literal["fail", "warn"]
    blocks: bool = Field(description="training cannot run, or not at its speed")
    order: int = Field(50, ge=0, le=100, description="smaller is nearer the root cause")
    boot_grace_s: int = Field(
        0, ge=0, description="seconds after a boot in which it may be so for a good reason"
    )
    applies: str = ""
    applies_text: str = ""
    each: str = ""
    when: str
    evidence: str
    value: str = ""
    unit: str = ""
    expected: str = ""
    params: dict[str, int | float | str] = Field({}, description="bounds, read as params.NAME")
    symptom: str
    cause: str
    remedy: str
    repairs: Repairs
    explains: tuple[str, ...] = Field((), description="faults and settings that follow from it")
    source: tuple[str, ...] = Field(min_length=1)
    lab: Making
