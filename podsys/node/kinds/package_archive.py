"""Where packages come from: `own`, or the URL of a bundle that podsys serves, and nothing else.

Read from three files of podsys's own and from apt's lists. A configuration of apt names a source
list that has the bundle alone: the machine's own sources are not touched, and count again as
soon as these files are gone. Written together with apt-get update. Params: the public key.
"""

import os
from typing import Dict, List

from .. import machine
from ..packages import BUNDLE as CONFIG
from ..sections.system import read_os_release
from . import Item, Readings, read_each, write_each

# Before all others: what repairs or installs packages fetches them from there.
ORDER = 0
SOURCES = "/etc/apt/podsys-bundle.list"
KEY = "/etc/apt/keyrings/podsys-bundle.asc"
LISTS = "/var/lib/apt/lists"
UPDATED = "/var/lib/apt/periodic/update-success-stamp"
LIMIT_S = 300.0
WARNING = "Managed by podsys: hand edits are undone by the next deploy."


def read(items: List[Item]) -> Readings:
    if machine.find_command("apt-get") is None:
        return {item["id"]: {"absent": "this machine has no apt"} for item in items}
    return read_each(items, lambda item: {"live": describe(item)})


def write(changed: List[Item], wanted: List[Item]) -> None:
    write_each(changed, _write_one)


def describe(item: Item) -> str:
    there = [path for path in (CONFIG, SOURCES, KEY) if machine.exists(path)]
    if not there:
        return "own"
    url = find_url()
    files = make_files(url, item["params"].get("key", ""))
    if item["value"] == "own":
        return url or "incomplete"
    if any(machine.read_text(path) != text for path, text in files.items()):
        return "edited"
    return url if is_fetched(url) else "%s, not fetched" % url


def _write_one(item: Item) -> None:
    if item["value"] == "own":
        forget()
        return
    for path, text in make_files(item["value"], item["params"]["key"]).items():
        machine.write_text(path, text)
    words = ["apt-get", "-qq", "-o", "APT::Update::Error-Mode=any", "update"]
    done = machine.run(words, LIMIT_S)
    if done.code != 0:
        raise machine.Unreadable(find_errors(done.err + done.out))


def make_files(url: str, key: str) -> Dict[str, str]:
    """Path -> text. Lists of other sources are kept, for the day when they count again."""
    host = url.partition("://")[2].partition("/")[0]
    name = host.rpartition(":")[0] or host
    options = {
        "Dir::Etc::SourceList": SOURCES,
        "Dir::Etc::SourceParts": "/dev/null",
        "APT::Get::List-Cleanup": "false",
        "Acquire::http::Proxy::" + name: "DIRECT",
    }
    config = "".join('%s "%s";\n' % pair for pair in options.items())
    # The URL names the bundle by its hash, so nobody can hand out an older one; and a machine
    # without the time must be able to install what sets its clock.
    line = "deb [signed-by=%s check-date=no] %s %s main\n" % (KEY, url, read_suite())
    return {
        KEY: key,
        SOURCES: "# %s\n%s" % (WARNING, line),
        CONFIG: "// %s\n%s" % (WARNING, config),
    }


def read_suite() -> str:
    release = read_os_release()
    return "%s-%s" % (release.get("ID", ""), release.get("VERSION_ID", ""))


def find_url() -> str:
    """What the source list names; empty without one."""
    for line in (machine.read_text(SOURCES) or "").splitlines():
        words = line.split()
        if words[:1] == ["deb"] and len(words) > 3:
            return words[-3]
    return ""


def is_fetched(url: str) -> bool:
    """Whether apt has the index: it drops what is not signed by the key, or does not fit."""
    names = list_fetched(url)
    return any(n.endswith("_InRelease") for n in names) and any("_Packages" in n for n in names)


def list_fetched(url: str) -> List[str]:
    """Files of apt's lists, which are named by what they were fetched from."""
    start = "%s_dists_%s_" % (url.partition("://")[2].replace("/", "_"), read_suite())
    return [name for name in machine.list_folder(LISTS) if name.startswith(start)]


def forget() -> None:
    """The own lists may be old by now: who installs next shall fetch them first."""
    fetched = list_fetched(find_url())
    for path in [CONFIG, SOURCES, KEY, UPDATED] + ["%s/%s" % (LISTS, name) for name in fetched]:
        try:
            os.unlink(machine.at(path))
        except (FileNotFoundError, NotADirectoryError):
            continue
    if machine.exists(LISTS):
        os.utime(machine.at(LISTS), (0, 0))


def find_errors(said: str) -> str:
    """What apt complains of first: what follows from it comes later."""
    lines = [line.strip() for line in said.splitlines() if line[:2] in ("E:", "W:")]
    return " ".join(lines[:2]) or said.strip()[-300:] or "apt-get update failed and said nothing"
