"""What surrounds each timed command: the state before it, and the proof of the state after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.fresh import make_fresh
from bench.measured import Invocation, Took, measure
from bench.peers import PEERS
from bench.raw import Sample
from bench.remote import DRIFT, let_drift, read_drifted, refresh_package_lists
from bench.site import WORK, BenchError, Site
from bench.steps import Step

PATIENCE = 4


def converge(site: Site) -> dict[str, int]:
    """Every tool agrees, reboots included, that there is nothing to do; what they need for it."""
    make_fresh(site, reboot=True)
    refresh_package_lists(site)
    for _ in range(PATIENCE):
        site.podsys("deploy", "-C", str(site.workspace), "--yes", codes=(0, 1, 3))
        if site.plan()["empty"]:
            break
    took = _time("pyinfra", site, WORK / "logs/converge-pyinfra.log")
    left = site.plan()
    if took.code or not left["empty"]:
        raise BenchError(f"the nodes do not converge: {took.said[-500:]} {left}")
    size = count_payload(site)
    site.payload.write_bytes(os.urandom(size))
    operations = took.said.count("--> Starting operation")
    return {"payload_bytes": size, "pyinfra_operations": operations}


def count_payload(site: Site) -> int:
    words = [sys.executable, "-m", "bench.payload", str(site.workspace)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return int(done.stdout)


def carry_out(step: Step, site: Site) -> Sample:
    if step.scenario == "first":
        make_fresh(site, reboot=False)
    if step.scenario == "drift":
        let_drift(site)
    refresh_package_lists(site)
    load = os.getloadavg()[0]
    log = WORK / f"logs/{step.scenario}-{step.nodes}-{step.round}-{step.tool}.log"
    took = _time(step.tool, site, log)
    note = PROOFS[step.scenario](step.tool, site, took)
    return Sample(
        step.scenario, step.nodes, step.round, step.tool, not note,
        took.wall_s, took.cpu_s, took.peak_mib, took.tree_mib, note, round(load, 2),
    )  # fmt: skip


def _time(tool: str, site: Site, log: Path) -> Took:
    """SSH connections that Ansible keeps open serve only the run that opened them."""
    made: Invocation = PEERS[tool].invoke(site)
    with tempfile.TemporaryDirectory(prefix="bench-") as private:
        env = {**made.env, "ANSIBLE_SSH_CONTROL_PATH_DIR": private}
        return measure(replace(made, env=env), log)


def prove_converged(tool: str, _site: Site, took: Took) -> str:
    """Nothing was changed, and the tool says that all is well."""
    if took.code:
        return f"exit code {took.code}"
    changed = PEERS[tool].changed(took)
    if changed is None:
        return "it does not say what it changed"
    return f"it changed {changed}" if changed else ""


def prove_drift(tool: str, site: Site, took: Took) -> str:
    """The setting is back, read from the node itself; Ansible's start repairs nothing."""
    if took.code:
        return f"exit code {took.code}"
    if tool == "ansible-start":
        return ""
    value = read_drifted(site)
    return "" if value != DRIFT else f"the setting is still {value}"


def prove_first(tool: str, site: Site, took: Took) -> str:
    """podsys reads every node back and finds nothing to change but what waits for a reboot."""
    accepted = (0, 1, 3) if tool == "podsys" else (0,)
    if took.code not in accepted:
        return f"exit code {took.code}"
    plan = site.plan()
    waiting = {item for reboot in plan["reboots"] for item in reboot["because"]}
    if tool == "podsys" and (said := find_complaints(site.workspace / "runs/latest", waiting)):
        return f"podsys found: {', '.join(said)}"
    left = sorted({change["item"]["id"] for change in plan["changes"]} - waiting)
    left += [f"{gap['node']}: {gap['item_id']}" for gap in plan["gaps"]]
    left += [f"{node} does not answer" for node in plan["unreachable"]]
    return f"left to do: {', '.join(left)}" if left else ""


def find_complaints(run: Path, waiting: set[str]) -> list[str]:
    """Checks that did not pass in podsys's own verdict, but for what waits for the reboot."""
    lines = map(json.loads, (run / "results.jsonl").read_text().splitlines())
    bad = {line["check"] for line in lines if line["status"] in ("fail", "unknown")}
    return sorted(bad - waiting)


PROOFS = {"converged": prove_converged, "drift": prove_drift, "first": prove_first}
