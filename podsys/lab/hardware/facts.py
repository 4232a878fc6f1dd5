"""What a probe would say of a state, as far as it decides which faults can happen there.

The rest of the facts is left out: a rule that reads it stays undecided.
"""

from __future__ import annotations

from typing import Any

from podsys.lab.hardware.topology import list_reachable

State = dict[str, Any]
# A practice node without emulated hardware.
PLAIN: dict[str, Any] = {
    "gpu": {"vendor": "", "count": 0, "module_loaded": False, "gpus": []},
    "pci": {"devices": []},
    "infiniband": {"ports": [], "count": 0},
}


def expect_facts(state: State) -> dict[str, Any]:
    driver, devices = state["driver"], list_reachable(state["devices"])
    return {
        "gpu": {
            "vendor": driver["vendor"],
            "count": len(state["gpus"]),
            "module_loaded": driver["module_loaded"],
            "gpus": state["gpus"],
        },
        "pci": {"devices": [{"bdf": bdf, **device} for bdf, device in devices.items()]},
        "infiniband": {
            "ports": [{"port": 1, **nic} for nic in state["nics"]],
            "count": len(state["nics"]),
        },
        "numa": {"nodes": [{"node": node} for node in range(state["cpu"]["numa_nodes"])]},
    }
