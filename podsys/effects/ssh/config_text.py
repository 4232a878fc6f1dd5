"""Whether OpenSSH's config files matter to podsys, and which nodes they may tell apart.

For their meaning only OpenSSH itself reads them (openssh.py).
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

SYSTEM = "/etc/ssh/ssh_config"
PERSONAL = "~/.ssh/config"

_LINE = r"^[ \t]*{}(?:[ \t]*=[ \t]*|[ \t]+)(.*)$"


def _lines(words: str) -> re.Pattern[str]:
    return re.compile(_LINE.format(f"({words})"), re.IGNORECASE | re.MULTILINE)


# All that changes how a machine is reached. Other keywords do not concern podsys.
MATTERS = _lines(
    r"hostname|user|port|identity\w+|certificatefile|proxyjump|proxycommand|connecttimeout"
    r"|hostkeyalias|canonical\w+"
)
INCLUDE = _lines("include")
BLOCK = _lines("host|match")
# With these, an answer may hang on more than the patterns that a name fits.
OPAQUE = re.compile(r"\b(exec|host|canonical|final|tagged)\b", re.IGNORECASE)


class ConfigText:
    """The files one config consists of."""

    def __init__(self, config: str) -> None:
        self.texts = (*_read(Path(config).expanduser()), *_read(Path(SYSTEM)))

    @property
    def matters(self) -> bool:
        return any(MATTERS.search(text) for text in self.texts)

    def group(self, names: Iterable[str]) -> list[list[str]]:
        """Names that this config cannot tell apart but by spelling them out."""
        groups: dict[object, list[str]] = {}
        for name in names:
            groups.setdefault(self._signature(name), []).append(name)
        return list(groups.values())

    def _signature(self, name: str) -> object:
        if self._opaque:
            return name
        return tuple(bool(pattern.fullmatch(name.lower())) for pattern in self._patterns)

    @cached_property
    def _blocks(self) -> list[tuple[str, str]]:
        return [(match[1], match[2]) for text in self.texts for match in BLOCK.finditer(text)]

    @cached_property
    def _opaque(self) -> bool:
        matches = (rest for kind, rest in self._blocks if kind.lower() == "match")
        canonical = any("canonical" in text.lower() for text in self.texts)
        return canonical or any(OPAQUE.search(rest) for rest in matches)

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        words = {word for _, rest in self._blocks for word in re.split(r"[\s,\"]+", rest.lower())}
        return [_as_regex(word.removeprefix("!")) for word in sorted(words) if word]


def _as_regex(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))


def _read(file: Path, depth: int = 16) -> Iterator[str]:
    try:
        text = file.read_text(errors="replace")
    except OSError:
        return
    yield text
    for match in INCLUDE.finditer(text) if depth else ():
        for pattern in match[2].replace('"', " ").split():
            base = Path(SYSTEM).parent if file.is_relative_to("/etc/ssh") else Path("~/.ssh")
            # Patterns may be absolute: pathlib globs below a folder only.
            for found in sorted(glob.glob(str((base / pattern).expanduser()))):  # noqa: PTH207
                yield from _read(Path(found), depth - 1)
