"""Equal answers of different nodes take the memory of one."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from podsys.effects.probe import read_outcome
from podsys.effects.sharing import REMEMBERED, Shelf
from podsys.effects.ssh import Outcome


def answer(node: str, readings: dict[str, object], uptime: float = 1.0) -> Outcome:
    system = {"status": "ok", "data": {"uptime_s": uptime}, "seconds": uptime / 10}
    document = {"podsys_probe": 1, "sections": {"system": system}, "readings": readings}
    return Outcome(node, 0, json.dumps(document).encode(), b"", seconds=uptime)


def test_equal_readings_of_separate_answers_are_one_object():
    shelf = Shelf()
    first = read_outcome(answer("n1", {"a": {"live": "1"}, "own": {"live": "x"}}), shelf)
    second = read_outcome(answer("n2", {"a": {"live": "1"}, "own": {"live": "y"}}, 7.0), shelf)
    assert first.readings["a"] is second.readings["a"]
    assert next(iter(first.readings)) is next(iter(second.readings))
    assert second.readings["own"] == {"live": "y"}
    assert second.get("system.uptime_s") == 7.0


def test_equal_parts_of_what_differs_are_one_object():
    shelf = Shelf()
    values = [
        shelf.share("gpu", {"gpus": [{"uuid": uuid, "links": [{"up": True}]}]}) for uuid in "ab"
    ]
    (first,), (second,) = (value["gpus"] for value in values)
    assert (first["uuid"], second["uuid"]) == ("a", "b")
    assert first["links"] is second["links"]


@given(
    st.lists(
        st.recursive(
            st.sampled_from([0, 2, True, 2.5, "", None]),
            lambda part: st.lists(part, max_size=2) | st.dictionaries(st.sampled_from("ab"), part),
        ),
        max_size=60,
    )
)
def test_sharing_never_changes_nested_values(values):
    shelf = Shelf()
    before = json.dumps(values, sort_keys=True)
    after = [shelf.share("item", value) for value in values]
    assert json.dumps(after, sort_keys=True) == before


@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.text("xyz", max_size=2)), max_size=60))
def test_sharing_never_changes_what_was_read(values):
    shelf = Shelf()
    assert [shelf.share("item", dict(value)) for value in values] == values


def test_what_differs_everywhere_is_not_remembered_without_end():
    shelf = Shelf()
    last = [{"live": str(number)} for number in range(REMEMBERED + 1)]
    kept = [shelf.share("item", value) for value in last]
    assert all(one is other for one, other in zip(kept, last, strict=True))
    again = {"live": str(REMEMBERED)}
    assert shelf.share("item", again) is again


def test_a_reading_that_is_none_is_no_answer():
    assert "without faces" in read_outcome(answer("n1", {"a": ["1"]})).error
