"""A block of lines between two marks in a file that others own too.

Read as the sha256 of the lines between `# BEGIN marker` and `# END marker`, without the
marks. Written by Ansible's blockinfile module.
"""

import hashlib
from typing import List, Optional

from .. import machine
from . import Item, Readings, read_each


def read(items: List[Item]) -> Readings:
    return read_each(items, lambda item: {"persistent": describe_block(item)})


def describe_block(item: Item) -> str:
    marker = item["params"]["marker"]
    block = find_block(machine.read_text(item["key"]) or "", marker)
    if block is None:
        return "missing"
    return "sha256:" + hashlib.sha256(block.encode()).hexdigest()


def find_block(text: str, marker: str) -> Optional[str]:
    """None without both marks, or when the block stands there twice."""
    lines = text.splitlines()
    begin, end = "# BEGIN %s" % marker, "# END %s" % marker
    if lines.count(begin) != 1 or lines.count(end) != 1:
        return None
    first, last = lines.index(begin), lines.index(end)
    return "".join("%s\n" % line for line in lines[first + 1 : last]) if first < last else None
