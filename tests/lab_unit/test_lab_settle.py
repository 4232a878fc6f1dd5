"""A knob reads back as a kernel shows it, however it was written."""

import pytest

from podsys.lab.settle import settle_value

CHOICE = "always [madvise] never\n"


@pytest.mark.parametrize(
    ("written", "default", "shown"),
    [
        ("never\n", CHOICE, "always madvise [never]\n"),
        ("never", CHOICE, "always madvise [never]\n"),
        ("always madvise [never]\n", CHOICE, "always madvise [never]\n"),
        ("sometimes\n", CHOICE, CHOICE),
        ("1\n", "60\n", "1\n"),
        ("1", "60\n", "1\n"),
        ("1\n\n", "1000\n", "1\n"),  # a short value written over a long one, without truncation
        ("4 4 1 7", "7\t4\t1\t7\n", "4\t4\t1\t7\n"),
        ("", "60\n", ""),
        ("default performance", "default performance\n", "default performance\n"),
    ],
)
def test_value_reads_back_as_from_a_kernel(written: str, default: str, shown: str) -> None:
    assert settle_value(written, default) == shown


@pytest.mark.parametrize("default", [CHOICE, "60\n", "4\t4\t1\t7\n"])
def test_settled_value_is_stable(default: str) -> None:
    once = settle_value(default, default)
    assert once == default
    assert settle_value(once, default) == once
