"""A claim: one part that explains slow samples."""

from __future__ import annotations

from dataclasses import dataclass

from podsys.core.locate.fabric import Part


@dataclass(frozen=True, slots=True)
class Claim:
    """One part that explains samples. `steady`: all are best explained by slowness at `level`.

    `slow` are the samples explained, `seen` how many could have shown it, `fast` how many of
    those were far above `level`. `gain` is in nats, its price paid. `witnesses` are partners of
    slow samples that are good with others. `is_path`: a link that only two nodes share.
    """

    part: Part
    steady: bool
    level: float
    slow: tuple[int, ...]
    seen: int
    fast: int
    gain: float
    witnesses: frozenset[str]
    is_path: bool = False

    @property
    def intermittent(self) -> bool:
        """Slow at times and fast at others: what is always slow never gets far above its level."""
        return self.fast > 0
