"""How a kernel shows a value that was written to a knob."""

from __future__ import annotations

import re


def settle_value(written: str, default: str) -> str:
    """What reads back after `written`, for a knob whose default reads `default`.

    A kernel takes the first line. A knob of choices, shown as `always [madvise] never`, moves
    the brackets; a knob of several numbers separates them as its default does.
    """
    line = written.split("\n", 1)[0].strip()
    if "[" in default and line:
        return choose(line, default)
    if "\t" in default:
        line = "\t".join(line.split())
    return f"{line}\n" if line else ""


def choose(line: str, default: str) -> str:
    """Brackets around the choice made; a word that is no choice changes nothing."""
    marked = re.search(r"\[(\S+)\]", line)
    word = marked.group(1) if marked else line
    options = default.replace("[", "").replace("]", "").split()
    if word not in options:
        return default
    return " ".join(f"[{option}]" if option == word else option for option in options) + "\n"
