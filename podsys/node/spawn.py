"""A tool run by the probe, without subprocess: loading that takes longer than most tools run."""

import os
import select
import time
from typing import Dict, List, Optional, Tuple

KILL = 9


def spawn(
    words: List[str], environment: Dict[str, str], limit_s: float, stdin: str
) -> Tuple[Optional[int], bytes, bytes]:
    """Exit code and both outputs, as in process.py; the tool gets nothing to read.

    It stays in the group of its worker, and ends with that at the latest.
    """
    out, out_end = os.pipe()
    err, err_end = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, out_end, 1),
        (os.POSIX_SPAWN_DUP2, err_end, 2),
    ]
    try:
        pid = os.posix_spawn(words[0], words, environment, file_actions=actions)
    finally:
        os.close(out_end)
        os.close(err_end)
    said = _collect([out, err], time.monotonic() + limit_s)
    if said is None:
        os.kill(pid, KILL)
        os.waitpid(pid, os.WNOHANG)
        return None, b"", b""
    _, status = os.waitpid(pid, 0)
    return _exit_code(status), said[out], said[err]


def _collect(pipes: List[int], deadline: float) -> Optional[Dict[int, bytes]]:
    """What comes out of each until its end; None when that does not come in time."""
    said = dict.fromkeys(pipes, b"")
    waiting = list(pipes)
    try:
        while waiting:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            for pipe in select.select(waiting, [], [], left)[0]:
                part = os.read(pipe, 1 << 16)
                said[pipe] += part
                if not part:
                    waiting.remove(pipe)
    finally:
        for pipe in pipes:
            os.close(pipe)
    return said


def _exit_code(status: int) -> int:
    """Negative for a signal, as subprocess has it."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
