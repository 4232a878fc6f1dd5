"""Where apt gets packages from: its own sources, or a bundle that podsys serves and nothing else.

A configuration of apt names a folder of sources that has the bundle, and packages that podsys
built (kinds/package_origin.py), alone: the machine's own sources are not touched, and count again
as soon as these files are gone.
"""

import os
from typing import Any, Dict, List

from . import machine
from .kinds.package_origin import LIST
from .packages import BUNDLE as CONFIG
from .sections.system import read_os_release

TOOL = "apt-get"
FOLDER = "/etc/apt/podsys-bundle.d"
SOURCES = FOLDER + "/podsys-bundle.list"
# Leads nowhere, and apt passes over it, while nothing was built.
BUILT = FOLDER + "/podsys-packages.list"
KEY = "/etc/apt/keyrings/podsys-bundle.asc"
LISTS = "/var/lib/apt/lists"
UPDATED = "/var/lib/apt/periodic/update-success-stamp"
LIMIT_S = 300.0
WARNING = "Managed by podsys: hand edits are undone by the next deploy."


def describe(item: Dict[str, Any]) -> str:
    there = [path for path in (CONFIG, SOURCES, KEY) if machine.exists(path)]
    if not there:
        return "own"
    url = find_url()
    files = make_files(url, item["params"].get("key", ""))
    if item["value"] == "own":
        return url or "incomplete"
    if any(machine.read_text(path) != text for path, text in files.items()) or not is_linked():
        return "edited"
    return url if is_fetched(url) else "%s, not fetched" % url


def write(item: Dict[str, Any]) -> None:
    if item["value"] == "own":
        forget()
        return
    for path, text in make_files(item["value"], item["params"]["key"]).items():
        machine.write_text(path, text)
    if not is_linked():
        unlink(BUILT)
        os.symlink(LIST, machine.at(BUILT))
    words = ["apt-get", "-qq", "-o", "APT::Update::Error-Mode=any", "update"]
    done = machine.run(words, LIMIT_S)
    if done.code != 0:
        raise machine.Unreadable(find_errors(done.err + done.out))


def make_files(url: str, key: str) -> Dict[str, str]:
    """Path -> text. Lists of other sources are kept, for the day when they count again."""
    host = url.partition("://")[2].partition("/")[0]
    name = host.rpartition(":")[0] or host
    options = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": FOLDER,
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


def is_linked() -> bool:
    try:
        return os.readlink(machine.at(BUILT)) == LIST
    except OSError:
        return False


def unlink(path: str) -> None:
    try:
        os.unlink(machine.at(path))
    except (FileNotFoundError, NotADirectoryError):
        return


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
    here = [BUILT, SOURCES, KEY, UPDATED] + ["%s/%s" % (LISTS, name) for name in fetched]
    for path in [CONFIG] + here:
        unlink(path)
    if machine.exists(FOLDER):
        os.rmdir(machine.at(FOLDER))
    if machine.exists(LISTS):
        os.utime(machine.at(LISTS), (0, 0))


def find_errors(said: str) -> str:
    """What apt complains of first: what follows from it comes later."""
    lines = [line.strip() for line in said.splitlines() if line[:2] in ("E:", "W:")]
    return " ".join(lines[:2]) or said.strip()[-300:] or "apt-get update failed and said nothing"
