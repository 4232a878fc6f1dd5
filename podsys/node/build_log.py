"""Tools run one after the other, with all that they say in one file that stays."""

import os
import shutil
import signal
import subprocess
from typing import Dict, List, Optional

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

    def do(
        self,
        what: str,
        words: List[str],
        limit_s: float,
        folder: str = "/",
        variables: Optional[Dict[str, str]] = None,
    ) -> None:
        """Failed, with `what` and the reason, when the tool does not succeed."""
        tool = machine.find_command(words[0])
        if tool is None:
            raise Failed("%s: %s is not installed" % (what, words[0]))
        environment = dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive")
        environment.update(variables or {})
        with open(machine.at(self.path), "ab") as file:
            told = ["%s=%s" % one for one in sorted((variables or {}).items())]
            file.write(("+ %s\n" % " ".join(told + words)).encode())
            file.flush()
            process = subprocess.Popen(
                [tool] + words[1:],
                stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                env=environment, cwd=folder, start_new_session=True,
            )  # fmt: skip
            try:
                code = process.wait(limit_s)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise Failed("%s: %s did not end within %d s" % (what, words[0], limit_s))
        if code != 0:
            raise Failed("%s: %s" % (what, self.find_reason() or "exit code %d" % code))

    def add(self, other: str) -> None:
        with open(other, "rb") as source, open(machine.at(self.path), "ab") as file:
            file.write(("+ %s\n" % other).encode())
            shutil.copyfileobj(source, file)

    def find_reason(self) -> str:
        """apt's and dkms's own word for what went wrong, else the compiler's, else make's."""
        last = self.last_lines(60)
        lines = [line.partition(" ")[2] for line in last if line.startswith(("E: ", "Error! "))]
        for mark in (" error: ", "*** "):
            lines = lines or [line.strip() for line in last if mark in line][:1]
        return "; ".join(lines)

    def last_lines(self, count: int = LAST_LINES) -> List[str]:
        text = machine.read_large(self.path) or ""
        return [line for line in text.splitlines() if line.strip()][-count:]
