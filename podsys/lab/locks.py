"""One at a time. The kernel drops these locks when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from podsys.lab.layout import HOST_RUN, Lab


@contextmanager
def lock_file(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def lock_lab(lab: Lab) -> Iterator[None]:
    """Hold one lab: `up`, `down` and faults of the same lab wait for each other."""
    with lock_file(HOST_RUN / f"{lab.tag}.lock"):
        yield


@contextmanager
def lock_host() -> Iterator[None]:
    """Hold what all labs of this machine share: subnets and the host's own knobs."""
    with lock_file(HOST_RUN / "host.lock"):
        yield
