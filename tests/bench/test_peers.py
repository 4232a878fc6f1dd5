"""What each tool says about its changes is understood, or said not to be."""

import pytest

from bench.measured import Took
from bench.peers import PEERS
from bench.scenarios import prove_converged
from bench.site import Site

SITE = Site("x", 2)
RECAP = """PLAY RECAP ****
n001 : ok=30   changed={} unreachable=0    failed=0    skipped=4
n002 : ok=30   changed=1    unreachable=0    failed=0    skipped=4
"""
TOTAL = "    Grand total            66      {}         -       66          \n"


def took(said: str, code: int = 0) -> Took:
    return Took(code, 1.0, 1.0, 1.0, 1.0, said)


@pytest.mark.parametrize(
    ("tool", "said", "changed"),
    [
        ("podsys", "Nothing to do: 2 nodes are as described.", 0),
        ("podsys", "Plan: 77 changes on 4 nodes, 4 reboots.", 77),
        ("podsys", "Plan: 1 change on 1 node.", 1),
        ("stock", RECAP.format(2), 3),
        ("pyinfra", TOTAL.format("-"), 0),
        ("pyinfra", TOTAL.format("6"), 6),
        ("podsys", "something else", None),
        ("stock", "something else", None),
        ("pyinfra", "something else", None),
    ],
)
def test_changes(tool: str, said: str, changed: int | None) -> None:
    assert PEERS[tool].changed(took(said)) == changed


@pytest.mark.parametrize(
    ("given", "note"),
    [
        (took("Nothing to do"), ""),
        (took("Nothing to do", 3), "exit code 3"),
        (took("Plan: 2 changes"), "it changed 2"),
        (took("?"), "it does not say what it changed"),
    ],
)
def test_converged_is_proven(given: Took, note: str) -> None:
    assert prove_converged("podsys", SITE, given) == note


def test_a_round_trip_has_nothing_to_say() -> None:
    assert prove_converged("roundtrip", SITE, took("")) == ""
