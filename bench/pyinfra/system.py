"""The system's settings: configuration files, units, time zone, packages that are held."""

from __future__ import annotations

from io import StringIO

from common import put_lines
from pyinfra import host
from pyinfra.facts.deb import DebPackages
from pyinfra.facts.server import Command
from pyinfra.operations import files, server
from tree import Data

STARTS = ("enabled", "enabled-runtime", "static", "indirect", "alias", "generated", "linked")


def apply_config_option(items: list[Data], _texts: Data, _units: Data) -> None:
    for file in sorted({item["params"]["file"] for item in items}):
        mine = [item for item in items if item["params"]["file"] == file]
        put = put_lines(f"{file}.d/zz-podsys.conf", sections_of(mine))
        for unit in sorted({i["params"]["restart"] for i in mine if "restart" in i["params"]}):
            commands = [f"systemctl try-restart {unit}"]
            server.shell(name=f"restart {unit}", commands=commands, _if=put.did_change)
        if any("reexec" in item["params"] for item in mine):
            commands = ["systemctl daemon-reexec"]
            server.shell(name="daemon-reexec", commands=commands, _if=put.did_change)


def sections_of(items: list[Data]) -> list[str]:
    sections: dict[str, list[str]] = {}
    for item in items:
        section, _, option = item["key"].partition(".")
        sections.setdefault(section, []).append(f"{option}={item['value']}")
    return ["\n".join([f"[{name}]", *sorted(lines)]) for name, lines in sections.items()]


def apply_nsswitch(items: list[Data], _texts: Data, _units: Data) -> None:
    for item in items:
        line = f"{item['key'] + ':':<16}{item['value']}"
        pattern = f"^{item['key']}:.*"
        files.line(
            name=f"look up {item['key']}", path="/etc/nsswitch.conf", line=pattern, replace=line
        )


def apply_unit_option(items: list[Data], _texts: Data, units: Data) -> None:
    for item in items:
        unit, _, option = item["key"].partition(":")
        if units[unit]["LoadState"] != "loaded":
            continue
        section = item["params"].get("section", "Service")
        path = f"/etc/systemd/system/{unit}.d/zz-podsys.conf"
        put = put_lines(path, [f"[{section}]\n{option}={item['value']}"])
        server.shell(name="reload", commands=["systemctl daemon-reload"], _if=put.did_change)


def apply_service(items: list[Data], _texts: Data, units: Data) -> None:
    """Only a mask keeps down what others may start; pyinfra's service operation has none."""
    for item in items:
        name, unit = item["key"], units[item["key"]]
        active = unit["ActiveState"] in ("active", "activating", "reloading")
        if item["value"] != "stopped":
            raise NotImplementedError(f"no operation for {item['id']}")
        if unit["LoadState"] != "not-found" and (active or unit["UnitFileState"] in STARTS):
            commands = [f"systemctl disable --now {name} || true", f"systemctl mask --now {name}"]
            server.shell(name=f"mask {name}", commands=commands)


def apply_timezone(items: list[Data], _texts: Data, _units: Data) -> None:
    for item in items:
        zone = item["value"]
        files.link(name="zone", path="/etc/localtime", target=f"/usr/share/zoneinfo/{zone}")
        files.put(name="zone's name", src=StringIO(f"{zone}\n"), dest="/etc/timezone")


def apply_apt_option(items: list[Data], _texts: Data, _units: Data) -> None:
    lines = (f'{item["key"]} "{item["value"]}";' for item in items)
    put_lines("/etc/apt/apt.conf.d/zz-podsys", lines, comment="//")


def apply_package_hold(items: list[Data], _texts: Data, _units: Data) -> None:
    """What is not installed has nothing to hold."""
    installed = host.get_fact(DebPackages)
    names = [item["key"] for item in items if item["key"] in installed]
    held = (host.get_fact(Command, command="apt-mark showhold") or "").split() if names else []
    for name in names:
        if name not in held:
            server.shell(name=f"hold {name}", commands=[f"apt-mark hold {name}"])


def apply_dropin(_items: list[Data], _texts: Data, _units: Data) -> None:
    """Hand edits of drop-ins: whoever puts them whole undoes those anyway."""


def apply_mount(items: list[Data], _texts: Data, _units: Data) -> None:
    for item in items:
        source, fs, options = item["value"].rsplit(" ", 2)
        path, line = item["key"], f"{source} {item['key']} {fs} {options} 0 0"
        put = files.line(
            name=f"fstab: {path}", path="/etc/fstab", line=f"^[^#]*\\s{path}\\s.*", replace=line
        )
        commands = ["systemctl daemon-reload", f"mount -o remount {path} || mount {path}"]
        server.shell(name=f"mount {path}", commands=commands, _if=put.did_change)
