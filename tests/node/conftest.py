"""A folder that plays the machine: files below it, and tools that are small shell scripts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from podsys.node.kinds import Item, load_kind, read_items
from podsys.node.memo import forget
from podsys.node.orders import settle


class FakeMachine:
    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def put(self, path: str, content: str | bytes = "") -> None:
        forget()  # what a test changes, it wants to see
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def get(self, path: str) -> str:
        return self.path(path).read_text()

    def tool(self, name: str, script: str) -> None:
        """`$PODSYS_ROOT` is the machine's root; every call is noted in /calls."""
        self.put(
            f"/usr/bin/{name}", f'#!/bin/sh\necho "{name} $*" >> $PODSYS_ROOT/calls\n{script}\n'
        )
        self.path(f"/usr/bin/{name}").chmod(0o755)

    @property
    def calls(self) -> list[str]:
        calls = self.path("/calls")
        return calls.read_text().splitlines() if calls.exists() else []

    def units(self, units: Mapping[str, Mapping[str, str]]) -> None:
        """A systemctl that shows these units, and takes every order."""
        for name, properties in units.items():
            lines = [f"{key}={value}" for key, value in {"Id": name, **properties}.items()]
            self.put(f"/units/{name}", "\n".join(lines) + "\n")
            self.path(f"/usr/lib/systemd/system/{name}").parent.mkdir(parents=True, exist_ok=True)
            self.path(f"/usr/lib/systemd/system/{name}").touch()
        rows = [
            f"{name} {shown.get('LoadState', 'loaded')} {shown.get('ActiveState', 'inactive')} x x"
            for name, shown in units.items()
        ]
        self.put("/listed", "".join(f"{row}\n" for row in rows))
        missing = 'printf "Id=%s\\nLoadState=not-found\\n" $unit'
        show = f'cat "$PODSYS_ROOT/units/$unit" 2>/dev/null || {missing}; echo'
        listed = '[ $1 = list-units ] && exec cat "$PODSYS_ROOT/listed"'
        asked = f"[ $1 = show ] || exit 0\nshift 4\nfor unit; do {show}; done"
        self.tool("systemctl", f"{listed}\n{asked}")

    def read(self, *items: Item) -> dict[str, dict[str, str]]:
        return read_items(items[0]["kind"], list(items))

    def read_one(self, item: Item) -> dict[str, str]:
        return self.read(item)[item["id"]]

    def write(self, *items: Item) -> None:
        """As a run does it, which tells systemd in the end."""
        try:
            load_kind(items[0]["kind"]).write(list(items), list(items))
        finally:
            settle()
            forget()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    monkeypatch.setenv("PODSYS_ROOT", str(tmp_path))
    forget()
    return FakeMachine(tmp_path)


@pytest.fixture
def item():
    def make(kind: str, key: str, value: str = "", **params: str) -> Item:
        return {
            "id": f"{kind}.{key}",
            "kind": kind,
            "key": key,
            "value": value,
            "compare": "equal",
            "reboot": False,
            "params": params,
        }

    return make
