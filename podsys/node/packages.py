"""The package database, read once and without starting a tool where that is possible."""

from typing import Dict, List

from . import machine
from .memo import once
from .record import Record

STATUS = "/var/lib/dpkg/status"
GONE = ("not-installed", "config-files")
# What makes apt use a bundle alone (apt_archive.py), where zz-podsys is read after it; and dnf.
BUNDLE = "/etc/apt/apt.conf.d/zy-podsys-bundle"
DNF_BUNDLE = "/etc/dnf/podsys-bundle.d/podsys-bundle.repo"


class Package(Record):
    """As dpkg or rpm says."""

    __slots__ = ("version", "want", "state")
    version: str
    want: str
    state: str


def read_dpkg() -> Dict[str, Package]:
    """Name -> package, from dpkg's status file; the worse of two architectures."""
    return dict(once("dpkg", _read_dpkg))


def _read_dpkg() -> Dict[str, Package]:
    text = machine.read_large(STATUS)
    if text is None:
        raise machine.Unreadable("%s is missing" % STATUS)
    found: Dict[str, Package] = {}
    for block in text.split("\n\n"):
        name, status = _field(block, "Package"), _field(block, "Status")
        if name and status:
            want, flag, state = (status.split() + ["", "", ""])[:3]
            state = state if flag == "ok" else flag or "damaged"
            package = Package(_field(block, "Version"), want, state)
            other = found.setdefault(name, package)
            found[name] = max(package, other, key=_badness)
    if not found:  # as it lies after a crash; with it dpkg takes the machine for a bare one
        raise machine.Unreadable("%s names no package" % STATUS)
    return found


def _badness(package: Package) -> int:
    return 0 if package.state in GONE else 1 if package.state == "installed" else 2


def is_debian() -> bool:
    return machine.exists(STATUS)


def uses_bundle() -> bool:
    return any(machine.exists(path) for path in (BUNDLE, DNF_BUNDLE))


def has_dnf() -> bool:
    """A Debian may have dnf too, for other machines' sake."""
    return not is_debian() and machine.find_command("dnf") is not None


def read_rpm() -> Dict[str, List[str]]:
    """Name -> versions, as dnf writes them: of a kernel there may be several."""
    return dict(once("rpm", _read_rpm))


def _read_rpm() -> Dict[str, List[str]]:
    form = "%{NAME} %{EPOCHNUM}:%{VERSION}-%{RELEASE}\n"
    found: Dict[str, List[str]] = {}
    for line in sorted(set(machine.ask(["rpm", "-qa", "--qf", form]).splitlines())):
        name, _, version = line.partition(" ")
        if version:
            found.setdefault(name, []).append(without_no_epoch(version))
    return found


def without_no_epoch(version: str) -> str:
    """`0:1.2-1` and `1.2-1` are the same."""
    return version[2:] if version.startswith("0:") else version


def find_broken() -> List[str]:
    """Packages that are neither whole nor gone, as an interrupted dpkg leaves them."""
    if not is_debian():
        return []
    broken = [name for name, package in read_dpkg().items() if _badness(package) > 1]
    return sorted(broken) + [n for n in machine.list_folder("/var/lib/dpkg/updates") if n.isdigit()]


def _field(block: str, name: str) -> str:
    """Most of the file is of no interest here: looking is quicker than taking it apart."""
    mark = name + ": "
    start = 0 if block.startswith(mark) else block.find("\n" + mark) + 1
    if not start and not block.startswith(mark):
        return ""
    end = block.find("\n", start)
    return block[start + len(mark) : end if end >= 0 else None]
