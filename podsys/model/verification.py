"""What checking a certificate yielded."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Verification:
    """`problems` make it invalid; `unchecked` says what could not be told.

    `carried`: earlier runs, and how many of its measurements are theirs.
    """

    file: str
    cluster: str
    verdict: str
    expires: str
    lab: bool
    signer: str = ""
    problems: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    carried: dict[str, int] = field(default_factory=dict)

    @property
    def valid(self) -> bool | None:
        """None: could not tell."""
        if self.problems:
            return False
        return None if self.unchecked else True
