"""Tools run one after the other, with all that they say in one file that stays."""

import os
import shutil
import subprocess
from typing import List

from . import machine

LAST_LINES = 15


class Failed(Exception):
    """What did not work; the log has the rest."""


class Log:
    """All that the tools say, in one file that stays."""

    def __init__(self, path: str) -> None:
        self.path = path
        os.makedirs(os.path.dirname(machine.at(path)), exist_ok=True)
        with open(machine.at(path), "w"):
            pass

    def do(self, what: str, words: List[str], limit_s: float, folder: str = "/") -> None:
        """Failed, with `what` and the reason, when the tool does not succeed."""
        tool = machine.find_command(words[0])
        if tool is None:
            raise Failed("%s: %s is not installed" % (what, words[0]))
        environment = dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive")
        with open(machine.at(self.path), "ab") as file:
            file.write(("+ %s\n" % " ".join(words)).encode())
            file.flush()
            try:
                code = subprocess.call(
                    [tool] + words[1:],
                    stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                    env=environment, cwd=folder, timeout=limit_s,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                raise Failed("%s: %s did not end within %d s" % (what, words[0], limit_s))
        if code != 0:
            raise Failed("%s: %s" % (what, self.find_reason() or "exit code %d" % code))

    def add(self, other: str) -> None:
        with open(other, "rb") as source, open(machine.at(self.path), "ab") as file:
            file.write(("+ %s\n" % other).encode())
            shutil.copyfileobj(source, file)

    def find_reason(self) -> str:
        """apt's and make's own word for what went wrong."""
        lines = [line for line in self.last_lines(60) if line.startswith(("E: ", "Error! "))]
        return "; ".join(line.partition(" ")[2] for line in lines)

    def last_lines(self, count: int = LAST_LINES) -> List[str]:
        text = machine.read_large(self.path) or ""
        return [line for line in text.splitlines() if line.strip()][-count:]
