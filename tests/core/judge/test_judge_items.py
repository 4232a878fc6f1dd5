"""Passive checks: every status has its reason, and a missing reading never passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.judge import judge_items
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.item import Item, Reading
from podsys.model.status import Status


def item(**changes: object) -> Item:
    base: dict[str, object] = {
        "id": "vm.swappiness",
        "role": "settings",
        "kind": "sysctl",
        "key": "vm.swappiness",
        "value": "1",
    }
    return Item(**(base | changes))  # type: ignore[arg-type]


def judge(reading: Reading | None, **changes: object) -> Finding:
    readings = {} if reading is None else {"vm.swappiness": reading}
    facts = {"n001": NodeFacts("n001", readings=readings)}
    (found,) = judge_items({"n001": [item(**changes)]}, facts, {"vm.swappiness": "a book"})
    return found


def test_what_is_as_wanted_passes_with_value_and_source() -> None:
    found = judge({"live": "1", "persistent": "1"})
    assert (found.status, found.value, found.expected) == (Status.PASS, "1", "1")
    assert (found.check, found.suite, found.source) == ("vm.swappiness", "passive", "a book")
    assert found.nodes == ("n001",)


@pytest.mark.parametrize(
    "reading",
    [{"live": "60", "persistent": "1"}, {"live": "1", "persistent": "60"}, {"live": "60"}],
)
def test_either_face_that_differs_fails(reading: Reading) -> None:
    found = judge(reading)
    assert (found.status, found.remedy) == (Status.FAIL, "podsys deploy")
    assert "differs" in found.evidence
    assert "60" in str(found.value)


def test_saved_but_not_yet_live_asks_for_a_reboot() -> None:
    reading: Reading = {"live": "60", "persistent": "1"}
    assert judge(reading, reboot=True).remedy == "reboot"
    assert judge({"live": "60", "persistent": "60"}, reboot=True).remedy == "podsys deploy"
    assert judge({"live": "60"}, reboot=True).remedy == "podsys deploy"


def test_advice_is_shown_and_never_fails() -> None:
    found = judge({"live": "60"}, advisory=True)
    assert found.status is Status.SKIP
    assert found.evidence.startswith("advisory: not adopted")
    assert judge({"live": "1"}, advisory=True).status is Status.PASS


@pytest.mark.parametrize("advisory", [True, False])
def test_absent_skips_with_its_reason_and_the_unread_is_unknown(advisory: bool) -> None:
    absent = judge({"absent": "no such sysctl"}, advisory=advisory)
    assert (absent.status, absent.evidence) == (Status.SKIP, "no such sysctl")
    broken = judge({"error": "permission denied"}, advisory=advisory)
    assert (broken.status, broken.evidence) == (Status.UNKNOWN, "permission denied")
    assert judge(None, advisory=advisory).status is Status.UNKNOWN
    assert judge({}, advisory=advisory).status is Status.UNKNOWN


def test_bounds() -> None:
    assert judge({"live": "5"}, compare="at_least").status is Status.PASS
    assert judge({"live": "5"}, compare="at_most").status is Status.FAIL
    assert judge({"live": "much"}, compare="at_least").status is Status.FAIL
    assert judge({"live": "5"}, compare="at_least").expected == ">= 1"


@given(
    st.dictionaries(
        st.sampled_from(["live", "persistent", "absent", "error", "note"]), st.text(max_size=3)
    )
)
def test_a_pass_has_every_face_that_was_read_right(reading: dict[str, str]) -> None:
    found = judge(reading)  # type: ignore[arg-type]
    if found.status is Status.PASS:
        assert not reading.get("error")
        faces = [reading[face] for face in ("live", "persistent") if face in reading]
        assert faces
        assert all(float(face) == 1 for face in faces)
