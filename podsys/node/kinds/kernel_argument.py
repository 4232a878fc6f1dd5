"""Arguments of the kernel's command line.

Read live from /proc/cmdline, and for the next boot from /etc/default/grub and its drop-ins
(Debian family) or from grubby (RHEL family). Written to /etc/default/grub.d/zz-podsys.cfg
with update-grub, or by grubby. Takes effect with a reboot. Where there is a grub.cfg, the entry
that it will boot must say the same: an update-grub that was cut off is not done.
"""

from typing import Dict, List, Optional

from .. import grub, machine
from ..dropin import numbered_lines, write_lines
from ..words import split_words
from . import Item, Readings, read_each

FILE = "/etc/default/grub.d/zz-podsys.cfg"
OWN = (FILE,)
MAIN = "/etc/default/grub"
BUILT = grub.CONFIG
PRESENT = ""
UNSET = "unset"
VARIABLES = ("GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT")
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ_")


def read(items: List[Item]) -> Readings:
    live = parse_arguments(machine.read_text("/proc/cmdline") or "")
    saved, built = read_saved(), read_built()
    return read_each(items, lambda item: _read_one(item["key"], live, saved, built))


def write(changed: List[Item], wanted: List[Item]) -> None:
    """The drop-in adds behind what others set: the last of two equal arguments counts."""
    if machine.find_command("grubby"):
        arguments = join_arguments(changed)
        machine.ask(["grubby", "--update-kernel=ALL", "--args=" + arguments], 120)
        return
    arguments = join_arguments(wanted)
    line = 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT %s"' % arguments
    write_lines(FILE, [line])
    machine.ask(["update-grub"], 120)


def read_saved() -> Optional[Dict[str, str]]:
    """None when this machine has no boot loader that podsys knows."""
    if machine.find_command("grubby"):
        return parse_arguments(_ask_grubby())
    if not machine.exists(MAIN) and not machine.list_folder("/etc/default/grub.d"):
        return None
    values: Dict[str, str] = {}
    for path in [MAIN] + _dropins():
        for _, line in numbered_lines(path, comments="#"):
            assign(values, line)
    return parse_arguments(" ".join(values.get(name, "") for name in VARIABLES))


def read_built() -> Optional[Dict[str, str]]:
    """Of the entry that grub.cfg will boot; None where that file does not decide."""
    if machine.find_command("grubby"):
        return None
    entry = grub.read_default()
    return parse_arguments(entry.arguments) if entry else None


def assign(values: Dict[str, str], line: str) -> None:
    """One assignment as the shell would make it; other shell code is none."""
    name, sign, raw = line.partition("=")
    words = name.split()
    adds = name.endswith("+")
    name = words[-1].rstrip("+") if words else ""
    if not sign or words[:-1] not in ([], ["export"]) or not name or not LETTERS.issuperset(name):
        return
    try:
        text = (split_words(raw, comments=True) or [""])[0]
    except ValueError:
        text = "`"
    if "`" in text or "$(" in text:
        if name in VARIABLES:
            raise machine.Unreadable("only a shell can tell what this means: %s" % line[:200])
        return
    if not raw.lstrip().startswith("'"):
        text = _fill_in(text, values)
    values[name] = values.get(name, "") + text if adds else text


def _fill_in(text: str, values: Dict[str, str]) -> str:
    """Variables of the shell that are written in capital letters, with braces or without."""
    first, *rest = text.split("$")
    for part in rest:
        bare = part[1:] if part.startswith("{") else part
        name = bare[: len(bare) - len(bare.lstrip("".join(LETTERS)))]
        after = bare[len(name) :]
        if not name:
            first += "$" + part
            continue
        first += values.get(name, "") + (after[1:] if after.startswith("}") else after)
    return first


def parse_arguments(text: str) -> Dict[str, str]:
    """Name -> value; an argument given twice counts by its last, but all of `pci=` count."""
    found: Dict[str, str] = {}
    for word in _split(text.split(" -- ", maxsplit=1)[0]):
        name, separator, value = word.partition("=")
        if name == "pci" and name in found:
            value = "%s,%s" % (found[name], value)
        if name:
            found[name] = value if separator else PRESENT
    return found


def _split(text: str) -> List[str]:
    """The kernel knows double quotes only."""
    if '"' not in text:
        return text.split()
    import re

    return [word.replace('"', "") for word in re.findall(r'(?:"[^"]*"?|[^\s"])+', text)]


def _read_one(
    name: str,
    live: Dict[str, str],
    saved: Optional[Dict[str, str]],
    built: Optional[Dict[str, str]],
) -> Dict[str, str]:
    if saved is None:
        return {"absent": "this machine has no boot loader configuration"}
    value = saved.get(name, UNSET)
    reading = {"live": live.get(name, UNSET), "persistent": value}
    if built is not None and built.get(name, UNSET) != value:
        reading["persistent"] = "%s,%s" % (value, built.get(name, UNSET))
        reading["note"] = "%s differs from the files it is made from: run update-grub" % BUILT
    return reading


def join_arguments(items: List[Item]) -> str:
    return " ".join(sorted(_as_argument(item) for item in items))


def _as_argument(item: Item) -> str:
    argument = "%s=%s" % (item["key"], item["value"]) if item["value"] else str(item["key"])
    if any(character in argument for character in "\"'$`\\ \n"):
        raise machine.Unreadable("not fit for a command line: %s" % argument)
    return argument


def _dropins() -> List[str]:
    folder = "/etc/default/grub.d"
    return [
        "%s/%s" % (folder, name) for name in machine.list_folder(folder) if name.endswith(".cfg")
    ]


def _ask_grubby() -> str:
    for line in machine.ask(["grubby", "--info=DEFAULT"]).splitlines():
        name, _, value = line.partition("=")
        if name == "args":
            return value.strip().strip('"')
    return ""
