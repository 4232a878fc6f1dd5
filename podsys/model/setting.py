"""A setting: one fact, written once, from which podsys plans, applies, checks and explains."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from podsys.model.item import Compare

# Confidence as in the sources: read in code, vendor documentation, an attribute seen on a
# machine, somebody else's page, remembered.
Confidence = Literal["code", "vendor-doc", "vendor-dump", "third-party", "memory"]
WEAK: frozenset[str] = frozenset({"vendor-dump", "third-party", "memory"})


class When(BaseModel):
    """Where a setting applies; every clause given must hold, an empty one always holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profile: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    cpu_vendor: tuple[str, ...] = ()
    arch: tuple[str, ...] = ()
    os: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    virtual: bool | None = None
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    min_nodes: int = 0


class Setting(BaseModel):
    """One entry of the catalog (podsys/catalog/settings/*.yaml)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
    title: str
    kind: str
    key: str
    value: str
    compare: Compare = "equal"
    params: dict[str, str] = Field(default_factory=dict)
    when: When = When()
    why: str
    source: tuple[str, ...] = Field(min_length=1)
    confidence: Confidence
    reboot: bool = False
    risk: Literal["low", "medium", "high"] = "low"
    risk_note: str = ""
    remedy: str = ""

    @property
    def advisory(self) -> bool:
        """A weak source advises: shown, judged never worse than skip, set only when adopted."""
        return self.confidence in WEAK
