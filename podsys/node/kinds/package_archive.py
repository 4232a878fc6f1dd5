"""Where packages come from: `own`, or the URL of a bundle that podsys serves, and nothing else.

The key is the package manager, apt or dnf. Read from files of podsys's own and from what the
package manager has fetched; written together with a fetch of the bundle's index, whose signature
it checks. Params: the public key.
"""

from typing import Dict, List

from .. import apt_archive, dnf_archive, machine
from . import Item, Readings, read_each, write_each

# Before all others: what repairs or installs packages fetches them from there.
ORDER = 0
MANAGERS = {"apt": apt_archive, "dnf": dnf_archive}


def read(items: List[Item]) -> Readings:
    return read_each(items, _read_one)


def write(changed: List[Item], wanted: List[Item]) -> None:
    write_each(changed, lambda item: MANAGERS[item["key"]].write(item))


def _read_one(item: Item) -> Dict[str, str]:
    manager = MANAGERS[item["key"]]
    if machine.find_command(manager.TOOL) is None:
        return {"absent": "this machine has no %s" % item["key"]}
    return {"live": manager.describe(item)}
