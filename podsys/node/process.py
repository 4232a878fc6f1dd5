"""A tool run by subprocess, in a group of its own unless the caller is in one already."""

import os
import signal
import subprocess
from typing import Dict, List, Optional, Tuple

from . import machine


def spawn(
    words: List[str], environment: Dict[str, str], limit_s: float, stdin: str
) -> Tuple[Optional[int], bytes, bytes]:
    """Exit code and both outputs; no code when it did not end in time."""
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=not machine.in_own_group,
    )
    try:
        out, err = process.communicate(stdin.encode(), timeout=limit_s)
    except subprocess.TimeoutExpired:
        _kill(process)
        return None, b"", b""
    return process.returncode, out, err


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """With everything it started. Its pipes are closed, not read: a child stuck in the kernel
    would keep them open."""
    if machine.in_own_group:
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.poll()
