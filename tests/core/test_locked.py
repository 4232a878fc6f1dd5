"""podsys.lock: equal input gives equal bytes, and no edit goes unnoticed."""

from __future__ import annotations

import pytest
import yaml

from podsys.core.lock import make_lock
from podsys.core.locked import locked_nodes, parse_lock
from podsys.core.upgrade import describe_move, find_moves
from podsys.model.lock import LockedComponent
from tests.releases import RELEASED, SECURITY, book, locked, machine, package, released

FACTS = {"n1": machine("n1"), "n2": machine("n2")}
DIGEST = "0" * 64


def text_of(*releases) -> str:
    return make_lock(DIGEST, "2.19", FACTS, releases)


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in parse_lock(text, "podsys.lock", book())[1]]


def test_a_lock_reads_back_as_it_was_made() -> None:
    text = text_of(locked(nodes="n1"), released("n2"))
    lock, problems = parse_lock(text, "podsys.lock", book())
    assert problems == []
    assert lock is not None
    assert make_lock(DIGEST, "2.19", FACTS, reversed(lock.releases)) == text
    assert locked_nodes(lock.releases) == {"n1": locked(nodes="n1"), "n2": released("n2")}


def test_without_releases_the_lock_is_as_it_was() -> None:
    assert "releases" not in yaml.safe_load(text_of())


def test_every_package_has_version_origin_and_hash_on_one_line() -> None:
    lines = [line for line in text_of(locked()).splitlines() if "name: nvidia-smi" in line]
    (line,) = lines
    for word in ("535.309.01-0+deb12u1", "sha256: " + "a" * 64, "origin: 'http", "size: 1000"):
        assert word in line


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: nvidia-smi, version: 535.309", "name: nvidia-smi, version: 535.261",
         "nvidia-smi is 535.261.01-0+deb12u1, driver is 535.309.01"),
        ("version: 535.309.01\n", "version: 535.261.03\n",
         "driver is 535.261.03, the release has 535.309.01"),
        ("sha256: " + "a" * 64, "sha256: " + "b" * 64, "edited by hand"),
        ("size: 1000", "size: 999", "edited by hand"),
        ("size: 1000", "size: -1", "size"),
        ("cuda: '12.2'", "coda: '12.2'", "unknown key"),
    ],
)  # fmt: skip
def test_an_edit_is_refused_with_its_line(old: str, new: str, said: str) -> None:
    text = text_of(locked())
    assert old in text
    found = problems_of(text.replace(old, new, 1))
    assert any(said in one for one in found), found
    assert all(one.startswith("podsys.lock:") for one in found)


def test_an_impossible_set_is_named_with_its_rule() -> None:
    newer = LockedComponent(
        version="535.309.01", packages=(package("firmware-nvidia-gsp", "535.309.01-0+deb12u1"),)
    )
    found = problems_of(text_of(locked(RELEASED, "n1", "535.261.03", "1", gsp_firmware=newer)))
    rule = "driver-one-version: gsp_firmware is 535.309.01, driver is 535.261.03"
    assert any(rule in one and "does not load" in one for one in found)


def test_moves_say_what_and_why() -> None:
    before = {"n1": locked(nodes="n[1-2]"), "n2": locked(nodes="n[1-2]")}
    (move,) = find_moves(
        dict.fromkeys(before, before["n1"]), {"n1": released(), "n2": before["n1"]}
    )
    assert (move.nodes, move.before, move.after) == (("n1",), "535.309.01", "535.261.03")
    said = describe_move(move)
    assert "5 packages" in said
    assert f"asks for {RELEASED}, not {SECURITY}" in said


def test_a_new_revision_of_the_distribution_is_a_move_too() -> None:
    other = locked(revision="0+deb12u2")
    (move,) = find_moves({"n1": locked()}, {"n1": other})
    assert move.why == "the distribution has another revision of it"
    assert find_moves({"n1": locked()}, {"n1": locked()}) == []
    (gone,) = find_moves({"n1": locked()}, {})
    assert gone.after == ""
    assert "no release" in gone.why
