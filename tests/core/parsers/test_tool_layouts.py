"""Layouts of the other tools that differ from their KNOWN_GOOD, in numbers of our own."""

from __future__ import annotations

import json

import pytest

from podsys.core.parsers import (
    Unreadable,
    babelstream,
    dcgm,
    fio,
    imb,
    nvbandwidth,
    osu,
    p2p_bandwidth,
    perftest,
    rocm_bandwidth,
    rvs,
)
from podsys.model.output import ToolOutput
from podsys.model.status import Status

RULE = "-" * 87 + "\n"


def values(output: ToolOutput) -> dict[tuple[str, int | None], float | None]:
    return {(figure.metric, figure.size): figure.value for figure in output.figures}


def sweep(unit: str = "MiB/sec", factor: float = 1048576, peak: str = "") -> str:
    """Every size of -a at 390 Gbit/s."""
    rows = ""
    for power in range(1, 24):
        size = 1 << power
        average, rate = 390e9 / 8 / factor, 390e9 / 8 / size / 1e6
        top = peak or f"{average:.2f}"
        rows += f" {size:<10} 5000             {top}           {average:.2f}         {rate:.6f}\n"
    header = " #bytes     #iterations    BW peak[U]    BW average[U]   MsgRate[Mpps]\n"
    return header.replace("U", unit) + rows + RULE


def test_perftest_units_old_and_new() -> None:
    title = RULE + "                    RDMA_Read BW Test\n" + RULE
    for unit, factor in (("MiB/sec", 1048576), ("MB/sec", 1048576), ("Gb/sec", 1e9 / 8)):
        found = perftest.parse(title + sweep(unit, factor))
        assert found.is_sound, found.gaps
        assert values(found)["rdma_read_bw", 8388608] == pytest.approx(390, abs=0.01)
        assert found.figures[0].rows == 23
    wrong = perftest.parse(title + sweep("MB/sec", 1e6))
    assert "disagree" in wrong.gaps[0]


def test_perftest_duration_mode_has_no_peak_and_both_ways_add_up() -> None:
    title = RULE + "                    RDMA_Write Bidirectional BW Test\n" + RULE
    found = perftest.parse(title + sweep(peak="0.00"))
    assert found.is_sound
    assert {figure.metric for figure in found.figures} == {"rdma_write_bw_bidir"}


def test_perftest_server_and_client_in_one_file() -> None:
    one = " #bytes     #iterations    BW peak[Gb/sec]    BW average[Gb/sec]   MsgRate[Mpps]\n"
    row = " 8388608    5000             390.10             390.00               0.005811\n"
    title = "                    Send BW Test\n"
    together = RULE + title + RULE + title + RULE + RULE + one + one + row + RULE + row + RULE
    found = perftest.parse(together)
    assert found.is_sound, found.gaps
    assert values(found) == {("rdma_send_bw", 8388608): 390.0}
    other = row.replace("390.00", "195.00").replace("0.005811", "0.002906")
    twice = perftest.parse(RULE + title + one + row + other + RULE)
    assert "several results" in twice.gaps[0]


def test_perftest_latency_and_where_its_ends_are() -> None:
    text = (
        RULE + "                    RDMA_Write Latency Test\n Link type       : Ethernet\n"
        " local address: LID 0000 QPN 0x01 PSN 0x1\n GID: 00:00:255:255:10:00:00:01\n"
        " remote address: LID 0000 QPN 0x02 PSN 0x2\n GID: 00:00:255:255:10:00:00:02\n" + RULE +
        " #bytes #iterations    t_min[usec]    t_max[usec]  t_typical[usec]    t_avg[usec]"
        "    t_stdev[usec]   99% percentile[usec]   99.9% percentile[usec]\n"
        " 2       1000          1.80           9.10         1.90               1.95"
        "             0.10            2.40                    6.10\n" + RULE
    )  # fmt: skip
    found = perftest.parse(text)
    assert found.is_sound, found.gaps
    assert values(found) == {("rdma_write_lat", 2): 1.90, ("rdma_write_lat_p99", 2): 2.40}
    assert found.figures[0].setup["transport"] == "roce-pair"
    same = perftest.parse(text.replace("10:00:00:02", "10:00:00:01"))
    assert same.figures[0].setup["transport"] == "nic-loopback"


def test_perftest_json_settles_its_unit_by_the_message_rate() -> None:
    def document(average: float, rate: float) -> str:
        results = {"MsgSize": 65536, "n_iterations": 5000, "BW_average": average, "MsgRate": rate}
        return json.dumps({"test_info": {"test": "RDMA_Write_BW_Test"}, "results": results})

    rate = 390e9 / 8 / 65536 / 1e6
    for average in (390.0, 390e9 / 8 / 1048576):
        found = perftest.parse(document(average, rate))
        assert found.figures[0].value == pytest.approx(390, abs=0.01)
    with pytest.raises(Unreadable, match="no unit"):
        perftest.parse(document(390e9 / 8 / 1e6, rate))


def test_rocm_rates_and_the_times_below_them() -> None:
    times = (
        "         H2D_Timepinned      1024kB    ms   0.0651  0.0651  0.0004  0.0632  0.1\n"
        "         H2D_Timepinned      2048kB    ms   0.1098  0.1098  0.0004  0.1040  0.2\n"
        "         H2D_Timepinned      4096kB    ms   0.1898  0.1898  0.0005  0.1874  0.2\n"
    )
    text = rocm_bandwidth.KNOWN_GOOD.replace("\nNote", times + "\nNote")
    assert rocm_bandwidth.parse(text).is_sound, rocm_bandwidth.parse(text).gaps
    for old, new, said in (
        (text.splitlines(keepends=True)[4], "", "rows are missing"),
        (times.splitlines(keepends=True)[2], "", "rows are missing"),
        ("22.1000 22.0000 0.1000  21.9000 22.3000", "29.1 29.0 0.1 21.9 30.1", "disagree at 4096"),
        ("0.1898  0.1898", "0.0000  0.1898", "disagree at 4096kB"),
    ):
        assert said in "".join(rocm_bandwidth.parse(text.replace(old, new)).gaps)


def test_early_nvbandwidth_cut_within_a_line() -> None:
    whole = nvbandwidth.KNOWN_GOOD.replace("v0.7", "v0.2")
    early = whole[: whole.index("Running device")]
    assert nvbandwidth.parse(early).is_sound
    assert "within a line" in nvbandwidth.parse(early + "Running device_to").gaps[0]


def test_nvbandwidth_json() -> None:
    case = {
        "name": "device_to_device_memcpy_read_ce", "status": "Passed", "sum": 742.0, "min": 0.0,
        "bandwidth_description": "memcpy CE GPU(row) -> GPU(column) bandwidth (GB/s)",
        "bandwidth_matrix": [["N/A", "371.5"], ["370.5", "N/A"]],
    }  # fmt: skip
    devices = ["0: Some GPU (00000000:11:00): (alpha)", "1: Some GPU (00000000:21:00): (alpha)"]
    root = {"testcases": [case], "version": "v0.8", "GPU Device list": devices}

    def read(**changes: object) -> ToolOutput:
        whole = root | {"testcases": [case | changes]}
        return nvbandwidth.parse(json.dumps({"nvbandwidth": whole}))

    assert read().is_sound, read().gaps
    assert [figure.value for figure in read().figures] == [371.5, 370.5]
    assert read().devices == ("Some GPU",)
    for changes in (
        {"status": "Waived"}, {"status": "Running"}, {"status": "Error"}, {"status": "Not Found"},
        {"sum": 743.0}, {"error": "boom"},
        {"bandwidth_matrix": [["N/A", "N/A"], ["370.5", "N/A"]], "sum": 370.5},
        {"bandwidth_matrix": [["N/A", "742.0"]]},
    ):  # fmt: skip
        assert not read(**changes).is_sound, changes
    for matrix in ([["N/A", 371.5], ["370.5", "N/A"]], [["N/A"], ["1", "2"]], [], "x", None):
        with pytest.raises(Unreadable):
            read(bandwidth_matrix=matrix)


TABLE = """\
Successfully ran diagnostic for group.
+---------------------------+------------------------------------------------+
| Diagnostic                | Result                                         |
+===========================+================================================+
|-----  Metadata  ----------+------------------------------------------------|
| DCGM Version              | 3.3.9                                          |
|-----  Deployment  --------+------------------------------------------------|
| Denylist                  | Pass                                           |
| NVML Library              | Pass                                           |
+-----  Integration  -------+------------------------------------------------+
| PCIe                      | Pass - All                                     |
+-----  Hardware  ----------+------------------------------------------------+
| GPU Memory                | Pass - All                                     |
+---------------------------+------------------------------------------------+
"""


def test_dcgm_tables() -> None:
    found = dcgm.parse(TABLE)
    assert found.is_sound, (found.gaps, found.outcomes)
    assert found.version == "3.3.9"
    assert [one.name for one in found.outcomes] == [
        "denylist",
        "nvml_library",
        "pcie",
        "gpu_memory",
    ]


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("Pass - All                                     |\n+-----  H",
         "Fail - GPU: 3                                  |\n+-----  H", Status.FAIL),
        ("GPU Memory                | Pass", "GPU Memory                | Skip", Status.UNKNOWN),
        ("Denylist                  | Pass", "Denylist                  | Warn", Status.WARN),
        ("Denylist                  | Pass", "Denylist                  | Okay", Status.UNKNOWN),
    ],
)  # fmt: skip
def test_dcgm_tables_that_are_no_pass(old: str, new: str, status: Status) -> None:
    assert old in TABLE
    statuses = {one.status for one in dcgm.parse(TABLE.replace(old, new)).outcomes}
    assert statuses == {Status.PASS, status}


@pytest.mark.parametrize(
    ("test", "below", "status"),
    [
        ("PCIe", ["|                           | Fail - GPU: 5"], Status.FAIL),
        ("PCIe", ["|                           | Skip - GPUs: 5, 6"], Status.UNKNOWN),
        ("PCIe", ["| Info                      | GPU 5 ran at 24 GB/s"], Status.PASS),
        ("PCIe", ["| Warning                   | GPU 5 lacks", "| | memory"], Status.WARN),
        ("NVML Library", ["| Error                     | The library is old"], Status.WARN),
        ("NVML Library", ["| Inforom                   | Fail"], Status.PASS),
    ],
)
def test_dcgm_rows_below_a_test(test: str, below: list[str], status: Status) -> None:
    lines = TABLE.splitlines()
    here = next(number for number, line in enumerate(lines) if line.startswith(f"| {test}"))
    lines[here + 1 : here + 1] = [f"{line:<76}|" for line in below]
    outcomes = dcgm.parse("\n".join(lines) + "\n").outcomes
    found = {one.name: one.status for one in outcomes}
    assert found[test.lower().replace(" ", "_")] is status
    assert found.get("inforom", Status.FAIL) is Status.FAIL
    assert ("inforom" in found) == ("Inforom" in below[0])


def test_dcgm_version_3_json() -> None:
    tests = [{"name": "PCIe", "results": [{"gpu_ids": "0", "status": "Pass"}]}]

    def document(status: str, **more: object) -> str:
        results = [{"gpu_ids": "0", "status": "Pass"}, {"gpu_ids": "1", "status": status, **more}]
        category = {
            "category": "Integration",
            "tests": [*tests, {"name": "Memory", "results": results}],
        }
        return json.dumps(
            {"DCGM GPU Diagnostic": {"test_categories": [category], "version": "3.1"}}
        )

    assert dcgm.parse(document("Pass")).is_sound
    for status in ("Fail", "Skip", "Warn", "Not Run", "", "PASSED?"):
        assert not dcgm.parse(document(status)).is_sound
    warned = dcgm.parse(document("Pass", warnings="it ran hot"))
    assert "it ran hot" in warned.outcomes[1].evidence
    assert not warned.is_sound


def test_osu_collectives() -> None:
    rows = "".join(f"{1 << power:<8} {2.0 + power:>12.2f}\n" for power in range(21))
    found = osu.parse("# OSU MPI Allreduce Latency Test v7.3\n# Size    Avg Latency(us)\n" + rows)
    assert found.is_sound, found.gaps
    assert values(found)["osu_allreduce_lat", 1048576] == 22.0
    full = "".join(f"{1 << power} 3.00 2.00 4.00 1000\n" for power in range(21))
    header = "# Size  Avg Latency(us)  Min Latency(us)  Max Latency(us)  Iterations\n"
    found = osu.parse("# OSU MPI Allreduce Latency Test v5.9\n" + header + full)
    assert values(found)["osu_allreduce_lat", 1048576] == 3.0
    checked = full.replace("1000", "Pass").replace("Pass", "Fail", 1)
    header = header.replace("Iterations", "Validation")
    bad = osu.parse("# OSU MPI Allreduce Latency Test v7.3\n" + header + checked)
    assert "validation says Fail" in bad.gaps[0]


def test_imb_collectives_and_defects() -> None:
    rows = "".join(f"  {size}  1000  1.00  3.00  2.00  0.00\n" for size in (0, 4, 8, 16))
    header = "  #bytes #repetitions  t_min[usec]  t_max[usec]  t_avg[usec]  defects\n"
    text = "# Benchmarking Allreduce\n# #processes = 4\n" + header + rows + f"\n{imb.END}\n"
    found = imb.parse(text)
    assert found.is_sound, found.gaps
    assert values(found)["imb_allreduce_lat", 16] == 2.0
    assert found.figures[0].setup == {"ranks": 4}
    assert imb.parse(text.replace("0.00\n\n", "7.00\n\n")).faults


def test_babelstream_units() -> None:
    text = babelstream.KNOWN_GOOD.replace("MBytes/sec", "TB/s      ")
    scaled = text.replace("3200000.000", "3.200").replace("3000000.000", "3.000")
    found = babelstream.parse(scaled)
    assert found.is_sound, found.gaps
    assert [f.value for f in found.figures if f.metric == "hbm_bw"] == [3.0]


def test_p2p_without_peers_is_measured_and_not_blamed() -> None:
    text = p2p_bandwidth.KNOWN_GOOD.replace("     0 1 1\n     1 1 1\n", "     0 1 0\n     1 0 1\n")
    found = p2p_bandwidth.parse(text.replace("371.20", "20.10"))
    assert found.faults == ()
    assert {figure.metric for figure in found.figures} == {
        "p2p_bw_staged", "p2p_bw_bidir_staged", "p2p_lat_staged",
    }  # fmt: skip


def test_fio_after_remarks_and_with_two_directions() -> None:
    found = fio.parse("note: both iodepth >= 1 and synchronous I/O\n" + fio.KNOWN_GOOD)
    assert found.is_sound
    assert values(found)["nvme_randread", None] == 100000.0
    mixed = fio.parse(fio.KNOWN_GOOD.replace('"randread"', '"randrw"').replace(
        '"read": {', '"write": {"total_ios": 0}, "read": {'
    ))  # fmt: skip
    assert mixed.gaps == ("one: nothing was done of: write",)


def test_rvs_copies_are_counted() -> None:
    line = "[RESULT] [1.0] [a] pcie-bandwidth [ {n}/2] [CPU:: 0] [GPU:: {n} - 77 - 0000:05:00.0] "
    line += "h2d::true d2h::false 57.100 GBps duration: 0.22 secs\n"
    table = rvs.KNOWN_GOOD[rvs.KNOWN_GOOD.index("|") :]
    both = rvs.parse(line.format(n=1) + line.format(n=2) + table)
    assert both.gaps == ()
    assert [figure.value for figure in both.figures] == [57.1, 57.1]
    assert rvs.parse(line.format(n=2) + table).gaps == ("1 of 2 copies",)
    back = line.format(n=1).replace("h2d::true d2h::false", "h2d::false d2h::true")
    cut = rvs.parse(line.format(n=1) + line.format(n=2) + back + table)
    assert cut.gaps == ("1 of 2 copies",)
