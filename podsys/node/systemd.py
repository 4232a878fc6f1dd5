"""systemd asked once for many units."""

import os
import re
import time
from typing import Dict, List

from . import machine

# systemctl refuses its whole command line for one name that no unit can have.
NAME = re.compile(r"^[A-Za-z0-9:_.\\\\@-]{1,255}$")
START = "ActiveEnterTimestampMonotonic"


def show(units: List[str], properties: List[str]) -> Dict[str, Dict[str, str]]:
    """Unit -> property -> value; units that do not exist have LoadState=not-found."""
    found = {unit: {"LoadState": "not a unit's name"} for unit in units}
    fit = sorted({unit for unit in units if NAME.match(unit)})
    if not fit:
        return found
    asked = ["--property=Id," + ",".join(properties)]
    text = machine.ask(["systemctl", "show", "--no-pager"] + asked + ["--"] + fit)
    blocks = [_parse(block) for block in text.strip().split("\n\n")]
    if len(blocks) != len(fit):
        raise machine.Unreadable("systemctl told of %d of %d units" % (len(blocks), len(fit)))
    for unit, block in zip(fit, blocks):
        found[unit] = block
    return found


def is_started_before(shown: Dict[str, str], paths: List[str]) -> bool:
    """Was one of the files put in place after the unit started? Needs START to be shown."""
    running_s = time.monotonic() - int(shown.get(START) or 0) / 1e6
    return any(_age_s(path) < running_s for path in paths)


def _age_s(path: str) -> float:
    """Of what the file holds now; a missing file is no younger than anything."""
    try:
        return time.time() - os.stat(machine.at(path)).st_ctime
    except FileNotFoundError:
        return float("inf")


def _parse(block: str) -> Dict[str, str]:
    found = {}
    for line in block.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            found[name] = value
    return found
