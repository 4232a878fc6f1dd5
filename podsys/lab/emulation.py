"""Starts the process that makes the nodes' knobs read back as a kernel's."""

from __future__ import annotations

import signal
import sys

from podsys.lab.layout import Lab
from podsys.lab.processes import EMULATOR, list_pids, read_argv, send
from podsys.lab.shell import start_daemon


def restart_emulator(lab: Lab) -> None:
    """Start it anew: it knows the nodes that were there when it started."""
    for pid in find_emulators(lab):
        send(pid, signal.SIGKILL)
    start_daemon([sys.executable, "-m", EMULATOR, lab.dir], lab.dir / "emulator.log")


def find_emulators(lab: Lab) -> list[int]:
    found = []
    for pid in list_pids():
        argv = read_argv(pid)
        if EMULATOR in argv and str(lab.dir) in argv:
            found.append(pid)
    return found
