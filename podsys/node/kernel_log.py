"""The kernel's log, from /dev/kmsg (Documentation/ABI/testing/dev-kmsg).

The device gives one record for each read, a file that stands in its place many at once: put one
after the other, both are lines `priority,number,microseconds,flags;text`.
"""

import os
from typing import Any, Iterator, List, Optional, Tuple

from . import machine
from .kernel_patterns import PCI, Pattern
from .record import Record
from .values import is_hex, is_pci_address, quote, whole, word

PATH = "/dev/kmsg"
LARGEST_RECORD = 8192
LARGEST_LOG = 32 << 20
LONGEST_LINE = 2048
LONGEST_TEXT = 240
FIELDS = 4  # and more: newer kernels add some
MOST_PRIORITY, MOST_US = 4095, 1 << 62
FACILITY = 8  # and more: written by programs, not by the kernel


class Log(Record):
    """`small` is in small letters, and as long as `text`: all of it is ASCII."""

    __slots__ = ("text", "small")
    text: str
    small: str


class Entry(Record):
    """A record; `at_s` counts from boot."""

    __slots__ = ("priority", "at_s", "text")
    priority: int
    at_s: float
    text: str


class Found(Record):
    """A record that matches, with the groups of the pattern."""

    __slots__ = ("at_s", "groups", "text")
    at_s: float
    groups: Tuple[Any, ...]
    text: str


def read_log() -> Log:
    """All that is in the log now, without waiting for more."""
    try:
        descriptor = os.open(machine.at(PATH), os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise machine.Unreadable("%s: %s" % (PATH, error.strerror))
    try:
        text = _read_records(descriptor).decode("ascii", "replace")
    except OSError as error:
        raise machine.Unreadable("%s: %s" % (PATH, error.strerror))
    finally:
        os.close(descriptor)
    if text.strip() and oldest_s(Log(text, "")) is None:
        raise machine.Unreadable("%s: no record in %s" % (PATH, quote(text)))
    return Log(text, text.lower())


def _read_records(descriptor: int) -> bytes:
    parts: List[bytes] = []
    size = 0
    while size < LARGEST_LOG:
        try:
            part = os.read(descriptor, LARGEST_RECORD)
        except BlockingIOError:
            break
        except BrokenPipeError:
            continue  # the kernel overwrote what was to come next, and goes on after it
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def find(log: Log, pattern: Pattern) -> Iterator[Found]:
    """Records of the kernel's own that match, oldest first."""
    at = log.small.find(pattern.needle)
    while at >= 0:
        start, end = log.text.rfind("\n", 0, at) + 1, log.text.find("\n", at)
        end = len(log.text) if end < 0 else end
        record = parse_record(log.text[start : min(end, start + LONGEST_LINE)])
        match = _search(pattern, record.text) if record and record.priority < FACILITY else None
        if record and match:
            yield Found(record.at_s, match.groups(), _one_line(record.text))
        at = log.small.find(pattern.needle, end)


def _search(pattern: Pattern, text: str) -> Any:
    """Most logs have none of the needles, and Python is quicker without the module."""
    import re

    flags = re.DOTALL | re.IGNORECASE | re.ASCII
    return re.search(pattern.regex.replace("<pci>", PCI), text, flags)


def parse_record(line: str) -> Optional[Entry]:
    head, _, text = line.partition(";")
    fields = head.split(",")
    priority = whole(fields[0], MOST_PRIORITY)
    microseconds = whole(fields[2], MOST_US) if len(fields) >= FIELDS else None
    if priority is None or microseconds is None:
        return None
    return Entry(priority, microseconds / 1e6, _unescape(text))


def oldest_s(log: Log) -> Optional[float]:
    """When the first record that is left was written, counted from boot."""
    start = 0
    while start < len(log.text):
        end = log.text.find("\n", start)
        end = len(log.text) if end < 0 else end
        record = parse_record(log.text[start : min(end, start + LONGEST_LINE)])
        if record:
            return record.at_s
        start = end + 1
    return None


def find_subject(found: Found) -> str:
    """The first group; a PCI address as sysfs has it: 00000000:18:00 -> 0000:18:00.0"""
    subject = word((found.groups or ("",))[0] or "")
    domain, _, rest = subject.lower().partition(":")
    full = rest if "." in rest else rest + ".0"
    if is_pci_address("0000:" + full) and is_hex(domain) and domain:
        return "%04x:%s" % (int(domain, 16), full)
    return subject


def _unescape(text: str) -> str:
    r"""The kernel writes whatever is not to be printed as \x0a."""
    first, *rest = text.split("\\x")
    return first + "".join(_unescape_one(part) for part in rest)


def _unescape_one(part: str) -> str:
    code = part[:2].lower()
    return chr(int(code, 16)) + part[2:] if len(code) == 2 and is_hex(code) else "\\x" + part


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text[:LONGEST_TEXT])
