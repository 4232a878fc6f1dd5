"""Start a job on the first node with OpenSSH, lending it the key through a forwarded agent."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from podsys.effects.agent import lent_key
from podsys.model.spec import Ssh


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What a job left behind; `error` is set when it was not run to its end."""

    code: int | None
    stdout: str
    stderr: str
    seconds: float
    error: str = ""


def run_job(
    ssh: Ssh, address: str, known_hosts: Path, command: str, timeout_s: float
) -> JobOutcome:
    """Run `command` on `address`; the agent ends with it, whatever happens."""
    started = time.monotonic()
    with lent_key(ssh.key) as sock:
        try:
            done = subprocess.run(
                [*ssh_argv(ssh, address, known_hosts), command],
                env=os.environ | {"SSH_AUTH_SOCK": sock},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            seconds = time.monotonic() - started
            return JobOutcome(None, "", "", seconds, "no answer within the time limit")
    out, err = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
    return JobOutcome(done.returncode, out, err, time.monotonic() - started)


def ssh_argv(ssh: Ssh, address: str, known_hosts: Path) -> list[str]:
    """Only the workspace's host keys count, and nothing is ever asked."""
    words = ["ssh", "-A", "-T", *_strict(ssh, known_hosts), "-p", str(ssh.port)]
    if ssh.jump:
        user, _, place = ssh.jump.rpartition("@")
        host, _, port = place.partition(":")
        through = ["ssh", *_strict(ssh, known_hosts), "-p", port or "22", "-W", "%h:%p"]
        words += ["-o", f"ProxyCommand={shlex.join([*through, f'{user or ssh.user}@{host}'])}"]
    return [*words, f"{ssh.user}@{address}"]


def _strict(ssh: Ssh, known_hosts: Path) -> list[str]:
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": str(known_hosts),
        "GlobalKnownHostsFile": "/dev/null",
        "ConnectTimeout": str(max(1, round(ssh.timeout_s))),
        "ServerAliveInterval": "5",
        "LogLevel": "ERROR",
    }
    return [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
