"""The package database, read once and without starting a tool where that is possible."""

from typing import Dict, List, NamedTuple

from . import machine

STATUS = "/var/lib/dpkg/status"
GONE = ("not-installed", "config-files")
Package = NamedTuple("Package", [("version", str), ("want", str), ("state", str)])


def read_dpkg() -> Dict[str, Package]:
    """Name -> package, from dpkg's status file; the worse of two architectures."""
    text = machine.read_large(STATUS)
    if text is None:
        raise machine.Unreadable("%s is missing" % STATUS)
    found: Dict[str, Package] = {}
    for block in text.split("\n\n"):
        fields = _fields(block)
        if "Package" in fields and "Status" in fields:
            want, flag, state = (fields["Status"].split() + ["", "", ""])[:3]
            state = state if flag == "ok" else flag or "damaged"
            package = Package(fields.get("Version", ""), want, state)
            other = found.setdefault(fields["Package"], package)
            found[fields["Package"]] = max(package, other, key=_badness)
    return found


def _badness(package: Package) -> int:
    return 0 if package.state in GONE else 1 if package.state == "installed" else 2


def is_debian() -> bool:
    return machine.exists(STATUS)


def read_rpm() -> Dict[str, str]:
    lines = machine.ask(["rpm", "-qa", "--qf", "%{NAME} %{VERSION}-%{RELEASE}\n"]).splitlines()
    return dict(line.split(" ", 1) for line in lines if " " in line)


def find_broken() -> List[str]:
    """Packages that are neither whole nor gone, as an interrupted dpkg leaves them."""
    if not is_debian():
        return []
    broken = [name for name, package in read_dpkg().items() if _badness(package) > 1]
    return sorted(broken) + [n for n in machine.list_folder("/var/lib/dpkg/updates") if n.isdigit()]


def _fields(block: str) -> Dict[str, str]:
    fields = {}
    for line in block.splitlines():
        if line.startswith(("Package: ", "Status: ", "Version: ")):
            name, _, value = line.partition(": ")
            fields[name] = value
    return fields
