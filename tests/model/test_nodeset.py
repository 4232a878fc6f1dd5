"""Names of nodes, folded and unfolded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.errors import PodsysError
from podsys.model.nodeset import expand, fold


def test_ranges_fold_with_their_zeros() -> None:
    assert fold(["n002", "n001", "n003", "login"]) in ("login,n[001-003]", "n[001-003],login")
    assert fold([]) == ""


def test_ranges_unfold() -> None:
    assert sorted(expand("n[001-003],login")) == ["login", "n001", "n002", "n003"]


@pytest.mark.parametrize("text", ["n[1-", "n[2-1]", "n[a-b]", "n[1-2]]"])
def test_a_syntax_error_names_the_text(text: str) -> None:
    with pytest.raises(PodsysError) as caught:
        expand(text)
    assert text in caught.value.message


@settings(deadline=None)
@given(st.lists(st.from_regex(r"[a-z]{1,3}[0-9]{1,4}", fullmatch=True), unique=True, max_size=30))
def test_folding_loses_nothing(names: list[str]) -> None:
    assert sorted(expand(fold(names))) == sorted(names) if names else fold(names) == ""


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=6), max_size=5))
def test_any_name_can_be_folded(names: list[str]) -> None:
    assert isinstance(fold(names), str)
