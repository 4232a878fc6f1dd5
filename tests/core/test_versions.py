"""Versions of packages, taken apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podsys.core.versions import is_of, makers_part, numbers, settle
from podsys.node.indexes import package_set

NUMBERS = st.lists(st.integers(0, 9999), min_size=1, max_size=4).map(
    lambda n: ".".join(map(str, n))
)


def test_forms_that_packages_have() -> None:
    assert makers_part("1:4.6.0-1") == "4.6.0"
    assert makers_part("535.309.01-0+deb12u1") == "535.309.01"
    assert makers_part("13.0") == "13.0"
    assert is_of("2.30.4-1+cuda13.0", "2.30.4-1+cuda13.0")
    assert is_of("1:4.6.0-1", "1:4.6.0-1")
    assert not is_of("535.309.01-0+deb12u1", "535.309")


def test_a_series_is_any_of_its_versions_and_a_lock_holds_one() -> None:
    for either in (is_of, package_set.is_of):
        assert either("13.0.2-1", "13.0.*")
        assert either("1:13.0.2-1", "13.0.*")
        assert not either("13.10.2-1", "13.1.*")
        assert not either("13.0-1", "13.0.*")
    assert settle("13.0.*", ["13.0.2-1", "13.0.1-1"]) == "13.0.2"
    assert settle("13.0.2-1", ["13.0.1-1"]) == "13.0.2-1"


def test_versions_are_ordered_by_their_numbers() -> None:
    assert numbers("580.173.02") > numbers("580") > numbers("535.309.01-0+deb12u1")


@given(NUMBERS, st.integers(0, 9), NUMBERS)
def test_node_and_admin_node_read_versions_alike(version: str, epoch: int, revision: str) -> None:
    whole = f"{epoch}:{version}-{revision}"
    assert makers_part(whole) == package_set.makers_part(whole) == version
    for wanted in (version, f"{version}-{revision}", whole, revision):
        assert is_of(whole, wanted) == package_set.is_of(whole, wanted)
