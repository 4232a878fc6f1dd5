"""What a node answers of packages for the lock, and what is refused of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from podsys.effects.resolve import resolve_packages
from podsys.effects.ssh.outcome import Outcome
from podsys.errors import ExitCode, PodsysError

GOOD = {
    "name": "libnvidia-ml1", "version": "1:535.309.01-0+deb12u1~x^1", "arch": "amd64",
    "source": "nvidia-graphics-drivers", "origin": "http://deb.debian.org/debian bookworm",
    "sha256": "a" * 64, "size": 1000,
}  # fmt: skip


class OneNode:
    """A fleet whose nodes all answer this."""

    as_root = ""

    def __init__(self, answer: Any) -> None:
        self._answer = json.dumps(answer).encode()

    def run(self, node: str, *_: Any) -> Outcome:
        return Outcome(node, 0, self._answer, b"")


def resolve(answer: Any) -> Any:
    fleet: Any = OneNode(answer)
    return resolve_packages(fleet, "n1", {"driver": ("535.309.01", ("libnvidia-ml1",))})


def test_packages_of_each_component() -> None:
    (package,) = resolve({"components": {"driver": [GOOD]}})["driver"]
    assert package.pin == "libnvidia-ml1=1:535.309.01-0+deb12u1~x^1"


@pytest.mark.parametrize("key", ["name", "version", "arch"])
@pytest.mark.parametrize("value", ["{{ lookup('pipe', 'id') }}", "a b", "../a", "", "a;b"])
def test_what_no_package_has_is_refused(key: str, value: str) -> None:
    """Ansible would look through it for expressions, and carry them out on this machine."""
    with pytest.raises(PodsysError, match="n1: its answer about packages cannot be read") as caught:
        resolve({"components": {"driver": [GOOD | {key: value}]}})
    assert caught.value.exit_code is ExitCode.UNKNOWN
