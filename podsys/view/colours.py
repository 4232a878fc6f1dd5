"""The colour scale of the heat map: red is bad, blue is good, apart for every kind of eye."""

from __future__ import annotations

# ColorBrewer's RdYlBu in eleven classes, by Cynthia Brewer (Apache-2.0), colour-blind safe.
SCALE = (
    "a50026", "d73027", "f46d43", "fdae61", "fee090", "ffffbf",
    "e0f3f8", "abd9e9", "74add1", "4575b4", "313695",
)  # fmt: skip
# Classes dark enough to need light figures on them.
DARK = frozenset({0, 1, 9, 10})


def classify(value: float, largest: float) -> int:
    """The scale starts at zero: noise among healthy nodes must not look like a fault."""
    if largest <= 0:
        return 0
    share = min(max(value / largest, 0.0), 1.0)
    return min(len(SCALE) - 1, int(share * len(SCALE)))


def as_rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[0:2], 16), int(colour[2:4], 16), int(colour[4:6], 16)
