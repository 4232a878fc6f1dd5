"""Host lists: a range expression, a CSV file, an Ansible inventory, all to Host records."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from podsys.core.document import nearest
from podsys.model.host import Host
from podsys.model.nodeset import expand
from podsys.model.problem import Problem

COLUMNS = ("name", "address", "group", "bmc", "serial")


def hosts_from_range(expression: str) -> list[Host]:
    """Names double as addresses: `n[001-032]` resolves through DNS or hosts files."""
    return [Host(name, name) for name in expand(expression)]


def hosts_from_csv(text: str, file: str) -> tuple[list[Host], list[Problem]]:
    """Columns in any order; several groups in one cell are separated by blanks."""
    text = text.removeprefix("\ufeff")  # spreadsheets put it in front of UTF-8
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True, restkey="", strict=True)
    problems: list[Problem] = []
    try:
        header = [name.strip().lower() for name in rows.fieldnames or []]
        rows.fieldnames = header
        problems += _check_header(header, file)
        hosts = [] if problems else _read_rows(rows, file, problems)
    except csv.Error as error:
        return [], [
            Problem(file, rows.line_num or 1, f"not CSV: {error}", "separate cells by commas")
        ]
    return hosts, problems + find_duplicates(hosts, file)


def _check_header(header: list[str], file: str) -> list[Problem]:
    problems = [
        Problem(file, 1, f"unknown column {name!r}", nearest(name, COLUMNS))
        for name in header
        if name not in COLUMNS
    ]
    if "name" not in header:
        problems.append(
            Problem(
                file,
                1,
                "no column 'name'",
                f"the first line names the columns: {','.join(COLUMNS)}",
            )
        )
    return problems


def _read_rows(rows: csv.DictReader[str], file: str, problems: list[Problem]) -> list[Host]:
    hosts = []
    for row in rows:
        cells = {key: value.strip() for key, value in row.items() if isinstance(value, str)}
        if not any(cells.values()):
            continue
        if row.get("") or not cells.get("name"):
            what = "more cells than columns" if row.get("") else "no name"
            problems.append(Problem(file, rows.line_num, what, "one host a line"))
            continue
        hosts.append(
            Host(
                name=cells["name"],
                address=cells.get("address") or cells["name"],
                groups=tuple(cells.get("group", "").split()) or ("compute",),
                bmc=cells.get("bmc") or None,
                serial=cells.get("serial") or None,
            )
        )
    return hosts


def hosts_from_inventory(inventory: Mapping[str, Any]) -> list[Host]:
    """From the JSON that `ansible-inventory --list` prints."""
    variables = inventory.get("_meta", {}).get("hostvars", {})
    groups: dict[str, list[str]] = {}
    for group, content in inventory.items():
        if group not in ("_meta", "all", "ungrouped") and isinstance(content, dict):
            for name in _members(inventory, group):
                groups.setdefault(name, []).append(group)
    names = dict.fromkeys([*_members(inventory, "all"), *variables, *groups])
    return [_inventory_host(name, variables.get(name, {}), groups.get(name, [])) for name in names]


def _members(inventory: Mapping[str, Any], group: str) -> list[str]:
    content = inventory.get(group, {})
    below = [name for child in content.get("children", []) for name in _members(inventory, child)]
    return [*content.get("hosts", []), *below]


def _inventory_host(name: str, variables: Mapping[str, Any], groups: list[str]) -> Host:
    get: Callable[[str], str | None] = lambda key: (  # noqa: E731 - one expression
        str(variables[key]) if variables.get(key) else None
    )
    return Host(
        name=name,
        address=get("ansible_host") or name,
        groups=tuple(dict.fromkeys(groups)) or ("compute",),
        bmc=get("bmc") or get("bmc_address"),
        serial=get("serial"),
    )


def find_duplicates(hosts: Iterable[Host], file: str) -> list[Problem]:
    """Each name and each address once."""
    problems: list[Problem] = []
    for what, value_of in (("name", _name_of), ("address", _address_of)):
        seen: set[str] = set()
        for host in hosts:
            if value_of(host) in seen:
                problems.append(
                    Problem(file, 1, f"{what} {value_of(host)} twice ({host.name})", "keep one")
                )
            seen.add(value_of(host))
    return problems


def _name_of(host: Host) -> str:
    return host.name


def _address_of(host: Host) -> str:
    return host.address
