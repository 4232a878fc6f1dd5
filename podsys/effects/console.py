"""The last lines of a node's console, from the log or the command that the site names."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from podsys.model.spec import Console, Node

LINES = 12
LONGEST_LINE = 160
TAIL_BYTES = 16_384
LIMIT_S = 10.0
# What moves cursors and sets colours, as terminals understand it (ECMA-48).
CONTROL = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[@-_])|[^\x20-\x7e\n]")


def read_console(console: Console, name: str, node: Node) -> tuple[str, ...]:
    """Nothing where the site names no console, or nothing can be read of it."""
    words = {"node": name, "address": node.address, "bmc": node.bmc or ""}
    if console.file:
        return last_lines(_read_tail(Path(_fill(console.file, words)).expanduser()))
    if console.command:
        return last_lines(_run([_fill(word, words) for word in console.command]))
    return ()


def last_lines(said: bytes) -> tuple[str, ...]:
    text = CONTROL.sub("", said.decode(errors="replace").replace("\r", "\n"))
    lines = [line.strip()[:LONGEST_LINE] for line in text.splitlines()]
    return tuple([line for line in lines if line][-LINES:])


def _fill(text: str, words: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: words[match[1]], text)


def _read_tail(file: Path) -> bytes:
    with suppress(OSError), file.open("rb") as opened:
        opened.seek(max(0, opened.seek(0, 2) - TAIL_BYTES))
        return opened.read()
    return b""


def _run(argv: Sequence[str]) -> bytes:
    """A console that goes on and on is cut off: what it said until then counts."""
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as cut:
        return cut.stdout or b""
    except OSError:
        return b""
    return done.stdout
