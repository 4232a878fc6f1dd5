"""The lines of podsys's own allreduce program."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.core.parsers import Unreadable
from podsys.core.parsers.allreduce import KNOWN_BAD, Allreduce, parse

# As printed on four nodes over 0.5 Gbit/s links.
PRINTED = """\
{"podsys_allreduce": 1, "ranks": 4, "hosts": 4}
{"bytes": 1024, "element_bytes": 8, "seconds": 0.012862403199915207, "busbw_gbps": 0.0009553424666458135, "checked": 512, "wrong": 0}
{"bytes": 4194304, "element_bytes": 8, "seconds": 0.22752407799976027, "busbw_gbps": 0.22121460041716126, "checked": 2097152, "wrong": 0}
{"finished": 2}
"""  # noqa: E501 - as printed


def read(text: str) -> Allreduce | None:
    try:
        return parse(text)
    except Unreadable:
        return None


def test_a_whole_run_is_read() -> None:
    found = parse(PRINTED)
    assert (found.ranks, found.hosts, found.wrong) == (4, 4, 0)
    assert found.largest.bytes == 4194304
    assert found.largest.busbw_gbps == pytest.approx(0.2212, abs=1e-4)


def test_what_is_said_before_the_program_begins_is_passed_over() -> None:
    """By a login, say: that a collective did not run would be blamed on its nodes."""
    assert parse(f"Welcome to n1\n\n{PRINTED}") == parse(PRINTED)
    assert read(f"{PRINTED}and then\n") is None
    assert read(PRINTED.replace('{"bytes": 1024', 'oops\n{"bytes": 1024')) is None


def test_wrong_elements_are_counted_over_all_sizes() -> None:
    assert parse(PRINTED.replace('"wrong": 0', '"wrong": 3')).wrong == 6


@pytest.mark.parametrize("sample", KNOWN_BAD)
def test_known_bad_is_refused(sample: str) -> None:
    with pytest.raises(Unreadable):
        parse(sample)


@pytest.mark.parametrize("line", range(4))
def test_a_missing_or_repeated_line_is_refused(line: int) -> None:
    lines = PRINTED.splitlines()
    assert read("\n".join(lines[:line] + lines[line + 1 :])) is None
    assert read("\n".join([*lines[:line], lines[line], *lines[line:]])) is None


@pytest.mark.parametrize(
    "key", ["bytes", "element_bytes", "seconds", "busbw_gbps", "checked", "wrong"]
)
@pytest.mark.parametrize("bad", [None, -1, True, "1", 1.5e300, []])
def test_a_value_that_is_no_measurement_is_refused(key: str, bad: object) -> None:
    lines = PRINTED.splitlines()
    row = json.loads(lines[2]) | {key: bad}
    assert read("\n".join([*lines[:2], json.dumps(row), lines[3]])) is None


@given(st.integers(min_value=0, max_value=len(PRINTED) - 3))
def test_a_cut_output_gives_no_number(length: int) -> None:
    assert read(PRINTED[:length]) is None


@settings(max_examples=300)
@given(st.integers(min_value=0, max_value=len(PRINTED) - 1), st.text(max_size=4))
def test_a_mutated_output_never_gives_another_bandwidth(at: int, new: str) -> None:
    found = read(PRINTED[:at] + new + PRINTED[at + len(new) :])
    if found is not None and (found.ranks, found.largest.bytes) == (4, 4194304):
        assert found.largest.busbw_gbps == pytest.approx(0.2212, rel=0.02)


@given(st.binary(max_size=300))
def test_binary_junk_gives_no_number(junk: bytes) -> None:
    assert read(junk.decode(errors="replace")) is None
