"""Words as a shell reads them, by `shlex`; what needs no shell's rules does without it."""

from typing import List

MARKS = frozenset("\"'\\#")


def split_words(text: str, comments: bool = False) -> List[str]:
    """ValueError for a quotation without end."""
    stripped = text.strip()
    if MARKS.isdisjoint(stripped):
        return stripped.split()
    inner = stripped[1:-1]
    if stripped[0] in "\"'" and stripped == stripped[0] + inner + stripped[0]:
        if MARKS.isdisjoint(inner):
            return [inner]
    import shlex

    return shlex.split(text, comments=comments)
