"""What the kinds share: podsys's rule of comparison, and drop-ins with podsys's own content."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import StringIO

from pyinfra.operations import files
from tree import RENDERED, Data

sys.path.insert(0, str(RENDERED / "module_utils"))
from podsys_node.dropin import header_of


def holds(item: Data, value: str) -> bool:
    wanted = item["value"]
    if item["compare"] == "equal":
        return " ".join(wanted.split()) == " ".join(value.split())
    return int(value) >= int(wanted) if item["compare"] == "at_least" else int(value) <= int(wanted)


def put_lines(path: str, lines: Iterable[str], comment: str = "#"):
    body = "".join(f"{line}\n" for line in sorted(set(lines)))
    text = f"{header_of(body, comment)}\n{body}"
    return files.put(
        name=path, src=StringIO(text), dest=path, mode="644", user="root", group="root"
    )
