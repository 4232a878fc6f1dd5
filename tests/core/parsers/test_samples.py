"""Public outputs, where the folder with them lies beside the checkout: numbers exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from podsys.core.parsers import Unreadable, p2p_bandwidth
from podsys.core.recognise import read_handed
from podsys.model.output import Figure, ToolOutput
from podsys.model.status import Status

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the checkout")


def read(name: str) -> ToolOutput:
    handed = read_handed(name, (SAMPLES / name).read_text(encoding="utf-8"))
    assert handed.output is not None, handed.reason
    return handed.output


def find(output: ToolOutput, metric: str, subject: str = "", size: int | None = None) -> Figure:
    found = [
        f for f in output.figures
        if f.metric == metric and f.subject == subject and f.size == size
    ]  # fmt: skip
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("name", "metric", "size", "out_of_place", "in_place", "rows"),
    [
        ("RTX4090x8_no_P2P_all_reduce_current_layout_no_version_header.txt",
         "allreduce_busbw", 134217728, 14.45, 14.47, 4),
        ("SYNTHETIC_wrong_nonzero_sci_notation_v2.19.txt",
         "allreduce_busbw", 8589934592, 468.28, 468.47, 3),
        ("SYNTHETIC_J_output_v3.json", "allreduce_busbw", 8589934592, 468.28, 468.47, 1),
        ("dcgm_mock_pass_iters_column.txt", "allreduce_busbw", 33554432, 0.0, 0.0, 1),
        ("old_layout_error_NA_c0_256gpu.txt", "allreduce_busbw", 1073741824, 71.55, 72.73, 6),
        ("superbench_all_reduce_old_layout_error_col_A100.log",
         "allreduce_busbw", 8589934592, 235.26, 235.03, 34),
        ("superbench_nccl_allgather.log", "allgather_busbw", 8589934592, 223.39, 230.07, 34),
        ("superbench_nccl_broadcast.log", "broadcast_busbw", 8589934592, 232.81, 234.7, 34),
        ("superbench_nccl_reduce.log", "reduce_busbw", 8589934592, 228.38, 228.83, 34),
        ("aws_nccl_tests_README_outputs.txt",
         "allreduce_busbw", 17179869184, 487.09, 487.26, 32),
    ],
)  # fmt: skip
def test_nccl(
    name: str, metric: str, size: int, out_of_place: float, in_place: float, rows: int
) -> None:
    output = read(f"nccl/{name}")
    assert find(output, metric, "out-of-place", size).value == out_of_place
    assert find(output, metric, "in-place", size).value == in_place
    assert find(output, metric, "in-place", size).rows == rows


@pytest.mark.parametrize("path", sorted((SAMPLES / "nccl").glob("*")), ids=lambda path: path.name)
def test_no_nccl_sample_is_sound_but_one(path: Path) -> None:
    """All others are cut, unchecked or failed."""
    assert read(f"nccl/{path.name}").is_sound == (path.name == "dcgm_mock_pass_iters_column.txt")


def test_nccl_wrong() -> None:
    output = read("nccl/SYNTHETIC_wrong_nonzero_sci_notation_v2.19.txt")
    assert {figure.wrong for figure in output.figures} == {0, 3, 1048580}
    assert len(output.faults) == 3
    timeout = read("nccl/SYNTHETIC_timeout_and_truncated.txt")
    assert "Test timeout" in timeout.faults[0]


def test_nvbandwidth() -> None:
    text = read("nvbandwidth/v0.2_8xRTX4090_bidir_collapses_to_11.txt")
    assert find(text, "h2d_bw", "gpu 0").value == 25.50
    assert find(text, "d2h_bw", "gpu 7").value == 26.83
    waived = read("nvbandwidth/superbench_v0.6_GH200_with_waived.log")
    assert find(waived, "h2d_bw", "gpu 2, row 1").value == 312.11
    assert sum(figure.waived for figure in waived.figures) == 17
    document = read("nvbandwidth/SYNTHETIC_json_passed_waived_error.json")
    assert find(document, "p2p_bw", "gpu 1 -> gpu 0").value == 371.07
    assert "h_errorFlag" in document.faults[0]
    assert "Running" in document.gaps[0]
    assert not read("nvbandwidth/v0.2_waived_no_p2p.txt").is_sound


def test_p2p() -> None:
    node = read("p2p/A100_SXM4_80GB_8gpu_good.txt")
    assert node.is_sound
    assert find(node, "p2p_bw", "gpu 0 -> gpu 1").value == 268.94
    assert find(node, "p2p_bw_bidir", "gpu 4 -> gpu 5").value == 517.80
    assert find(node, "p2p_lat", "gpu 7 -> gpu 0").value == 2.94
    pair = read("p2p/H100_PCIe_2gpu_NVLink_bridge_good.txt")
    assert find(pair, "p2p_bw", "gpu 1 -> gpu 0").value == 256.99


def test_perftest() -> None:
    both_ends = read("perftest/superbench_ib_write_bw_loopback_all_sizes.log")
    last = find(both_ends, "rdma_write_bw", "", 8388608)
    assert last.value == pytest.approx(23240.68 * 1048576 * 8 / 1e9, abs=1e-5)
    assert last.setup["transport"] == "nic-loopback"
    assert both_ends.is_sound
    sweep = read("perftest/RoCE_100G_MTU1024_sweep_gbits_client_GPUoperatorDocs.txt")
    assert find(sweep, "rdma_write_bw", "", 1048576).value == 92.40
    assert "missing" in sweep.gaps[0]
    document = read("perftest/SYNTHETIC_out_json_good.json")
    assert find(document, "rdma_write_bw", "", 8388608).value == 392.38
    assert read("perftest/FAILURES_ib_write_bw.txt").faults
    name = "perftest/SYNTHETIC_out_json_INVALID_output_bandwidth_trailing_comma.json.txt"
    assert read_handed(name, (SAMPLES / name).read_text()).output is None


def test_dcgm() -> None:
    failing = read("dcgm/SYNTHETIC_dcgm3_rootkey_variant.json")
    assert [one.status for one in failing.outcomes] == [Status.FAIL]
    assert "GPU 3" in failing.outcomes[0].evidence
    assert failing.version == "4.2.3"
    three = read("dcgm/gcm_dcgm3_json_pass_fail_warn.jsonl")
    assert [one.status for one in three.outcomes].count(Status.FAIL) == 1
    assert [one.status for one in three.outcomes].count(Status.WARN) == 2
    schema = "dcgm/dcgm4_diag_schema.json"
    assert "not known" in read_handed(schema, (SAMPLES / schema).read_text()).reason
    tables = read("dcgm/text_tables_from_issues.txt")
    assert tables.outcomes[0].name == "software"
    assert not tables.is_sound


def test_fio_and_stream() -> None:
    mixed = read("fio/superbench_fio-3.16_randrw.json")
    assert find(mixed, "nvme_randrw_read", "rand_read_write").value == 85138.890741
    assert find(mixed, "nvme_randrw_write_bw", "rand_read_write").value == 348.45
    stream = read("stream/superbench_stream_neo.log")
    assert find(stream, "cpu_stream_triad", "", 960000000).value == 105256.0
    assert stream.is_sound
    gpus = read("stream/superbench_gpu_stream.log")
    assert find(gpus, "hbm_bw", "gpu 1", 4294967296).value == 7.41404
    assert gpus.gaps == ("run without checking its data",)


def test_burn_and_rocm() -> None:
    burn = read("gpuburn/superbench_gpu_burn_A100x8.log")
    assert len(burn.outcomes) == 8
    assert burn.is_sound
    copies = read("rocm/rvs_pebb_h2d_MI355X.txt")
    assert find(copies, "h2d_bw", "gpu 2, cpu 1").value == 54.034
    assert copies.gaps == ("10 of 16 copies",)
    target = read("rocm/rvs_gst_MI355X_target0.txt")
    assert target.outcomes[0].status is Status.UNKNOWN
    assert find(read("rocm/rvs_babel.txt"), "hbm_bw", "gpu 42583").value == 6.031416
    old = read("rocm/rocm_memory_h2d_bw.log")
    assert find(old, "h2d_bw", "", 268435456).value == 25.3280


def test_what_is_of_no_tool_is_named() -> None:
    name = "superbench/diagnosis_summary.md"
    assert "no tool" in read_handed(name, (SAMPLES / name).read_text()).reason
    facts = (SAMPLES / "p2p/FACTS_p2p_signatures.txt").read_text()
    with pytest.raises(Unreadable):
        p2p_bandwidth.parse(facts)
