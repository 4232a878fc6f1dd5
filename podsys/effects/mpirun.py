"""Start jobs on nodes with OpenSSH, lending them the key through a forwarded agent."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from podsys.effects.agent import lent_key
from podsys.effects.ssh.openssh import config_file
from podsys.model.openssh import parse_jump, pinned_name, proxy_command
from podsys.model.spec import Ssh


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What a job left behind; `error` is set when it was not run to its end.

    `not_begun`: why its launcher started no rank at all, where that speaks against no node.
    """

    code: int | None
    stdout: str
    stderr: str
    seconds: float
    error: str = ""
    not_begun: str = ""


def run_job(
    ssh: Ssh, address: str, known_hosts: Path, command: str, timeout_s: float
) -> JobOutcome:
    """Run `command` on `address`; the agent ends with it, whatever happens."""
    return run_jobs(ssh, known_hosts, {address: command}, timeout_s)[address]


def run_jobs(
    ssh: Ssh, known_hosts: Path, commands: Mapping[str, str], timeout_s: float
) -> dict[str, JobOutcome]:
    """Run a command on each of these addresses, all at once; one agent serves them all."""
    pinned = f'UserKnownHostsFile "{known_hosts}"\nStrictHostKeyChecking yes'
    with lent_key(ssh.key) as sock, config_file(ssh.config, before=pinned) as config:
        pool = ThreadPoolExecutor(max(1, len(commands)), thread_name_prefix="job")
        try:
            jobs = {
                address: pool.submit(
                    _run, [*ssh_argv(ssh, address, known_hosts, config), command], sock, timeout_s
                )
                for address, command in commands.items()
            }
            return {address: job.result() for address, job in jobs.items()}
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _run(argv: Sequence[str], sock: str, timeout_s: float) -> JobOutcome:
    started = time.monotonic()
    try:
        done = subprocess.run(
            argv,
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


def ssh_argv(ssh: Ssh, address: str, known_hosts: Path, config: str) -> list[str]:
    """Only the workspace's host keys count, and nothing is ever asked."""
    strict, user = _strict(ssh, known_hosts, config), ssh.user or "root"
    words = ["ssh", "-A", "-T", *strict, "-o", f"HostKeyAlias={pinned_name(address, ssh.port)}"]
    words += ["-p", str(ssh.port)] if ssh.port else []
    words += ["-o", "IdentityAgent=SSH_AUTH_SOCK"] if ssh.key else []  # the one that lends the key
    if ssh.jump:
        hops = (replace(hop, user=hop.user or user) for hop in parse_jump(ssh.jump))
        words += ["-o", f"ProxyCommand={proxy_command(hops, lambda _: strict)}"]
    return [*words, f"{user}@{address}"]


def _strict(ssh: Ssh, known_hosts: Path, config: str) -> list[str]:
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": str(known_hosts),
        "GlobalKnownHostsFile": "/dev/null",
        "ConnectTimeout": str(max(1, round(ssh.timeout_s))),
        "ServerAliveInterval": "5",
        "LogLevel": "ERROR",
    }
    words = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    return ["-F", config, *words]
