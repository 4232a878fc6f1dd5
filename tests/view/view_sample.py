"""Runs as they could have been: the input of the tests of what people see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from podsys.core.certificate import Examination, judge_nodes, make_certificate
from podsys.model.facts import NodeFacts, Section
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.item import Item, Reading
from podsys.model.plan import Change, Gap, Plan, Reboot, Step
from podsys.model.report import ReportData
from podsys.model.spec import ClusterSpec, Node
from podsys.model.status import Status

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
METRIC, UNIT = "tcp_pair_bw", "Gbit/s"
SETTINGS = ("sysctl.swappiness", "sysctl.overcommit_memory", "limit.memlock", "thp.enabled")


def name_nodes(number: int) -> list[str]:
    return [f"n{index:03d}" for index in range(1, number + 1)]


def make_change(
    key: str, before: Reading, value: str, nodes: Sequence[str], *, kind: str = "sysctl",
    role: str = "settings", reboot: bool = False,
) -> Change:  # fmt: skip
    item = Item(f"{kind}.{key}", role, kind, key, value, reboot=reboot)
    return Change(item, before, tuple(nodes))


def make_plan(nodes: Sequence[str]) -> Plan:
    digest = "sha256:" + "4f" * 32 + " 0644 root:root"
    governor = "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"
    return Plan(
        changes=(
            make_change("iperf3", {"live": "absent"}, "installed", nodes, kind="package",
                        role="fabric_tools"),
            make_change("/etc/chrony/chrony.conf", {"persistent": "missing"}, digest, nodes,
                        kind="file", role="base"),
            make_change("vm.swappiness", {"live": "60", "persistent": "unset"}, "1", nodes),
            make_change("apt-daily.timer", {"live": "running", "persistent": "running"}, "stopped",
                        nodes, kind="service"),
            make_change(governor, {"live": "powersave"}, "performance", nodes[:2], kind="sysfs"),
            make_change("iommu", {"live": "unset", "persistent": "unset"}, "pt", nodes[:1],
                        kind="kernel_argument", reboot=True),
        ),
        steps=(Step("settings", tuple(nodes)),),
        reboots=(Reboot(tuple(nodes[:1]), ("kernel_argument.iommu",)),),
        gaps=tuple(Gap(node, "sysctl.numa_balancing", "permission denied") for node in nodes[-2:]),
        unreachable=(),
    )  # fmt: skip


def make_facts(node: str) -> NodeFacts:
    data = {"serial": f"SN-{node}", "product": "Practice node", "kernel": "6.1.0-38-amd64"}
    return NodeFacts(node, sections={"system": Section("ok", data)})


def passive(node: str) -> list[Finding]:
    found = [
        Finding(id_, "passive", (node,), Status.PASS, metric=id_, value="1", expected="1",
                source="kernel documentation")
        for id_ in SETTINGS
    ]  # fmt: skip
    skips = [
        Finding(id_, "passive", (node,), Status.SKIP, evidence="the machine has no gpu")
        for id_ in ("gpu.persistence", "gpu.ecc", "gpu.clocks", "gpu.mig")
    ]
    return found + skips


def measure_pairs(nodes: Sequence[str], slow: str = "", *, reach: int = 0) -> list[Measurement]:
    """Both ways of every pair, or of neighbours up to `reach` places apart."""
    measured = []
    for row, a in enumerate(nodes):
        for column, b in enumerate(nodes):
            if a != b and (not reach or (column - row) % len(nodes) <= reach):
                value = (0.95 if slow in (a, b) else 9.4) - (row * 7 + column * 3) % 11 / 50
                measured.append(Measurement("network.pairs", METRIC, (a, b), value, UNIT))
    return measured


def make_report(
    number: int, *, slow: str = "", lost: str = "", plan: Plan | None = None, lab: bool = True,
    reach: int = 0,
) -> ReportData:  # fmt: skip
    """A cluster of `number` nodes, with a slow one and one that does not answer if named."""
    names = name_nodes(number)
    alive = [name for name in names if name != lost]
    facts = {name: make_facts(name) for name in alive}
    findings = [finding for name in alive for finding in passive(name)]
    bound = ">= 8 Gbit/s (80% of the line rate)"
    suspects = []
    for name in alive:
        status = Status.FAIL if name == slow else Status.PASS
        findings.append(
            Finding("network.pairs", "network", (name,), status, metric=METRIC,
                    value=0.9 if name == slow else 9.3, unit=UNIT, expected=bound,
                    evidence="median over its pairs",
                    remedy="check cable and port of this node" if name == slow else "")
        )  # fmt: skip
    if slow:
        evidence = f"all {len(alive) - 1} pairs of {slow} are slow, all other pairs are not"
        suspects.append(Suspect("node", slow, 0.97, evidence))
    if lost:
        error = "connect to 10.77.0.13 port 22: timed out after 15 s"
        facts[lost] = NodeFacts(lost, error=error)
        findings.append(
            Finding("node.reachable", "passive", (lost,), Status.UNKNOWN, evidence=error,
                    remedy=f"log in to {lost} by hand: ssh, power, network")
        )  # fmt: skip
    findings.append(
        Finding("units-failed", "passive", (alive[0],), Status.WARN,
                value="logrotate.service", expected="none", remedy="systemctl status UNIT")
    )  # fmt: skip
    examination = Examination(
        spec=ClusterSpec(
            cluster="demo", lab=lab, nodes={name: Node(address="127.0.0.1") for name in names}
        ),
        level=4,
        facts=facts,
        findings=findings,
        suspects=suspects,
        lock_sha256="3b" * 32,
        evidence={"results.jsonl": "a1" * 32, "plan.json": "b2" * 32, "raw/pairs.json": "c3" * 32},
        tool_versions={"podsys": "0.1.0", "iperf3": "3.12", "ansible-core": "2.19.4"},
    )
    return ReportData(
        certificate=make_certificate(examination, NOW),
        nodes=judge_nodes(examination),
        findings=tuple(findings),
        suspects=tuple(suspects),
        measurements=tuple(measure_pairs(alive, slow, reach=reach)),
        plan=plan if plan is not None else make_plan(names),
        facts=facts,
        events=(
            {"time": "2026-01-31T11:58:00.120+00:00", "event": "started", "continues": None},
            {"time": "2026-01-31T11:58:01.002+00:00", "event": "step", "title": "apply, wave 1",
             "todo": {"settings": ["n001"]}},
            {"time": "2026-01-31T11:58:09.440+00:00", "event": "node", "node": "n001",
             "changed": ["settings: Apply settings"]},
        ),
        raw_outputs=("raw/pairs.json",),
    )  # fmt: skip
