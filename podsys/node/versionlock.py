"""dnf's versionlock plugin: its list says in which versions a package may come at all.

Read and written as the plugin's own commands do it, without them: they load the metadata of all
repositories, which takes seconds, and may take the network.
"""

from typing import Dict, Iterable, List, Set, Tuple

from . import machine
from .dnf_config import read_option
from .packages import read_rpm, without_no_epoch
from .paths import find_paths

CONFIG = "/etc/dnf/plugins/versionlock.conf"
LIST = "/etc/dnf/plugins/versionlock.list"
PLUGIN = "/usr/lib/python3*/*-packages/dnf-plugins/versionlock.py"
YES = ("1", "true", "yes", "on")
ARCHES = ("*", "noarch", "x86_64", "aarch64", "i686", "src")
PACKAGE = "python3-dnf-plugin-versionlock"


def read_held() -> Dict[str, bool]:
    """Installed packages, and whether each is held."""
    locked = read_locked() if is_active() else {}
    return {
        name: bool(locked.get(name)) and locked[name].issubset(versions)
        for name, versions in read_rpm().items()
    }


def hold(names: Iterable[str]) -> None:
    """Each in the versions that are installed; other entries about it go."""
    if not is_active():
        raise machine.Unreadable("dnf has no versionlock plugin at work: install %s" % PACKAGE)
    chosen, installed = set(names), read_rpm()
    path = find_list()
    lines = (machine.read_text(path) or "").splitlines()
    kept = [line for line in lines if split_entry(line)[0] not in chosen]
    for name in sorted(chosen):
        kept += [write_entry(name, version) for version in installed.get(name, [])]
    machine.write_text(path, "\n".join(kept) + "\n")


def read_locked() -> Dict[str, Set[str]]:
    """Name -> the versions that the list lets it have."""
    found: Dict[str, Set[str]] = {}
    for line in (machine.read_text(find_list()) or "").splitlines():
        name, version = split_entry(line)
        if name:
            found.setdefault(name, set()).add(version)
    return found


def split_entry(line: str) -> Tuple[str, str]:
    """`kernel-core-0:5.14.0-362.el9.*` -> kernel-core, 5.14.0-362.el9

    Empty for comments and for what is never to come, and without a version for other forms.
    """
    line = line.strip()
    if not line or line[0] in "#!":
        return "", ""
    parts = line.rsplit("-", 2)
    if len(parts) < 3 or not parts[1][:1].isdigit():
        return line, "*"
    release, _, arch = parts[2].rpartition(".")
    whole = "%s-%s" % (parts[1], release if arch in ARCHES else parts[2])
    return parts[0], without_no_epoch(whole)


def write_entry(name: str, version: str) -> str:
    """As `dnf versionlock add` does it."""
    return "%s-%s.*" % (name, version if ":" in version else "0:" + version)


def is_active() -> bool:
    """Whether dnf loads the plugin: it is there, and no configuration turns it off."""
    values = [read_settings().get("enabled", "1"), *read_option("plugins")]
    return bool(find_paths(PLUGIN)) and all(value.lower() in YES for value in values)


def find_list() -> str:
    return read_settings().get("locklist", LIST)


def read_settings() -> Dict[str, str]:
    lines = (machine.read_text(CONFIG) or "").splitlines()
    pairs: List[Tuple[str, str, str]] = [line.partition("=") for line in lines]
    return {key.strip(): value.strip() for key, mark, value in pairs if mark and key[:1] != "#"}
