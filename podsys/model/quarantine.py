"""Nodes that were rebooted and did not come back as they must."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class LastState(BaseModel):
    """A node as it was seen before its reboot; None is what was not read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    boot_id: str | None = None
    kernel: str | None = None
    gpus: int | None = None
    failed_units: tuple[str, ...] = ()


class Quarantined(BaseModel):
    """`run` is the folder of the deploy that put it here; `console` its last lines, if known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: str
    run: str
    reason: str
    last: LastState
    console: tuple[str, ...] = ()
