"""Ports that send to themselves, the commands run by a real shell with a pretended ib_write_bw."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from podsys.core.launchers.loopback import TOOL
from podsys.core.launchers.node_tool import ABSENT_CODE, decide
from podsys.core.parsers import rail_loopback
from podsys.core.parsers.perftest import KNOWN_GOOD
from podsys.core.practice import EMULATED
from podsys.core.recognise import read_handed
from podsys.model.facts import NodeFacts, Section
from podsys.model.spec import Accept
from podsys.model.status import Status

RULE = "-" * 87
ROOT = {"bdf": "00:01.0", "parent": "", "kind": "bridge"}
DEVICES = [
    ROOT,
    {"bdf": "02:00.0", "parent": "00:01.0", "kind": "gpu", "vendor": "10de"},
    {"bdf": "03:00.0", "parent": "00:01.0", "kind": "nic", "vendor": "15b3"},
]


def port(device: str, bdf: str = "03:00.0", **more: Any) -> dict[str, Any]:
    return {"device": device, "bdf": bdf, "state": "ACTIVE", "rate_gbps": 400.0} | more


def node(*ports: dict[str, Any], bios: str = "AMI") -> NodeFacts:
    data = {"pci": {"devices": DEVICES}, "dmi": {"bios_vendor": bios}}
    data["infiniband"] = {"ports": list(ports)}
    return NodeFacts("n1", sections={name: Section("ok", found) for name, found in data.items()})


def run(facts: NodeFacts, folder: Path, text: str, **env: str) -> subprocess.CompletedProcess[str]:
    """`text`: what the program does when it is the client, who is told where the server is.

    As the real one, the client is refused until its server is there.
    """
    program, up = folder / "ib_write_bw", folder / "up"
    answer = 'case "$1" in --help) echo "$HELP"; exit ;; esac; case "$*" in *127.0.0.1) ;; '
    server = f"*) echo server >> {folder}/servers; touch {up}; exit ;; esac"
    client = f'rm {up} 2>/dev/null || {{ echo "Couldn\'t connect to 127.0.0.1:29170"; exit 1; }}'
    program.write_text(f"#!/bin/sh\n{answer}{server}\n{client}\n{text}\n")
    program.chmod(0o755)
    script = TOOL.script(facts, Accept(tools=(str(folder),)))
    return subprocess.run(
        ["sh", "-c", script], env=os.environ | env,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_each_port_in_turn_with_a_server_of_its_own(tmp_path: Path) -> None:
    facts = node(port("mlx5_0"), port("mlx5_1", "83:00.0", rate_gbps=200.0))
    done = run(facts, tmp_path, 'echo "$*"')
    common = "-p 29170 -s 8388608 -F -D 2 --report_gbits -q 2 127.0.0.1\n"
    assert done.stdout == (
        f"#podsys rail mlx5_0:400:host\n-d mlx5_0 {common}"
        f"#podsys rail mlx5_1:200:host\n-d mlx5_1 {common}#podsys rails 2\n"
    )
    assert (tmp_path / "servers").read_text().count("server") == 2


def test_with_the_memory_of_its_gpu_where_perftest_can(tmp_path: Path) -> None:
    facts = node(port("mlx5_0"), port("storage", "83:00.0"))
    done = run(facts, tmp_path, 'echo "$*"', HELP="  --use_cuda=<cuda device id>")
    sections = [line for line in done.stdout.splitlines() if line.startswith("#")]
    assert sections == [
        "#podsys rail mlx5_0:400:host", "#podsys rail mlx5_0:400:gpu0",
        "#podsys rail storage:400:host", "#podsys rails 3",
    ]  # fmt: skip
    assert "--use_cuda=0" in done.stdout


def test_what_it_prints_is_read(tmp_path: Path) -> None:
    (tmp_path / "good").write_text(KNOWN_GOOD)
    done = run(node(port("mlx5_0")), tmp_path, f"cat {tmp_path}/good")
    handed = read_handed("n1", done.stdout)
    assert handed.output, handed.reason
    assert handed.output.is_sound
    found = {one.metric: (one.value, one.unit) for one in handed.output.figures}
    assert found == {
        "rdma_loopback_bw": (388.0, "Gb/s"), "rdma_loopback_share": (97.0, "%"),
    }  # fmt: skip


def test_a_port_that_fails_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "good").write_text(KNOWN_GOOD)
    fails = (
        f'case "$2" in mlx5_1) echo "Couldn\'t allocate MR"; exit 1 ;; esac; cat {tmp_path}/good'
    )
    done = run(node(port("mlx5_0"), port("mlx5_1")), tmp_path, fails)
    output = rail_loopback.parse(done.stdout)
    assert output.faults == ("mlx5_1, host: Couldn't allocate MR",)
    known = {one.subject: one.value for one in output.figures if one.metric.endswith("share")}
    assert known == {"mlx5_0": 97.0, "mlx5_1": None}


TWO_QUEUES = f"""\
{RULE}
                    RDMA_Write BW Test
 Dual-port       : OFF\t\tDevice         : mlx5_0
 Number of qps   : 2\t\tTransport type : IB
 Link type       : Ethernet
 GID index       : 3
{RULE}
 local address: LID 0000 QPN 0x0031 PSN 0x51 RKey 0x01 VAddr 0x01
 GID: 00:00:00:00:00:00:00:00:00:00:255:255:10:09:08:07
 local address: LID 0000 QPN 0x0032 PSN 0x52 RKey 0x01 VAddr 0x02
 GID: 00:00:00:00:00:00:00:00:00:00:255:255:10:09:08:07
 remote address: LID 0000 QPN 0x0033 PSN 0x53 RKey 0x02 VAddr 0x03
 GID: 00:00:00:00:00:00:00:00:00:00:255:255:10:09:08:07
 remote address: LID 0000 QPN 0x0034 PSN 0x54 RKey 0x02 VAddr 0x04
 GID: 00:00:00:00:00:00:00:00:00:00:255:255:10:09:08:07
{RULE}
 #bytes     #iterations    BW peak[Gb/sec]    BW average[Gb/sec]   MsgRate[Mpps]
 8388608    11220            0.00               376.48   \t\t   0.005610
{RULE}
"""


def test_two_queues_of_a_roce_port_are_one_result(tmp_path: Path) -> None:
    """-D leaves no peak, and a port that sends to itself has one GID at both ends."""
    (tmp_path / "good").write_text(TWO_QUEUES)
    done = run(node(port("mlx5_0")), tmp_path, f"cat {tmp_path}/good")
    output = rail_loopback.parse(done.stdout)
    assert output.is_sound
    assert [(one.value, one.size) for one in output.figures] == [
        (376.48, 8388608), (94.12, 8388608),
    ]  # fmt: skip


def test_a_port_that_says_nothing_in_time_is_unknown(tmp_path: Path) -> None:
    output = rail_loopback.parse(run(node(port("mlx5_0")), tmp_path, "exit 124").stdout)
    assert output.gaps == ("mlx5_0, host: no result within its time limit",)
    assert not output.faults


def test_where_it_applies() -> None:
    assert decide(TOOL, node()) == (Status.SKIP, "no RDMA adapter here")
    assert decide(TOOL, node(port("rxe0", ""))) == (Status.SKIP, "no RDMA adapter here")
    assert decide(TOOL, node(port("mlx5_0"))) is None
    verdict = decide(TOOL, node(port("mlx5_0"), bios=EMULATED))
    assert verdict == (Status.UNKNOWN, "not measured: its hardware is emulated")


def test_ports_that_are_down_are_no_pass(tmp_path: Path) -> None:
    done = run(node(port("mlx5_0", state="DOWN")), tmp_path, "echo")
    assert (done.returncode, done.stderr) == (1, "no RDMA port is active\n")


def test_without_perftest_it_says_so() -> None:
    script = TOOL.script(node(port("mlx5_0")), Accept()).replace("ib_write_bw", "ib_no_such_tool")
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == ABSENT_CODE
    assert done.stderr.startswith("not installed: ib_no_such_tool")
