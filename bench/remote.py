"""Commands on nodes, through clush: as a peer to be timed, and untimed around other peers."""

from __future__ import annotations

import subprocess

from bench.site import HERE, BenchError, Site

DRIFTED = "/proc/sys/vm/swappiness"
DRIFT = "60"


def clush(site: Site, command: str, names: list[str] | None = None) -> list[str]:
    """The words that run a command on the nodes, with the workspace's key and host keys."""
    nodes, ssh = site.spec["nodes"], site.spec["ssh"]
    addresses = ",".join(nodes[name]["address"] for name in names or nodes)
    options = (
        f"-i {ssh['key']} -o UserKnownHostsFile={site.workspace / 'known_hosts'}"
        " -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -o BatchMode=yes"
    )
    user = ssh.get("user", "root")
    program = str(HERE / ".venv-clush/bin/clush")
    return [program, "-S", "-N", "-l", user, "-o", options, "-w", addresses, command]


def run(site: Site, command: str, names: list[str] | None = None) -> str:
    """Untimed: what the nodes answered."""
    words = clush(site, command, names)
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout)[-500:]
        raise BenchError(f"{command!r} on the nodes failed: {said}")
    return done.stdout


def refresh_package_lists(site: Site) -> None:
    """They count as new: else Ansible would load them again an hour after the image was made."""
    run(site, "touch /var/lib/apt/lists")


def let_drift(site: Site) -> None:
    """One setting of the last node, at run time."""
    run(site, f"echo {DRIFT} > {DRIFTED}", [site.last])
    if read_drifted(site) != DRIFT:
        raise BenchError("the setting did not drift")


def read_drifted(site: Site) -> str:
    return run(site, f"cat {DRIFTED}", [site.last]).strip()
