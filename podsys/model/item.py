"""An item: one thing that must hold on a node, wherever it was written down.

Settings of the catalog, and the packages, files and services of a role, all become
items. Readers on the node read items, the plan compares them, checks judge them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypedDict

Compare = Literal["equal", "at_least", "at_most"]


class Reading(TypedDict, total=False):
    """What a node reader found for one item.

    `live` is what the running machine does, `persistent` what it will do after the next
    boot; a kind that has only one face leaves the other key out. `absent` says why the
    item does not exist on this machine (no such sysctl, package not installed): it then
    does not apply. `error` says why it could not be read: it is then unknown.
    """

    live: str
    persistent: str
    absent: str
    error: str
    note: str


@dataclass(frozen=True, slots=True)
class Item:
    """A wanted state: `key` of `kind` must read `value`."""

    id: str
    role: str
    kind: str
    key: str
    value: str
    compare: Compare = "equal"
    reboot: bool = False
    advisory: bool = False
    params: dict[str, str] = field(default_factory=dict, hash=False)

    def as_wanted(self) -> Item:
        """The same item as if it were not merely advised."""
        return replace(self, advisory=False)

    def as_request(self) -> dict[str, object]:
        """The form in which it travels to the node, for readers and for writers."""
        return {
            "id": self.id,
            "kind": self.kind,
            "key": self.key,
            "value": self.value,
            "compare": self.compare,
            "reboot": self.reboot,
            "params": dict(self.params),
        }
