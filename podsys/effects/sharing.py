"""Equal values of many nodes as one object: ten thousand equal nodes take the memory of one."""

from __future__ import annotations

from typing import TypeVar

# Different values remembered of one thing. What differs more often is each node's own, and
# looking for its equal would cost more than it saves.
REMEMBERED = 16

T = TypeVar("T")


class Shelf:
    """Keeps the first of all equal values, and gives it out for the others."""

    def __init__(self) -> None:
        self._known: dict[str, list[object]] = {}

    def share(self, name: str, value: T) -> T:
        """`name` says of what it is a value: only values of the same thing are compared.

        Parts of a value that has no equal are shared in its place: GPUs have their serial
        numbers, and links like all others.
        """
        known = self._known.setdefault(name, [])
        for other in known:
            if other == value and type(other) is type(value):
                return other
        if isinstance(value, dict):
            for key, part in value.items():
                if isinstance(part, dict | list):
                    value[key] = self.share(f"{name}.{key}", part)
        elif isinstance(value, list):
            value[:] = [
                self.share(f"{name}[]", part) if isinstance(part, dict | list) else part
                for part in value
            ]
        if len(known) < REMEMBERED:
            known.append(value)
        return value
