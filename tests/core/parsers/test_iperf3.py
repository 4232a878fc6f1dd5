"""iperf3's output: real results are read, everything else is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.core.parsers import Unreadable
from podsys.core.parsers.iperf3 import KNOWN_BAD, parse, parse_both_ways

CAPTURED = Path(__file__).parents[2] / "captured" / "iperf3"
BIDIR = (CAPTURED / "bidir-3.12.json").read_text()
TO_SERVER, TO_CLIENT = 10.340335943387281, 11.043646242370708


def test_both_ways_as_the_receivers_counted() -> None:
    assert parse_both_ways(BIDIR) == pytest.approx((TO_SERVER, TO_CLIENT))


def test_one_way() -> None:
    text = (CAPTURED / "forward-3.12.json").read_text()
    flows = parse(text)
    assert flows.to_server == pytest.approx(22.789137131449173)
    assert flows.to_client is None
    with pytest.raises(Unreadable, match="one direction"):
        parse_both_ways(text)
    backwards = parse(text.replace('"reverse":\t0', '"reverse":\t1'))
    assert (backwards.to_server, backwards.to_client) == (None, flows.to_server)


def test_a_refused_connection_is_named() -> None:
    with pytest.raises(Unreadable, match="Connection refused"):
        parse((CAPTURED / "refused-3.12.json").read_text())


@pytest.mark.parametrize("sample", KNOWN_BAD)
def test_known_bad_is_refused(sample: str) -> None:
    with pytest.raises(Unreadable):
        parse(sample)


def changed(*path: str, to: Any) -> str:
    document = json.loads(BIDIR)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return json.dumps(document)


@pytest.mark.parametrize("bad", ["9e9", None, True, [], {}, -1.0, float("nan"), 10**400, "nan"])
@pytest.mark.parametrize("key", ["bits_per_second", "bytes", "seconds"])
@pytest.mark.parametrize("way", ["sum_received", "sum_received_bidir_reverse"])
def test_a_value_that_is_no_measurement_is_refused(way: str, key: str, bad: object) -> None:
    with pytest.raises(Unreadable):
        parse(changed("end", way, key, to=bad))


def test_no_time_cut_short_and_other_protocols_are_refused() -> None:
    for text in (
        changed("end", "sum_received", "seconds", to=0),
        changed("start", "test_start", "duration", to=10),
        changed("start", "test_start", "protocol", to="UDP"),
        changed("error", to="interrupt - the server has terminated"),
    ):
        with pytest.raises(Unreadable):
            parse(text)


def read(text: str) -> tuple[float, float] | None:
    try:
        return parse_both_ways(text)
    except Unreadable:
        return None


@given(st.integers(min_value=0, max_value=len(BIDIR.rstrip()) - 1))
def test_a_cut_output_gives_no_number(length: int) -> None:
    assert read(BIDIR[:length]) is None


@settings(max_examples=300)
@given(
    st.integers(min_value=0, max_value=len(BIDIR) - 1),
    st.integers(min_value=0, max_value=8),
    st.text(max_size=8),
)
def test_a_mutated_output_gives_the_true_numbers_or_none(at: int, gone: int, new: str) -> None:
    found = read(BIDIR[:at] + new + BIDIR[at + gone :])
    if found is not None:
        assert found == pytest.approx((TO_SERVER, TO_CLIENT), rel=0.01)


@given(st.binary(max_size=300))
def test_binary_junk_gives_no_number(junk: bytes) -> None:
    assert read(junk.decode(errors="replace")) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    )
)
def test_any_other_json_gives_no_number(document: object) -> None:
    assert read(json.dumps(document)) is None


def test_depth_is_no_crash() -> None:
    assert read("[" * 200_000) is None
