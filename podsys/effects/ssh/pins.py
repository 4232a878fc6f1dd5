"""known_hosts, read once for a whole fleet: finding a key does not read the other ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path


class Pins:
    """Keys by host and type. What is not understood stays in the file as it stands."""

    def __init__(self, text: str = "") -> None:
        self._keys: dict[str, dict[str, str]] = {}
        self._others: list[str] = []
        self.file = Path("known_hosts")  # only to name it
        for line in text.splitlines():
            self._read(line)

    @classmethod
    def load(cls, file: Path) -> Pins:
        pins = cls(file.read_text(errors="replace") if file.exists() else "")
        pins.file = file
        return pins

    def _read(self, line: str) -> None:
        words = line.split()
        if len(words) < 3 or line.startswith(("#", "@")):
            self._others += [line] if words else []
            return
        for host in words[0].split(","):
            self.add(host, words[1], words[2])

    def add(self, host: str, kind: str, key: str) -> None:
        self._keys.setdefault(host, {})[kind] = key

    def trust(self, lines: str) -> None:
        """These know the machines' keys: older ones of the same hosts go."""
        better = Pins(lines)
        self._keys |= better._keys

    def of(self, host: str) -> Mapping[str, str]:
        """Keys by type; nothing when none is pinned."""
        if found := self._keys.get(host):
            return found
        hashed = (name for name in self._keys if name.startswith("|1|"))
        return next((self._keys[name] for name in hashed if _is_hash_of(name, host)), {})

    def text(self) -> str:
        lines = [
            f"{host} {kind} {key}"
            for host, kinds in self._keys.items()
            for kind, key in kinds.items()
        ]
        return "".join(f"{line}\n" for line in [*self._others, *sorted(lines)])


def _is_hash_of(name: str, host: str) -> bool:
    """`|1|salt|hash`, as `ssh-keyscan -H` writes it."""
    try:
        salt, digest = (base64.b64decode(part) for part in name.split("|")[2:4])
    except ValueError:
        return False
    return hmac.compare_digest(hmac.new(salt, host.encode(), hashlib.sha1).digest(), digest)
