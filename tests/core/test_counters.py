"""Rates between two looks: only of the same counter, in the same boot, with time in between."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.counters import compare_counters, keep_counters
from podsys.model.facts import NodeFacts, Section
from podsys.node.diagnose.fact_paths import pick
from podsys.node.diagnose.rates import find_rates
from podsys.node.rules import Unknown

PATHS = {("infiniband", "ports", "[guid]", "counters", "symbol_error")}


def look(errors: Any, at: float, boot: str = "b", guid: str = "g1") -> dict[str, dict[str, Any]]:
    port = {"guid": guid, "counters": {"symbol_error": errors}}
    facts = NodeFacts(
        "n1",
        sections={
            "infiniband": Section("ok", {"ports": [port]}),
            "system": Section("ok", {"boot_id": boot}),
        },
    )
    return keep_counters({"n1": facts, "n2": NodeFacts("n2", "gone")}, PATHS, at)


def rate(before: dict[str, Any], now: dict[str, Any]) -> Any:
    rates = compare_counters(before, now)
    return rates["n1"]["infiniband"]["ports"]["g1"]["counters"]["symbol_error"]


def test_only_what_rules_ask_for_is_kept() -> None:
    kept = look(7, 100.0)
    assert kept == {
        "n1": {
            "time": 100.0,
            "boot_id": "b",
            "counters": {"infiniband": {"ports": {"g1": {"counters": {"symbol_error": 7}}}}},
        }
    }


def test_increments_are_per_second_and_never_of_less_than_a_minute() -> None:
    assert rate(look(100, 0.0), look(700, 600.0)) == 1.0
    assert rate(look(0, 0.0), look(60, 1.0)) == 1.0
    assert rate(look(5, 0.0), look(5, 600.0)) == 0.0


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (look(9, 0.0), look(3, 600.0)),
        (look(9, 0.0, guid="other"), look(10, 600.0)),
        (look(None, 0.0), look(10, 600.0)),
        (look("9", 0.0), look(10, 600.0)),
        (look(9, 0.0), look(True, 600.0)),
    ],
)
def test_a_counter_that_cannot_be_compared_has_no_rate(before: Any, now: Any) -> None:
    found = rate(before, now)
    assert isinstance(found, Unknown)
    assert found.kind == "option"


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (look(1, 0.0, boot="a"), look(2, 600.0)),
        (look(1, 0.0, boot=""), look(2, 600.0, boot="")),
        (look(1, 600.0), look(2, 600.0)),
        (look(1, 700.0), look(2, 600.0)),
        ({}, look(2, 600.0)),
    ],
)
def test_another_boot_or_no_time_between_gives_no_rates(before: Any, now: Any) -> None:
    assert compare_counters(before, now) == {}


def test_two_elements_with_one_key_belong_to_nobody() -> None:
    twice = {"a": {"list": [{"id": 1, "n": 1}, {"id": 1, "n": 2}, {"id": 2, "n": 3}]}}
    assert pick(twice, [["a", "list", "[id]", "n"]]) == {"a": {"list": {"2": {"n": 3}}}}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
)


@given(ANY, ANY)
def test_nothing_breaks_picking_and_comparing(before: Any, now: Any) -> None:
    paths = [["a", "b"], ["a", "[b]", "a"], ["b"]]
    picked = pick({"a": now, "b": now}, paths)
    assert isinstance(find_rates(before, picked, 60.0), dict)
