"""Settings on the node itself: judged as the admin machine judges them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.judge import judge_items as judge_on_admin_machine
from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.node.alone.items import judge_items

ITEM = Item("a.b", "settings", "sysctl", "a.b", "5", compare="at_least")
FACES = st.sampled_from(["live", "persistent", "absent", "error", "note"])


@pytest.mark.parametrize(
    ("reading", "status"),
    [
        ({"live": "5", "persistent": "6"}, "pass"),
        ({"live": "4", "persistent": "6"}, "fail"),
        ({"absent": "no such sysctl"}, "skip"),
        ({"error": "denied"}, "unknown"),
        (None, "unknown"),
    ],
)
def test_statuses(reading, status):
    readings = {} if reading is None else {"a.b": reading}
    (found,) = judge_items([ITEM.as_request()], readings)
    assert (found["check"], found["status"], found["blocks"]) == ("a.b", status, False)


@given(st.none() | st.dictionaries(FACES, st.sampled_from(["", "4", "5", "x"])))
def test_both_sides_agree(reading):
    readings = {} if reading is None else {"a.b": reading}
    (here,) = judge_items([ITEM.as_request()], readings)
    (there,) = judge_on_admin_machine({"n1": [ITEM]}, {"n1": NodeFacts("n1", readings=readings)})
    assert here["status"] == there.status
