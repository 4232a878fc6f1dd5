"""Limits of the host that many nodes share: raised with the first lab, restored with the last."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from podsys.lab.files import read_or, write_whole
from podsys.lab.layout import HOST_RUN, Lab
from podsys.lab.locks import lock_host

# Every node's systemd holds inotify instances and session keys; the defaults end at 20 nodes.
WANTED = {
    "fs/inotify/max_user_instances": 16384,
    "fs/inotify/max_user_watches": 1048576,
    "kernel/keys/maxkeys": 20000,
    "kernel/keys/maxbytes": 2000000,
    "kernel/pid_max": 262144,
}
SAVED = HOST_RUN / "limits.json"
USERS = HOST_RUN / "labs"
SYSCTL = Path("/proc/sys")


def raise_limits(lab: Lab) -> None:
    """Raise what is too low, remembering how it was."""
    with lock_host():
        USERS.mkdir(parents=True, exist_ok=True)
        (USERS / lab.tag).touch()
        now = {key: int(read_or(SYSCTL / key, "0") or 0) for key in WANTED}
        low = {key: value for key, value in now.items() if 0 < value < WANTED[key]}
        if low:
            write_whole(SAVED, json.dumps({**low, **load_saved()}))
        for key in low:
            (SYSCTL / key).write_text(str(WANTED[key]))


def restore_limits(lab: Lab) -> None:
    """Forget a lab; after the last one, put the limits back."""
    with lock_host():
        (USERS / lab.tag).unlink(missing_ok=True)
        if USERS.is_dir() and any(USERS.iterdir()):
            return
        for key, value in load_saved().items():
            (SYSCTL / key).write_text(str(value))
        SAVED.unlink(missing_ok=True)
        shutil.rmtree(USERS, ignore_errors=True)


def load_saved() -> dict[str, int]:
    saved: dict[str, int] = json.loads(read_or(SAVED, "{}"))
    return saved
