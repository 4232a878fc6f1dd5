"""Options of kernel modules, written `module.option`.

Read live from /sys/module while the module is loaded, and for its next load from all
modprobe.d folders. Written to /etc/modprobe.d/zz-podsys.conf; the initramfs is rebuilt, and
must be no older than that file.
"""

from typing import Dict, List

from .. import machine, modprobe
from . import Item, Readings, read_each

OWN = (modprobe.OPTIONS,)


def read(items: List[Item]) -> Readings:
    saved = modprobe.read_options()
    return read_each(items, lambda item: _read_one(item["key"], saved))


def write(changed: List[Item], wanted: List[Item]) -> None:
    lines = []
    for item in wanted:
        module, option = item["key"].split(".", 1)
        lines.append("options %s %s=%s" % (module, option, item["value"]))
    modprobe.write_file(modprobe.OPTIONS, lines)


def _read_one(key: str, saved: Dict[str, str]) -> Dict[str, str]:
    module, _, option = key.partition(".")
    name = modprobe.normal(module)
    if not option or "/" in key:
        raise machine.Unreadable("not written as module.option: %s" % key)
    reading = {"persistent": saved.get("%s.%s" % (name, option), "unset")}
    if modprobe.is_initramfs_old():
        reading.update(modprobe.OLD_INITRAMFS)
    live = machine.read_text("/sys/module/%s/parameters/%s" % (name, option))
    if live is not None:
        reading["live"] = live.strip()
    return reading
