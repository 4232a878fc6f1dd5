"""Whole numbers in doubles: their sums are exact, so that one wrong bit shows."""

from array import array

PERIOD = 251


def fill(count, factor, start=0):
    """Elements of a pattern that no shift or swap leaves as it was, from `start` on."""
    pattern = array("d", [float((place + 1) * factor) for place in range(PERIOD)])
    whole = pattern * ((start + count) // PERIOD + 1)
    return whole[start : start + count]


def count_wrong(found, expected):
    """Elements that are not exactly what they must be; quick when all are right."""
    if found == expected:
        return 0
    return sum(1 for one, other in zip(found, expected) if one != other)
