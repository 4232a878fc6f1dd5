"""How the check of a certificate is told."""

from __future__ import annotations

import pytest

from podsys.model.verification import Verification
from podsys.view.verification import show_verification, verification_as_json


@pytest.mark.parametrize(
    ("problems", "unchecked", "word", "valid"),
    [
        ([], [], "valid:", True),
        (["expired"], [], "NOT VALID:", False),
        ([], ["no signature"], "could not tell:", None),
        (["expired"], ["no signature"], "NOT VALID:", False),
    ],
)
def test_the_word_says_whether_it_holds(
    problems: list[str],
    unchecked: list[str],
    word: str,
    valid: bool | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = Verification("f", "c1", "certified", "2026", True, "podsys", problems, unchecked)
    show_verification(found)
    said = capsys.readouterr().out
    assert said.startswith(f"{word} cluster c1: certified, practice cluster")
    assert all(line in said for line in problems + unchecked)
    assert verification_as_json(found)["valid"] is valid
