"""What a lab remembers: its subnet, the speed of its links, what its image holds besides, the
platforms that its nodes are, in turn, and whether they are virtual machines."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from podsys.lab.files import read_or, write_whole
from podsys.lab.layout import Lab, Place

DEFAULT_LINK_MBPS = 500


@dataclass(frozen=True)
class Settings:
    subnet: int
    link_mbps: int
    packages: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    vm: bool = False

    @property
    def gateway(self) -> str:
        """The admin node's address in the lab."""
        return f"10.77.{self.subnet}.1"

    def address(self, node: Place) -> str:
        return f"10.77.{self.subnet}.{10 + node.number}"

    def platform_of(self, node: Place) -> str:
        """The platform that a node gets when it is made; empty for a plain node."""
        turn = node.number - 1
        return self.platforms[turn % len(self.platforms)] if self.platforms else ""


def load_settings(lab: Lab) -> Settings | None:
    """The lab's settings; none for a lab that is not there or was only half made."""
    try:
        known = json.loads(read_or(lab.dir / "lab.json"))
        lists = {key: tuple(known.get(key, ())) for key in ("packages", "platforms")}
        return Settings(**{**known, **lists})
    except (ValueError, TypeError, AttributeError):
        return None


def save_settings(lab: Lab, settings: Settings) -> None:
    write_whole(lab.dir / "lab.json", json.dumps(asdict(settings)) + "\n")
