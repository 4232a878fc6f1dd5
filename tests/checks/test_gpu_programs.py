"""Programs for GPUs, started as on a node, with libraries in C in place of the driver and NCCL.

What the kernels compute is compiled from the same kernels.cu; only sizes are smaller than there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from podsys.commands.sent_programs import read_program
from podsys.core.launchers import nccl, nvbandwidth
from podsys.core.launchers.node_tool import ABSENT_CODE, NodeTool
from podsys.core.launchers.sent_program import or_else, python_way
from podsys.core.recognise import read_handed
from podsys.model.facts import NodeFacts, Section
from podsys.model.output import ToolOutput
from podsys.model.spec import Accept

NODE = Path(__file__).parents[2] / "checks" / "node"
FAKES = Path(__file__).with_name("fake_gpu")
SMALLER = {
    "LEAST, MOST = 8 << 20, 16 << 30": "LEAST, MOST = 1 << 10, 1 << 13",
    "SIZE, COPIES, SAMPLES = 512 << 20, 16, 3": "SIZE, COPIES, SAMPLES = 1 << 16, 4, 3",
    "ARRAY, ELEMENT, ARRAYS = 1 << 30, 8, 3": "ARRAY, ELEMENT, ARRAYS = 1 << 16, 8, 3",
    "SIZE, SAMPLES = 128 << 20, 3": "SIZE, SAMPLES = 1 << 16, 3",
}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("cc"):
        pytest.skip("no C compiler here")
    folder = tmp_path_factory.mktemp("libraries")
    for name in ("libcuda.so.1", "libnccl.so.2"):
        source = FAKES / f"{name.partition('.')[0]}.c"
        words = ["cc", "-O1", "-shared", "-fPIC", "-I", str(NODE), "-o", str(folder / name)]
        subprocess.run([*words, str(source)], check=True, timeout=60)
    return folder


def read_smaller(name: str) -> str:
    main = NODE / f"{name}.py"
    text = read_program(main)
    found = [line for line in SMALLER if line in text]
    assert len(found) == 1
    return text.replace(found[0], SMALLER[found[0]])


COLLECTIVE = python_way(read_smaller("nccl_collective"), "all_reduce", "node")
GPUS = {"pci": Section("ok", {"devices": [{"kind": "gpu", "vendor": "10de"}] * 3})}
FACTS = NodeFacts("n1", sections=GPUS)


@pytest.fixture
def run(libraries: Path, tmp_path: Path) -> Run:
    """The tool's own script in a shell, on a node that has neither nccl-tests nor nvbandwidth."""

    def start(tool: NodeTool, *tools: str, driver: bool = True, **env: str) -> Any:
        path = {"LD_LIBRARY_PATH": str(tmp_path)}
        if driver and not (tmp_path / "libcuda.so.1").exists():
            (tmp_path / "libcuda.so.1").symlink_to(libraries / "libcuda.so.1")
        return subprocess.run(
            ["sh", "-c", tool.script(FACTS, Accept(tools=tools))],
            env=os.environ | path | {"FAKE_GPUS": "3"} | env,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    return start


def read(done: subprocess.CompletedProcess[str]) -> ToolOutput:
    assert done.returncode == 0, done.stderr
    handed = read_handed("n1", done.stdout)
    assert handed.output, handed.reason
    return handed.output


def collective(*words: str) -> NodeTool:
    program = read_smaller("nccl_collective")
    return or_else(nccl.TOOL, python_way(program, *(words or ("all_reduce", "node"))))


def alone(name: str) -> NodeTool:
    return or_else(nvbandwidth.TOOL, python_way(read_smaller(name)))


def test_a_sweep_by_nccl_alone_is_as_one_of_nccl_tests(run: Run, libraries: Path) -> None:
    found = read(run(collective(), str(libraries)))
    assert found.is_sound
    assert (found.tool, found.version) == ("podsys-nccl", "NCCL 2.32.3")
    assert {(one.metric, one.unit) for one in found.figures} == {("allreduce_busbw", "GB/s")}
    sizes = [one.size for one in found.figures if one.subject == "in-place"]
    assert sizes == [1024, 2048, 4096, 8192]
    setup = found.figures[0].setup
    assert (setup["gpus"], setup["nodes"], setup["nvls"], setup["tool"]) == (
        3, 1, "on", "podsys-nccl",
    )  # fmt: skip
    assert setup["algorithm"] == "RING/SIMPLE at 8 KiB"
    assert found.devices == ("Fake GPU",)


@pytest.mark.parametrize("operation", ["all_gather", "reduce_scatter", "alltoall"])
def test_the_other_collectives(run: Run, libraries: Path, operation: str) -> None:
    found = read(run(collective(operation, "node"), str(libraries), FAKE_GPUS="4"))
    assert found.is_sound
    assert found.figures[0].metric == f"{operation.replace('_', '')}_busbw"


@pytest.mark.parametrize("operation", ["all_reduce", "all_gather", "reduce_scatter"])
def test_a_lost_rank_is_wrong_elements(run: Run, libraries: Path, operation: str) -> None:
    tool = collective(operation, "node")
    found = read(run(tool, str(libraries), FAKE_LOST_RANK="1"))
    assert any(
        "wrong elements at 1024 bytes" in fault or "wrong" in fault for fault in found.faults
    )
    assert all(one.wrong for one in found.figures)


def test_what_nccl_warns_of_is_the_reason(run: Run, libraries: Path) -> None:
    done = run(collective(), str(libraries), FAKE_FAILS="1")
    assert done.returncode == 1
    assert "unhandled system error" in done.stderr
    assert "ibv_modify_qp failed" in done.stderr
    assert read_handed("n1", done.stdout).output is None


def test_messages_are_as_large_as_memory_allows(run: Run, libraries: Path) -> None:
    free = (3 << 30) + 2 * (1 << 11)
    found = read(run(collective(), str(libraries), FAKE_FREE=str(free)))
    assert max(one.size or 0 for one in found.figures) == 1 << 11
    done = run(collective(), str(libraries), FAKE_FREE=str(1 << 30))
    assert "too little memory is free" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(
    "place", ["nvidia/nccl/lib", "lib/python3.11/site-packages/nvidia/nccl/lib"]
)
def test_where_pip_puts_the_library(run: Run, libraries: Path, tmp_path: Path, place: str) -> None:
    """Below a target, or below a virtual environment; named as such, or by its bin."""
    folder = tmp_path / "named" / place
    folder.mkdir(parents=True)
    (tmp_path / "named" / "bin").mkdir()
    (folder / "libnccl.so.2").symlink_to(libraries / "libnccl.so.2")
    for named in ("named", "named/bin"):
        done = run(collective(), str(tmp_path / named))
        assert read(done).is_sound
        assert str(folder / "libnccl.so.2") in done.stdout.replace("/bin/..", "")


def test_without_the_library_it_says_what_to_install(run: Run) -> None:
    done = run(collective())
    assert done.returncode == ABSENT_CODE
    assert done.stderr.startswith(
        "not installed: all_reduce_perf, and no libnccl.so.2 (nvidia-nccl"
    )


@pytest.mark.parametrize("name", ["nccl_collective", "cuda_copies", "cuda_memory", "cuda_peers"])
def test_without_a_driver_or_gpu_there_is_no_result(run: Run, libraries: Path, name: str) -> None:
    tool = collective() if name == "nccl_collective" else alone(name)
    done = run(tool, str(libraries), driver=False)
    assert (done.returncode, done.stdout) == (69, "")
    assert "no NVIDIA driver to ask" in done.stderr
    done = run(tool, str(libraries), FAKE_GPUS="0")
    assert done.stderr.strip() == "podsys: cuInit: CUDA_ERROR_NO_DEVICE"
    assert done.returncode == 1


def test_nccl_tests_come_first(run: Run, libraries: Path, tmp_path: Path) -> None:
    tests = tmp_path / "all_reduce_perf"
    tests.write_text("#!/bin/sh\necho theirs\n")
    tests.chmod(0o755)
    assert run(collective(), str(libraries), str(tmp_path)).stdout == "theirs\n"


def test_copies_by_the_driver_alone_are_as_those_of_nvbandwidth(run: Run) -> None:
    found = read(run(alone("cuda_copies")))
    assert found.is_sound
    assert found.tool == "podsys-copies"
    metrics = {one.metric for one in found.figures}
    assert metrics == {"h2d_bw", "d2h_bw", "p2p_bw"}
    assert len(found.figures) == 2 * 3 + 2 * 6
    assert {one.subject for one in found.figures} >= {"gpu 2", "gpu 0 -> gpu 2"}


def test_a_single_gpu_has_nobody_to_copy_to(run: Run) -> None:
    found = read(run(alone("cuda_copies"), FAKE_GPUS="1"))
    assert found.is_sound
    assert {one.metric for one in found.figures} == {"h2d_bw", "d2h_bw"}


def test_a_byte_that_arrives_wrong_is_found(run: Run) -> None:
    """The last copy down to the host of the first GPU, and a copy to a peer."""
    for number, subject in ((13, "gpu 0"), (26, "gpu 0")):
        found = read(run(alone("cuda_copies"), FAKE_SPOIL=str(number)))
        assert found.faults == (f"1 wrong elements: {subject}",) * 2, number


def test_gpus_that_do_not_reach_each_other_are_not_measured(run: Run) -> None:
    found = read(run(alone("cuda_copies"), FAKE_NO_PEERS="1"))
    pairs = [one for one in found.figures if one.metric == "p2p_bw"]
    assert {(one.value, one.problem) for one in pairs} == {(None, "no peer access")}
    assert not found.is_sound


def test_memory_of_each_gpu(run: Run) -> None:
    found = read(run(alone("cuda_memory")))
    assert found.is_sound
    assert [(one.metric, one.unit, one.subject) for one in found.figures] == [
        ("hbm_bw", "TB/s", f"gpu {gpu}") for gpu in range(3)
    ]


def test_every_gpu_to_every_other_both_ways_through_the_host_and_directly(run: Run) -> None:
    """Here direct copies are the faster ones: what was reached too early would be no faster."""
    found = read(run(alone("cuda_peers")))
    assert found.is_sound
    assert found.tool == "podsys-peers"
    pairs = {(0, 1), (0, 2), (1, 2)}
    ways = pairs | {(other, one) for one, other in pairs}
    one_way = {f"gpu {one} -> gpu {other}" for one, other in ways}
    for metric in ("p2p_bw", "p2p_bw_staged", "p2p_lat", "p2p_lat_staged"):
        assert {one.subject for one in found.figures if one.metric == metric} == one_way
    for metric in ("p2p_bw_bidir", "p2p_bw_bidir_staged"):
        both = {one.subject for one in found.figures if one.metric == metric}
        assert both == {f"gpu {one} <-> gpu {other}" for one, other in pairs}
    slowest = min(one.value or 0 for one in found.figures if one.metric == "p2p_lat_staged")
    assert slowest >= 200


def test_direct_copies_slower_than_those_through_the_host_are_a_fault(run: Run) -> None:
    found = read(run(alone("cuda_peers"), FAKE_GPUS="2", FAKE_BARRED="1"))
    assert len(found.faults) == 2
    assert "gpu 0 -> gpu 1: P2P" in found.faults[0]
    assert "an IOMMU or ACS stands in the way" in found.faults[0]


def test_gpus_apart_are_measured_through_the_host_alone(run: Run) -> None:
    found = read(run(alone("cuda_peers"), FAKE_NO_PEERS="1"))
    assert found.is_sound
    assert {one.metric for one in found.figures} == {
        "p2p_bw_staged", "p2p_bw_bidir_staged", "p2p_lat_staged",
    }  # fmt: skip


def test_a_byte_that_a_peer_gets_wrong_is_found(run: Run) -> None:
    found = read(run(alone("cuda_peers"), FAKE_GPUS="2", FAKE_SPOIL="16"))
    assert found.faults == ("1 wrong elements: gpu 0 -> gpu 1",)


def test_the_kernels_that_are_sent_are_those_of_the_source() -> None:
    """kernels.ptx says of which kernels.cu it was made."""
    made_of = sha256((NODE / "kernels.cu").read_bytes()).hexdigest()
    assert f"// kernels.cu {made_of}" in (NODE / "kernels.ptx").read_text()
