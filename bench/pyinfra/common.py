"""What the kinds share: podsys's rule of comparison, and drop-ins with podsys's own content."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from pyinfra.operations import files
from tree import Data

HEADER = "# Managed by podsys: hand edits are undone by the next deploy."


def holds(item: Data, value: str) -> bool:
    wanted = item["value"]
    if item["compare"] == "equal":
        return " ".join(wanted.split()) == " ".join(value.split())
    return int(value) >= int(wanted) if item["compare"] == "at_least" else int(value) <= int(wanted)


def put_lines(path: str, lines: Iterable[str], header: str = HEADER):
    text = "".join(f"{line}\n" for line in [header, *sorted(set(lines))])
    return files.put(
        name=path, src=StringIO(text), dest=path, mode="644", user="root", group="root"
    )
