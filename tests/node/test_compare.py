import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.compare import as_number, differs, holds


@pytest.mark.parametrize(
    ("value", "compare", "found"),
    [
        ("10", "equal", "10"),
        ("4096 87380 6291456", "equal", "4096\t87380  6291456\n"),
        ("10", "equal", "010"),
        ("unlimited", "equal", "infinity"),
        ("1048576", "at_least", "unlimited"),
        ("1048576", "at_least", "1048577"),
        ("10", "at_most", "0"),
        ("unlimited", "at_most", "5"),
    ],
)
def test_what_holds(value, compare, found):
    assert holds(value, compare, found)


@pytest.mark.parametrize(
    ("value", "compare", "found"),
    [
        ("10", "equal", "60"),
        ("10", "equal", ""),
        ("", "equal", "unset"),
        ("1048576", "at_least", "1024,unlimited"),
        ("1048576", "at_least", "unset"),
        ("10", "at_most", "nan"),
        ("nan", "at_least", "nan"),
        ("10", "at_least", ""),
        ("unlimited", "at_least", "4096"),
    ],
)
def test_what_does_not_hold(value, compare, found):
    assert not holds(value, compare, found)


def test_faces_that_differ_are_named():
    assert differs("1", "equal", {"live": "60", "persistent": "1"}) == ["live"]
    assert differs("1", "equal", {"live": "1", "persistent": "unset"}) == ["persistent"]
    assert differs("1", "equal", {"live": "60", "persistent": "unset"}) == ["live", "persistent"]
    assert differs("1", "equal", {"persistent": "1", "note": "x"}) == []


@pytest.mark.parametrize("reading", [{}, {"absent": "no such key"}, {"error": "broken"}])
def test_a_reading_without_a_face_is_never_equal(reading):
    with pytest.raises(ValueError, match="nothing was read"):
        differs("1", "equal", reading)


@given(st.text(), st.text())
def test_equal_is_symmetric(one, other):
    assert holds(one, "equal", other) == holds(other, "equal", one)


@given(st.text())
def test_everything_equals_itself(text):
    assert holds(text, "equal", text)


@given(st.text(), st.text())
def test_a_bound_holds_only_between_numbers(wanted, found):
    if holds(wanted, "at_least", found) or holds(wanted, "at_most", found):
        assert as_number(wanted) is not None
        assert as_number(found) is not None
