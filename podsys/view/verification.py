"""What checking a certificate yielded, for people and for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from podsys.model.verification import Verification
from podsys.view.console import clean, out
from podsys.view.numbers import count

WORDS = {
    True: ("valid", "bold green"),
    False: ("NOT VALID", "bold red"),
    None: ("could not tell", "bold yellow"),
}


def show_verification(verification: Verification) -> None:
    word, style = WORDS[verification.valid]
    practice = ", practice cluster" if verification.lab else ""
    about = f"cluster {verification.cluster}: {verification.verdict}{practice}"
    out().print(clean(f"{word}: {about}"), style=style, soft_wrap=True)
    if verification.signer:
        out().print(clean(f"  signed by {verification.signer}"), soft_wrap=True)
    if verification.valid:
        out().print(clean(f"  evidence unaltered, holds until {verification.expires}"))
    for run, number in verification.carried.items():
        text = f"  {count(number, 'measurement')} carried over from run {run}"
        out().print(clean(text), soft_wrap=True)
    for mark, lines in (("✗", verification.problems), ("?", verification.unchecked)):
        for line in lines:
            out().print(clean(f"  {mark} {line}"), soft_wrap=True)


def verification_as_json(verification: Verification) -> dict[str, Any]:
    return {"valid": verification.valid, **asdict(verification)}
