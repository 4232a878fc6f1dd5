"""An ssh-agent of our own for one job: no key is ever put on a node."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from podsys.errors import PodsysError

READY_WITHIN_S = 5.0


@contextmanager
def lent_key(key: str | None) -> Iterator[str]:
    """The socket of an agent that holds `key`; without a key, the user's own agent."""
    if key is None:
        own = os.environ.get("SSH_AUTH_SOCK", "")
        if not own:
            raise PodsysError("no ssh key to lend to the first node", "set ssh.key in cluster.yaml")
        yield own
        return
    with tempfile.TemporaryDirectory(prefix="podsys-agent-") as folder:
        sock = str(Path(folder) / "agent")
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", sock], stdout=subprocess.DEVNULL)
        try:
            _wait_for(sock, agent)
            _add_key(sock, Path(key).expanduser())
            yield sock
        finally:
            agent.terminate()
            agent.wait()


def _wait_for(sock: str, agent: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not Path(sock).exists():
        if agent.poll() is not None or time.monotonic() > deadline:
            raise PodsysError("ssh-agent does not start", "install openssh-client")
        time.sleep(0.01)


def _add_key(sock: str, key: Path) -> None:
    """Without a terminal to ask on, a key with a passphrase is refused and not waited for."""
    environment = os.environ | {"SSH_AUTH_SOCK": sock, "SSH_ASKPASS_REQUIRE": "never"}
    added = subprocess.run(
        ["ssh-add", "-q", str(key)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
        timeout=READY_WITHIN_S,
    )
    if added.returncode:
        raise PodsysError(
            f"{key}: ssh-add refuses it: {added.stderr.strip()}",
            "for a key with a passphrase, leave ssh.key out and load it into your own agent",
        )
