"""What GRUB will boot: the entry that its configuration chooses, with kernel and arguments.

As GRUB reads grub.cfg: `set default` names an entry by its number, id or title, with `>` between
a submenu and what is in it; `next_entry` and `saved_entry` of grubenv come in where the file asks
for them. An entry that is not there is the first one (GRUB manual, `default`).
"""

from typing import Dict, List, Optional

from . import machine

CONFIG = "/boot/grub/grub.cfg"
ENVIRONMENT = "/boot/grub/grubenv"
ID = "$menuentry_id_option"
LINUX = ("linux", "linux16", "linuxefi")
INITRD = ("initrd", "initrd16", "initrdefi")


class Entry:
    """A line of the menu: an entry with a kernel, or a submenu with `below`."""

    def __init__(self, title: str, name: str) -> None:
        self.title = title
        self.name = name
        self.path: List[str] = []
        self.below: List[Entry] = []
        self.kernel = ""
        self.arguments = ""
        self.initrd = ""

    @property
    def version(self) -> str:
        """/boot/vmlinuz-6.1.0-56-amd64 -> 6.1.0-56-amd64"""
        return self.kernel.rpartition("/")[2].partition("-")[2]


def read_default() -> Optional[Entry]:
    """None where there is no grub.cfg, or one without an entry that boots a kernel."""
    config = machine.read_text(CONFIG)
    environment = machine.read_text(ENVIRONMENT) or ""
    return None if config is None else find_default(config, environment)


def read_entries() -> List[Entry]:
    """All that boot a kernel, those of submenus too."""
    return list_kernels(parse_menu(machine.read_text(CONFIG) or ""))


def find_default(config: str, environment: str = "") -> Optional[Entry]:
    variables = parse_environment(environment)
    chosen = variables.get("next_entry") or ""
    if not chosen:
        chosen = _find_choice(config, variables)
    entries = parse_menu(config)
    found = None
    for word in chosen.split(">"):
        found = _pick(entries, word)
        entries = found.below if found else []
    while found is not None and not found.kernel:
        found = _pick(found.below, "0")
    return found


def parse_environment(text: str) -> Dict[str, str]:
    lines = [line.partition("=") for line in text.splitlines() if line[:1] != "#"]
    return {name: value for name, separator, value in lines if separator}


def parse_menu(config: str) -> List[Entry]:
    """The outermost entries; what stands in other braces, such as functions, is none."""
    top = Entry("", "")
    open_blocks: List[Optional[Entry]] = [top]
    for line in config.splitlines():
        words = _split(line)
        if not words:
            continue
        if words[-1] == "{":
            parent = open_blocks[-1]
            entry = _as_entry(words, parent)
            if entry is not None and parent is not None:
                parent.below.append(entry)
            open_blocks.append(entry)
        elif words == ["}"]:
            if len(open_blocks) > 1:
                open_blocks.pop()
        elif open_blocks[-1] is not None:
            _take(words, line, open_blocks[-1])
    return top.below


def list_kernels(entries: List[Entry]) -> List[Entry]:
    found = []
    for entry in entries:
        found += [entry] if entry.kernel else list_kernels(entry.below)
    return found


def _as_entry(words: List[str], parent: Optional[Entry]) -> Optional[Entry]:
    if parent is None or words[0] not in ("menuentry", "submenu") or len(words) < 3:
        return None
    marks = [place for place, word in enumerate(words) if word in (ID, "--id")]
    name = words[marks[0] + 1] if marks and marks[0] + 2 < len(words) else ""
    entry = Entry(words[1], name)
    entry.path = parent.path + [name or words[1]]
    return entry


def _take(words: List[str], line: str, entry: Entry) -> None:
    if words[0] in LINUX and len(words) > 1:
        entry.kernel = words[1]
        entry.arguments = (line.split(None, 2) + ["", ""])[2]
    elif words[0] in INITRD and len(words) > 1:
        entry.initrd = words[-1]


def _find_choice(config: str, variables: Dict[str, str]) -> str:
    """The last `set default` that is not the one for a single boot."""
    chosen = ""
    for line in config.splitlines():
        name, separator, value = line.strip().partition("=")
        if separator and name.split() == ["set", "default"] and "next_entry" not in value:
            chosen = value.strip("\"'")
    if "saved_entry" in chosen:
        chosen = variables.get("saved_entry") or ""
    return chosen


def _pick(entries: List[Entry], word: str) -> Optional[Entry]:
    if word.isdigit() and int(word) < len(entries):
        return entries[int(word)]
    for entry in entries:
        if word and word in (entry.name, entry.title):
            return entry
    return entries[0] if entries else None


def _split(line: str) -> List[str]:
    """Words, where quotation marks keep some together; a comment has none."""
    line = line.strip()
    if line[:1] == "#":
        return []
    double, single = line.find('"'), line.find("'")
    mark = '"' if double >= 0 and (single < 0 or double < single) else "'"
    words = []  # type: List[str]
    for place, part in enumerate(line.split(mark)):
        words += [part] if place % 2 else part.split()
    return words
