"""What is no value is no value, whatever it looks like."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node import values


@pytest.mark.parametrize(
    ("text", "number"),
    [("12\n", 12), ("0", 0), ("007", 7), ("-1", None), ("", None), ("1_000", None), ("٣", None)],
)
def test_whole(text, number):
    assert values.whole(text) == number


def test_a_whole_number_beyond_its_bound_is_none():
    assert (values.whole("4095", 4095), values.whole("4096", 4095)) == (4095, None)
    assert values.whole("9" * 21) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("-1.5", -1.5), ("2e-5", 2e-5), ("nan", None), ("inf", None), ("1e999", None), ("-", None)],
)
def test_decimal(text, number):
    assert values.decimal(text) == number


@pytest.mark.parametrize(
    ("text", "digits"), [("0x10DE\n", "10de"), ("10de", ""), ("0x", ""), ("0xg", "")]
)
def test_hexadecimal(text, digits):
    assert values.hexadecimal(text) == digits


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\nb", "\ufffd", "x" * 161, "\x00"])
def test_what_people_cannot_read_is_no_word(text):
    assert values.word(text) == ""
    assert values.word(" 1.2 \n") == "1.2"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("0000:18:00.0", True),
        ("10000:e1:1f.7", True),
        ("0000:18:00.8", False),
        ("0000:18:00", False),
        ("pci0000:00", False),
        ("0000:18:00:0", False),
        ("0000:1G:00.0", False),
    ],
)
def test_pci_addresses(text, is_one):
    assert values.is_pci_address(text) is is_one


@given(st.text())
def test_any_text(text):
    number = values.whole(text)
    assert number is None or 0 <= number <= values.LARGEST
    fraction = values.decimal(text)
    assert fraction is None or math.isfinite(fraction)
    assert values.word(text).isprintable()
    assert len(values.quote(text)) < 700
    assert isinstance(values.is_pci_address(text), bool)
