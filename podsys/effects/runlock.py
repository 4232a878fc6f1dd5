"""One run at a time in a workspace, and nothing left behind by one that was killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from podsys.errors import ExitCode, PodsysError

GRACE_S = 10.0
# Folders of ansible-runner, which names them to the Ansible that it starts.
PRIVATE, MARK = "runner-", "AWX_ISOLATED_DATA_DIR"


@contextlib.contextmanager
def hold(lock: Path) -> Iterator[None]:
    """Hold the workspace, after ending helpers that a killed run left running.

    The kernel drops the lock with the process that holds it, so no stale lock exists.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise PodsysError(
                f"another podsys run (process {holder}) holds this workspace",
                "wait for it to end",
                ExitCode.FAILED,
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        end_orphans(lock.parent.parent)
        for left in lock.parent.glob(f"{PRIVATE}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def end_orphans(root: Path) -> list[int]:
    """End ansible processes of this workspace whose podsys is gone; called under the lock.

    They are known by their working directory, the workspace's rendered/ folder, and by where
    they tell podsys of what they do: a person's own ansible-playbook there has no such place.
    """
    private = f"{MARK}={root.resolve() / '.podsys' / PRIVATE}".encode()
    ours = [pid for pid in _processes_in(root / "rendered") if _is_ansible(pid, private)]
    for pid in ours:
        _send(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while any(_alive(pid) for pid in ours) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in ours:
        _send(pid, signal.SIGKILL)
    return ours


def _processes_in(folder: Path) -> Iterator[int]:
    wanted = str(folder.resolve())
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str((entry / "cwd").readlink()) == wanted:
                yield int(entry.name)


def _is_ansible(pid: int, private: bytes) -> bool:
    with contextlib.suppress(OSError):
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        is_ours = any(one.startswith(private) for one in variables)
        return is_ours and b"ansible-playbook" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
