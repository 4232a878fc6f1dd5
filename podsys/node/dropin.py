"""Drop-in files that belong to podsys: written whole, sorted, with a warning on top."""

from typing import Iterable, Iterator, List, Tuple

from . import machine

HEADER = "# Managed by podsys: hand edits are undone by the next deploy."


def write_lines(path: str, lines: Iterable[str]) -> None:
    """Equal lines give equal bytes, whatever their order was."""
    text = "".join("%s\n" % line for line in [HEADER] + sorted(set(lines)))
    if machine.read_text(path) != text:
        machine.write_text(path, text)


def merge_folders(folders: Iterable[str], suffix: str) -> List[str]:
    """Files as systemd and its relatives merge them: by name, earlier folders hide later ones."""
    found = {}
    for folder in folders:
        for name in machine.list_folder(folder):
            if name.endswith(suffix) and name not in found:
                found[name] = "%s/%s" % (folder, name)
    return [found[name] for name in sorted(found)]


def numbered_lines(path: str, comments: str = "#;") -> Iterator[Tuple[int, str]]:
    """Lines that say something, with their numbers."""
    text = machine.read_text(path) or ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and line[0] not in comments:
            yield number, line
