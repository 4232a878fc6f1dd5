"""Which tool runs where, and the commands, run by a real shell with programs put in place."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from podsys.core.launchers import dcgm, fio, nccl, nvbandwidth, p2p_bandwidth, stream
from podsys.core.launchers.node_tool import ABSENT_CODE, NodeTool, decide
from podsys.core.practice import EMULATED
from podsys.model.facts import NodeFacts, Section
from podsys.model.spec import Accept
from podsys.model.status import Status

ALL = (dcgm, fio, nccl, nvbandwidth, p2p_bandwidth, stream)
OF_GPUS = (dcgm, nccl, nvbandwidth, p2p_bandwidth)


def node(gpus: int = 0, vendor: str = "10de", bios: str = "AMI", **sections: Any) -> NodeFacts:
    devices = [{"kind": "gpu", "vendor": vendor} for _ in range(gpus)]
    found = {"pci": {"devices": devices}, "dmi": {"bios_vendor": bios}} | sections
    return NodeFacts("n1", sections={name: Section("ok", data) for name, data in found.items()})


def install(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def run(tool: NodeTool, facts: NodeFacts, **accept: Any) -> subprocess.CompletedProcess[str]:
    script = tool.script(facts, Accept(**accept))
    words = ["sh", "-c", script]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


def test_what_is_measured_nowhere_says_so() -> None:
    for module in OF_GPUS:
        verdict = decide(module.TOOL, node())
        assert verdict
        assert verdict[0] is Status.SKIP
        assert "GPU here" in verdict[1]
    assert decide(stream.TOOL, node()) is None


def test_emulated_gpus_are_unknown_and_never_measured() -> None:
    for module in OF_GPUS:
        assert decide(module.TOOL, node(8)) is None
        verdict = decide(module.TOOL, node(8, bios=EMULATED))
        assert verdict == (Status.UNKNOWN, "not measured: its hardware is emulated")


def test_a_single_gpu_has_no_peers() -> None:
    assert decide(nccl.TOOL, node(1)) == (Status.SKIP, "only 1 NVIDIA/AMD GPU here")
    assert decide(nvbandwidth.TOOL, node(1)) is None
    assert "device_to_device" not in nvbandwidth.TOOL.script(node(1), Accept())


def test_amd_gpus_are_for_rccl_and_not_for_nvidias_tools() -> None:
    assert decide(nccl.TOOL, node(8, "1002")) is None
    assert decide(nvbandwidth.TOOL, node(8, "1002")) == (Status.SKIP, "no NVIDIA GPU here")


def test_nobody_looked_is_no_skip() -> None:
    unread = NodeFacts("n1", sections={"pci": Section("unknown", {}, "timed out")})
    assert decide(nccl.TOOL, unread) is None
    verdict = decide(nccl.TOOL, NodeFacts("n1"))
    assert verdict
    assert verdict[0] is Status.UNKNOWN


@pytest.mark.parametrize("module", ALL)
def test_an_absent_tool_is_named(module: Any) -> None:
    programs = [name for way in module.TOOL.ways for name in way.programs]
    if any(map(shutil.which, programs)):
        pytest.skip("this machine has the tool")
    done = run(module.TOOL, node(8))
    assert done.returncode == ABSENT_CODE
    assert done.stderr.strip() == f"not installed: {', '.join(programs)}"


def test_the_site_names_where_its_tools_lie(tmp_path: Path) -> None:
    install(tmp_path, "all_reduce_perf", 'echo "$NCCL_DEBUG $NCCL_DEBUG_SUBSYS $*"')
    done = run(nccl.TOOL, node(8), tools=(str(tmp_path),))
    assert done.stdout == "INFO INIT,ENV,TUNING -b 8M -e 16G -f 2 -g 8 -n 20 -w 5 -c 1\n"


def test_a_site_s_own_stream_comes_first(tmp_path: Path) -> None:
    install(tmp_path, "stream", "echo own")
    install(tmp_path, "likwid-bench", "echo other")
    install(tmp_path, "stress-ng", "echo other")
    assert run(stream.TOOL, node(), tools=(str(tmp_path),)).stdout == "own\n"


def test_json_where_the_version_has_it(tmp_path: Path) -> None:
    install(tmp_path, "nvbandwidth", '[ "$1" = --help ] && echo "-j [ --json ]" || echo "$@"')
    done = run(nvbandwidth.TOOL, node(2), tools=(str(tmp_path),))
    assert done.stdout.startswith("-j -t host_to_device_memcpy_ce device_to_host_memcpy_ce device")
    install(tmp_path, "nvbandwidth", '[ "$1" = --help ] && echo "no such" || echo "$@"')
    assert run(nvbandwidth.TOOL, node(2), tools=(str(tmp_path),)).stdout.startswith("-t host")


def test_dcgm_s_exit_code_is_kept(tmp_path: Path) -> None:
    install(tmp_path, "dcgmi", 'echo "{}"; exit 226')
    done = run(dcgm.TOOL, node(8), tools=(str(tmp_path),))
    assert (done.returncode, done.stdout) == (226, "{}\n")


def test_fio_leaves_no_file_behind(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    install(tmp_path, "fio", 'for one in "$@"; do echo "$one"; done; : > "${1#--filename=}"')
    done = run(fio.TOOL, node(), tools=(str(tmp_path),), scratch=str(scratch))
    assert "--direct=1" in done.stdout
    assert not list(scratch.iterdir())


def test_fio_is_not_begun_where_nothing_is_free(tmp_path: Path) -> None:
    install(tmp_path, "fio", "echo begun")
    install(tmp_path, "df", "echo head; echo / 100 90 10 90% /")
    done = run(fio.TOOL, node(), tools=(str(tmp_path),), scratch=str(tmp_path))
    assert done.returncode == 75
    assert "only 10 MiB free" in done.stderr
    assert "begun" not in done.stdout


def test_a_scratch_path_that_is_missing_is_no_result() -> None:
    done = run(fio.TOOL, node(), scratch="/nowhere/at/all")
    assert done.returncode in (75, ABSENT_CODE)
