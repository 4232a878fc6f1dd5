"""What a node built, fetched in pieces and kept; the node is played by what it would say."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from podsys.effects import build as door
from podsys.effects.build import BuildFailedError, build_on, list_kept
from podsys.effects.ssh.outcome import Outcome
from podsys.model.build import Build, DkmsSources, RecipeSources

BUILD = Build("mod-6.1", "1-1+6.1-2", "amd64", DkmsSources("mod-dkms", "1-1", "a" * 64), "6.1")
CONTENT = bytes(range(256)) * 3


class Node:
    """Answers as a node with a package at /built.deb does."""

    as_root = ""

    def __init__(self, answer: dict[str, object], content: bytes = CONTENT) -> None:
        self.answer, self.content, self.removed = answer, content, False
        self.came: dict[str, bytes] = {}

    def run(self, node: str, text: str, timeout_s: float, stdin: bytes = b"") -> Outcome:
        out = b""
        if into := re.search(r"cat >> ([^'\s]+)", text):
            self.came[into[1]] = self.came.get(into[1], b"") + stdin
        elif stdin:
            out = json.dumps(self.answer).encode()
        elif found := re.search(r"tail -c \+(\d+) .* head -c (\d+)", text):
            first, count = int(found[1]) - 1, int(found[2])
            out = self.content[first : first + count]
        else:
            self.removed = text.startswith("rm ")
        return Outcome(node, 0, out, b"", "", 0.0)


def answer(**changed: object) -> dict[str, object]:
    digest = hashlib.sha256(CONTENT).hexdigest()
    return {
        "file": "/built.deb", "size": len(CONTENT), "sha256": digest, "log": "/log", **changed
    }  # fmt: skip


def test_what_came_is_kept_with_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PIECE", 100)
    node = Node(answer())
    file = build_on(node, "n1", BUILD, tmp_path)  # type: ignore[arg-type]
    assert file.read_bytes() == CONTENT
    assert file.name == BUILD.file
    assert node.removed
    assert list_kept(tmp_path) == {BUILD.file}


@pytest.mark.parametrize("harm", ["change", "no hash", "empty hash"])
def test_a_file_that_is_not_what_came_does_not_count(tmp_path: Path, harm: str) -> None:
    file = build_on(Node(answer()), "n1", BUILD, tmp_path)  # type: ignore[arg-type]
    hash_file = file.with_name(f"{file.name}.sha256")
    if harm == "change":
        file.write_bytes(CONTENT[:-1])
    elif harm == "no hash":
        hash_file.unlink()
    else:
        hash_file.write_text("")
    assert list_kept(tmp_path) == set()


def test_a_build_that_failed_says_where_its_log_is(tmp_path: Path) -> None:
    said = {"problem": "dkms says no", "log": "/var/log/x.log", "last": ["a", "b"]}
    with pytest.raises(BuildFailedError) as caught:
        build_on(Node(said), "n1", BUILD, tmp_path)  # type: ignore[arg-type]
    assert caught.value.message == "n1: dkms says no"
    assert "/var/log/x.log on n1" in caught.value.hint
    assert caught.value.last == "a\nb"


def test_what_came_damaged_is_refused(tmp_path: Path) -> None:
    for node in (Node(answer(), CONTENT[:-1] + b"x"), Node(answer(), CONTENT[:-1])):
        with pytest.raises(BuildFailedError, match=r"damaged|cannot be fetched"):
            build_on(node, "n1", BUILD, tmp_path)  # type: ignore[arg-type]
    assert list_kept(tmp_path) == set()


PART = Build(
    "podsys-hello", "1+abc", "amd64",
    RecipeSources("hello", "https://h/hello", "", "c" * 40, "t", "make", (), (), ("/x",), ()),
)  # fmt: skip


def test_sources_reach_the_builder_in_pieces_under_their_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PIECE", 100)
    (tmp_path / "sources").write_bytes(CONTENT)
    node = Node(answer())
    build_on(node, "n1", PART, tmp_path / "packages", tmp_path / "sources")  # type: ignore[arg-type]
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert node.came == {f"/var/cache/podsys/build/{digest}.tar": CONTENT}


def test_a_part_that_cannot_be_built_can_be_done_without(tmp_path: Path) -> None:
    with pytest.raises(BuildFailedError) as caught:
        build_on(Node({"problem": "no"}), "n1", PART, tmp_path)  # type: ignore[arg-type]
    assert "packages: {parts: none}" in caught.value.hint
