"""Failed units of systemd."""

from typing import Any, Dict

from .. import machine


def read() -> Dict[str, Any]:
    listed = machine.ask(["systemctl", "list-units", "--state=failed", "--plain", "--no-legend"])
    # It exits with 1 for every state but `running`, so its word counts and not its code.
    state = machine.run(["systemctl", "is-system-running"]).out.strip()
    return {
        "failed": [line.split()[0] for line in listed.splitlines() if line.split()],
        "state": state,
    }
