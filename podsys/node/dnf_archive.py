"""Where dnf gets packages from: its own repositories, or a bundle that podsys serves and no other.

dnf has no folder for parts of its configuration: a marked line at the end of dnf.conf's section
[main], where the last one counts, names a folder of repositories that has the bundle alone. The
machine's own are not touched, and count again as soon as that line is gone.
"""

import os
from typing import Any, Dict, List

from . import machine
from .digest import sha256_of
from .dnf_config import end_main, read_main, read_option
from .packages import DNF_BUNDLE as REPOSITORY
from .sections.system import read_os_release

TOOL = "dnf"
FOLDER = os.path.dirname(REPOSITORY)
NAME = "podsys-bundle"
KEY = "/etc/pki/rpm-gpg/podsys-bundle.asc"
CACHE = "/var/cache/dnf"
LIMIT_S = 300.0
WARNING = "# Managed by podsys: hand edits are undone by the next deploy."
LINES = [WARNING, "reposdir=" + FOLDER]


def describe(item: Dict[str, Any]) -> str:
    if not any(machine.exists(path) for path in (FOLDER, KEY)) and LINES[-1] not in read_main():
        return "own"
    url = find_url()
    if item["value"] == "own":
        return url or "incomplete"
    files = make_files(url, item["params"].get("key", ""))
    if any(machine.read_text(path) != text for path, text in files.items()) or not is_named():
        return "edited"
    return url if is_fetched(url) else "%s, not fetched" % url


def write(item: Dict[str, Any]) -> None:
    forget()
    if item["value"] == "own":
        return
    for path, text in make_files(item["value"], item["params"]["key"]).items():
        machine.write_text(path, text)
    end_main(LINES, LINES)
    # The command imports the key of podsys's own file; programs that use its module do not.
    done = machine.run([TOOL, "-y", "-q", "makecache"], LIMIT_S)
    if done.code != 0:
        raise machine.Unreadable(find_errors(done.err + done.out))


def make_files(url: str, key: str) -> Dict[str, str]:
    """Path -> text. The index is signed, and has the hash of each package; the URL names the
    bundle by its hash, so nobody can hand out an older one, and it never grows old."""
    options = {
        "name": "podsys bundle",
        "baseurl": place_of(url),
        "enabled": "1",
        "proxy": "_none_",
        "repo_gpgcheck": "1",
        "gpgcheck": "0",  # looked at when the bundle was made, with the keys of its archives
        "gpgkey": "file://" + KEY,
        "metadata_expire": "never",
        "skip_if_unavailable": "0",
        "module_hotfixes": "1",  # which stream it was is settled; the index does not tell
    }
    lines = ["%s=%s" % pair for pair in options.items()]
    return {KEY: key, REPOSITORY: "\n".join([WARNING, "[%s]" % NAME] + lines) + "\n"}


def place_of(url: str) -> str:
    release = read_os_release()
    return "%s/pool/%s-%s" % (url, release.get("ID", ""), release.get("VERSION_ID", ""))


def find_url() -> str:
    """What the repository's file names; empty without one."""
    for line in (machine.read_text(REPOSITORY) or "").splitlines():
        if line.startswith("baseurl="):
            return line[len("baseurl=") :].partition("/pool/")[0]
    return ""


def is_named() -> bool:
    """Whether our line is there, once, with no other after it in its section, and what it names
    has the bundle alone."""
    lines = read_main()
    last = lines[-len(LINES) :] == LINES and lines.count(LINES[-1]) == 1
    return last and machine.list_folder(FOLDER) == [os.path.basename(REPOSITORY)]


def is_fetched(url: str) -> bool:
    """Whether dnf has the index, and the key that it was signed with."""
    folder = "%s/%s-%s" % (find_cache(), NAME, sha256_of(place_of(url).encode())[:16])
    return all(machine.exists(folder + path) for path in ("/repodata/repomd.xml", "/pubring"))


def forget() -> None:
    for path in (FOLDER, KEY):
        if machine.exists(path):
            remove(machine.at(path))
    if any(line in LINES for line in read_main()):
        end_main([], LINES)
    cache = find_cache()
    for name in machine.list_folder(cache):
        if name.startswith(NAME):
            remove(machine.at("%s/%s" % (cache, name)))


def remove(path: str) -> None:
    import shutil  # only here, and it takes its time

    if os.path.isdir(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def find_cache() -> str:
    return (read_option("cachedir") or [CACHE])[-1].rstrip("/")


def own_folders() -> List[str]:
    """Folders of repositories that dnf.conf names beside ours; none where dnf's own count."""
    named = [value for value in read_option("reposdir") if value != FOLDER]
    return named[-1].replace(",", " ").split() if named else []


def find_errors(said: str) -> str:
    """What dnf complains of: all it says of a file that differs is that it cannot be downloaded."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("Error: ")]
    return " ".join(errors or lines[-2:])[-600:] or "dnf makecache failed and said nothing"
