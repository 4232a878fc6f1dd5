"""The kernel's log, from /dev/kmsg (Documentation/ABI/testing/dev-kmsg).

The device gives one record for each read, a file that stands in its place many at once: put one
after the other, both are lines `priority,number,microseconds,flags;text`.
"""

import os
import re
from collections import namedtuple
from typing import Iterator, List, Optional, Sequence

from . import machine
from .kernel_patterns import PCI, Pattern
from .values import quote, word

PATH = "/dev/kmsg"
LARGEST_RECORD = 8192
LARGEST_LOG = 32 << 20
LONGEST_LINE = 2048
LONGEST_TEXT = 240
HEADER = re.compile(r"^([0-9]{1,4}),[0-9]{1,20},([0-9]{1,18}),[^;\n]*;", re.MULTILINE)
FACILITY = 8  # and more: written by programs, not by the kernel

# `at_s` counts from boot; `groups` are those of the pattern.
Found = namedtuple("Found", "at_s groups text")
# `small` in small letters, and as long as `text`: all of it is ASCII.
Log = namedtuple("Log", "text small")


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
    if text.strip() and not HEADER.search(text):
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
    text, small = log
    at = small.find(pattern.needle)
    while at >= 0:
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        header = HEADER.match(text, start, end)
        if header and int(header.group(1)) < FACILITY:
            said = _unescape(text[header.end() : end][:LONGEST_LINE])
            match = pattern.regex.search(said)
            if match:
                yield Found(int(header.group(2)) / 1e6, match.groups(), _one_line(said))
        at = small.find(pattern.needle, end)


def oldest_s(log: Log) -> Optional[float]:
    """When the first record that is left was written, counted from boot."""
    first = HEADER.search(log.text)
    return int(first.group(2)) / 1e6 if first else None


def find_subject(groups: Sequence[Optional[str]]) -> str:
    """The first group; a PCI address as sysfs has it: 00000000:18:00 -> 0000:18:00.0"""
    subject = word((groups or ("",))[0] or "")
    if not re.match(PCI + r"\Z", subject, re.IGNORECASE | re.ASCII):
        return subject
    domain, _, rest = subject.lower().partition(":")
    return "%04x:%s%s" % (int(domain, 16), rest, "" if "." in rest else ".0")


def _unescape(text: str) -> str:
    r"""The kernel writes whatever is not to be printed as \x0a."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match.group(1), 16)), text)


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text[:LONGEST_TEXT])
