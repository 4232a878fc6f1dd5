"""The section [main] of dnf.conf, where the last of several values counts."""

from typing import List, Tuple

from . import machine

CONFIG = "/etc/dnf/dnf.conf"


def read_option(name: str) -> List[str]:
    """Each value that [main] has for it."""
    pairs = [line.partition("=") for line in read_main()]
    return [value.strip() for key, mark, value in pairs if mark and key.strip() == name]


def read_main() -> List[str]:
    """Its lines that are not empty."""
    lines = _read_lines()
    start, end = find_main(lines)
    return [line.strip() for line in lines[start:end] if line.strip()]


def end_main(own: List[str], others: List[str]) -> None:
    """The file with `own` as the last lines of [main], and none of the `others` anywhere."""
    lines = [line for line in _read_lines() or ["[main]"] if line.strip() not in others]
    start, end = find_main(lines)
    while end > start and not lines[end - 1].strip():
        end -= 1
    lines[end:end] = own
    machine.write_text(CONFIG, "\n".join(lines) + "\n")


def find_main(lines: List[str]) -> Tuple[int, int]:
    """The place behind its head, and the one of the next section's."""
    heads = [n for n, line in enumerate(lines) if line.startswith("[")]
    for head, after in zip(heads, heads[1:] + [len(lines)]):
        if lines[head].strip() == "[main]":
            return head + 1, after
    return len(lines), len(lines)


def _read_lines() -> List[str]:
    return (machine.read_text(CONFIG) or "").splitlines()
