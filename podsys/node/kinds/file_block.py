"""A block of lines between two marks in a file that others own too.

Read as the sha256 of the lines between `# BEGIN marker` and `# END marker`, without the
marks. Written at the top of the file, or in place of an older block, with params.content,
marker, mode, owner and group; by hand, Ansible's blockinfile module does the same.
"""

from typing import List, Optional

from .. import machine
from ..digest import sha256_of
from . import Item, Readings, read_each, write_each
from .file import ORDER, write_owned  # noqa: F401 - written when files are


def read(items: List[Item]) -> Readings:
    return read_each(items, lambda item: {"persistent": describe_block(item)})


def complete(item: Item) -> Item:
    """What must be read follows from what is written."""
    content = item["params"].get("content")
    return item if content is None else dict(item, value=_digest(content))


def write(changed: List[Item], wanted: List[Item]) -> None:
    write_each(changed, _write_one)


def _write_one(item: Item) -> None:
    params = item["params"]
    text = machine.read_text(item["key"]) or ""
    write_owned(item["key"], put_block(text, params["marker"], params["content"]), params)


def put_block(text: str, marker: str, content: str) -> str:
    """Between its marks if they stand there once; else at the top, and other marks go."""
    begin, end = "# BEGIN %s" % marker, "# END %s" % marker
    block = "%s\n%s%s\n" % (begin, content, end)
    lines = text.splitlines(True)
    names = [line.rstrip("\n") for line in lines]
    if find_block(text, marker) is None:
        return block + "".join(line for line in lines if line.rstrip("\n") not in (begin, end))
    return "".join(lines[: names.index(begin)]) + block + "".join(lines[names.index(end) + 1 :])


def describe_block(item: Item) -> str:
    marker = item["params"]["marker"]
    block = find_block(machine.read_text(item["key"]) or "", marker)
    if block is None:
        return "missing"
    return _digest(block)


def _digest(block: str) -> str:
    return "sha256:" + sha256_of(block.encode())


def find_block(text: str, marker: str) -> Optional[str]:
    """None without both marks, or when the block stands there twice."""
    lines = text.splitlines()
    begin, end = "# BEGIN %s" % marker, "# END %s" % marker
    if lines.count(begin) != 1 or lines.count(end) != 1:
        return None
    first, last = lines.index(begin), lines.index(end)
    return "".join("%s\n" % line for line in lines[first + 1 : last]) if first < last else None
