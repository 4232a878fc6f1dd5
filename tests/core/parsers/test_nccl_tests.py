"""nccl-tests in all its layouts, with all that launchers and NCCL put between its lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.parsers import Unreadable
from podsys.core.parsers.nccl_tests import parse, recognises
from podsys.model.output import Figure, ToolOutput
from tests.core.parsers.nccl_layouts import GIB, LAYOUTS, Job, write

WHOLE = write()
INFO = "alpha:700:711 [3] NCCL INFO Channel 00/0 : 3[3] -> 4[4] via P2P/CUMEM"


def is_sound(text: str) -> bool:
    try:
        return parse(text).is_sound
    except Unreadable:
        return False


def largest(output: ToolOutput) -> list[Figure]:
    size = max(figure.size or 0 for figure in output.figures)
    return [figure for figure in output.figures if figure.size == size]


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_the_same_numbers(name: str) -> None:
    found = parse(write(LAYOUTS[name]))
    if name == "11 columns":  # neither a name nor an operation: an all_gather looks like this
        found = parse(write(LAYOUTS[name], Job(operation="all_gather")))
    assert found.is_sound, (found.faults, found.gaps)
    one, other = largest(found)
    factor = 0.875 if name == "11 columns" else 1.75
    assert one.value == pytest.approx(260 * factor, abs=0.01)
    assert (one.size, one.wrong, one.rows) == (16 * GIB, 0, 5)
    assert [one.subject, other.subject] == ["out-of-place", "in-place"]
    assert found.nodes == ("alpha",)
    assert (one.setup["gpus"], one.setup["nodes"]) == (8, 1)


@pytest.mark.parametrize(
    "prefix", ["0: ", "[1,0]<stdout>:", "   [1,0]<stdout>:", "[prterun-a-1@1,0]<stdout>: "]
)
def test_prefixes_of_launchers(prefix: str) -> None:
    assert parse(write(prefix=prefix)).figures == parse(WHOLE).figures


def test_lines_of_nccl_between_header_and_rows() -> None:
    warn = "alpha:700:712 [0] misc/ibvwrap.cc:63 NCCL WARN something of no consequence"
    found = parse(write(job=Job(between=[INFO, warn, ""])))
    assert found.is_sound
    assert [f.value for f in found.figures] == [f.value for f in parse(WHOLE).figures]


def test_two_hosts_and_their_network() -> None:
    hosts = ("alpha", "beta")
    using = "alpha:700:711 [3] NCCL INFO NET/IB : Using [0]mlx5_0:1/RoCE [RO]; OOB eth0"
    path = "alpha:700:711 [3] NCCL INFO Channel 00/0 : 3[3] -> 8[0] [send] via NET/IB/0/GDRDMA"
    channels = "alpha:700:711 [3] NCCL INFO 16 coll channels, 16 nvls channels, 16 p2p channels"
    ring = "alpha:700:711 [0] NCCL INFO NCCL_ALGO set by environment to Ring."
    job = Job(ranks=16, hosts=hosts, between=[using, path, channels, ring])
    found = parse(write(job=job))
    assert found.is_sound
    assert found.nodes == hosts
    setup = largest(found)[0].setup
    assert setup["transport"] == "roce-multinode"
    assert (setup["gdr"], setup["nvls"], setup["algorithm"]) == ("on", "on", "Ring")


@pytest.mark.parametrize(
    ("line", "algorithm", "protocol"),
    [
        ("262144 Bytes -> Algo 0 proto 1 time 54.707825", "TREE", "LL128"),
        ("AllReduce: 37756928 Bytes -> Algo 1 proto 2 time 2860.208008", "RING", "SIMPLE"),
        (
            "AllReduce: 33554432 Bytes -> Algo NVLS_TREE proto SIMPLE channel{Lo..Hi}={0..31}",
            "NVLS_TREE",
            "SIMPLE",
        ),
        ("AllReduce: 1024 Bytes -> Algo 99 proto 2 time 1.0", "99", "SIMPLE"),
    ],
)
def test_the_algorithm_that_was_taken(line: str, algorithm: str, protocol: str) -> None:
    ring = "alpha:700:711 [0] NCCL INFO NCCL_ALGO set by environment to Ring,Tree,NVLS."
    told = f"alpha:700:700 [0] NCCL INFO {line}"
    found = parse(write(job=Job(between=[ring, told])))
    assert found.is_sound
    setup = largest(found)[0].setup
    assert (setup["algorithm"], setup["protocol"]) == (algorithm, protocol)


def test_one_host_through_its_own_network_is_a_class_of_its_own() -> None:
    using = "alpha:700:711 [3] NCCL INFO NET/IB : Using [0]mlx5_0:1/IB [RO]; OOB eth0"
    path = "alpha:700:711 [3] NCCL INFO Channel 00/0 : 3[3] -> 4[4] [send] via NET/IB/0"
    assert largest(parse(write(job=Job(between=[using]))))[0].setup.get("transport") is None
    found = parse(write(job=Job(between=[using, path])))
    assert largest(found)[0].setup["transport"] == "ib-loopback"


@pytest.mark.parametrize("printed", ["1", "3", "1.04858e+06"])
@pytest.mark.parametrize("way", ["out-of-place", "in-place"])
def test_wrong_elements_are_a_fault(printed: str, way: str) -> None:
    found = parse(write(job=Job(wrong={(4 * GIB, way): printed})))
    assert found.faults
    assert {f.wrong for f in found.figures} == {0, round(float(printed))}


def test_na_is_no_zero() -> None:
    found = parse(write(job=Job(wrong={(4 * GIB, "in-place"): "N/A"})))
    assert found.faults == ()
    assert "nobody checked" in found.gaps[0]


def test_alltoall_is_never_checked_in_place() -> None:
    sizes = [GIB << power for power in range(5)]
    wrong = {(size, "in-place"): "N/A" for size in sizes}
    assert parse(write(job=Job(operation="alltoall", wrong=wrong))).is_sound
    both = wrong | {(GIB, "out-of-place"): "N/A"}
    assert not parse(write(job=Job(operation="alltoall", wrong=both))).is_sound


def test_sizes_of_zero_repeat() -> None:
    """Small sizes of a gather round down to nothing; the sweep still has them."""
    lines = WHOLE.replace(f"minBytes {GIB}", f"minBytes {GIB // 4}").splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line.split()[:1] == [str(GIB)])
    zero = (
        "           0             0     float     sum      -1    15.51    0.00    0.00      0    "
    )
    lines[first:first] = [zero + "15.52    0.00    0.00      0\n"] * 2
    text = "".join(lines)
    average = float(text.partition("Avg bus bandwidth    : ")[2].split()[0])
    found = parse(text.replace(f"{average:g} ", f"{average * 10 / 14:g} "))
    assert found.is_sound, found.gaps
    assert [f.size for f in found.figures][:4] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Avg bus bandwidth    : ", "Avg bus bandwidth    : 9"),
        ("# Collective test concluded: all_reduce_perf\n", ""),
        ("# Out of bounds values : 0 OK\n", ""),
        ("validation: 1", "validation: 0"),
        ("#wrong", "#right"),
        ("busbw", "algbw"),
        ("count", "kount"),
    ],
)
def test_a_missing_or_altered_frame_is_no_pass(old: str, new: str) -> None:
    assert old in WHOLE
    assert not is_sound(WHOLE.replace(old, new))


def test_two_runs_in_one_file() -> None:
    found = parse(WHOLE + write(job=Job(operation="all_gather")))
    assert found.is_sound
    assert {figure.metric for figure in found.figures} == {"allreduce_busbw", "allgather_busbw"}
    cut = parse(WHOLE + write()[:-200])
    assert all(gap.startswith("run 2: ") for gap in cut.gaps[:1])
    assert not cut.is_sound


def test_no_table_at_all() -> None:
    banner = WHOLE[: WHOLE.index("#  " + " " * 4)]
    failed = parse(banner + "alpha: Test CUDA failure common.cu:941 'system not yet initialized'\n")
    assert failed.faults
    assert failed.figures == ()
    with pytest.raises(Unreadable, match="no table"):
        parse("# nThread 1 nGpus 8 minBytes 8 maxBytes 8 step: 2(factor)\n")


@given(st.integers(0, len(WHOLE) - 2))
def test_cut_at_any_byte(length: int) -> None:
    assert not is_sound(WHOLE[:length])


@given(st.data())
def test_any_digit_of_wrong(data: st.DataObject) -> None:
    """Whatever stands in a #wrong column but 0 is no pass."""
    lines = WHOLE.splitlines(keepends=True)
    rows = [n for n, line in enumerate(lines) if line.split()[:1] and line.split()[0].isdigit()]
    row = data.draw(st.sampled_from(rows))
    column = data.draw(st.sampled_from([8, 12]))
    words = lines[row].split()
    words[column] = data.draw(
        st.integers(1, 10**18).map(str)
        | st.floats(1e6, 1e18).map(lambda number: f"{number:g}")
        | st.sampled_from(["N/A", "nan", "-1", "0x1", "", "inf"])
    )
    lines[row] = "  ".join(words) + "\n"
    assert not is_sound("".join(lines))


def document(**changes: object) -> str:
    def way(wrong: object) -> dict[str, object]:
        return {"time": 33038.21, "alg_bw": 260.0, "bus_bw": 455.0, "nwrong": wrong}

    devices = [{"rank": rank, "hostname": "alpha", "device": rank} for rank in range(8)]
    result = {
        "size": 8589934592, "count": 2147483648, "type": "float", "redop": "sum",
        "root": "    -1", "out_of_place": way(0.0), "in_place": way(0.0),
        "experiment_name": "all_reduce_perf",
    }  # fmt: skip
    whole: dict[str, object] = {
        "version": 3, "nccl_version": 22805, "env": ["SECRET=hunter2", "NCCL_ALGO=Ring"],
        "config": {"minimum_bytes": 8589934592, "maximum_bytes": 8589934592, "step_factor": 2,
                   "validation": 1, "devices": devices},
        "results": [result],
        "out_of_bounds": {"count": 0, "okay": "true"},
        "average_bus_bandwidth": {"bandwidth": 455.0, "okay": "unchecked"},
        "errors": [], "end_time": "2026-01-02 03:04:05",
    }  # fmt: skip
    for path, value in changes.items():
        place: object = whole
        *parents, last = path.split("__")
        for key in parents:
            place = place[int(key) if key.isdigit() else key]  # type: ignore[index]
        place[last] = value  # type: ignore[index]
    return json.dumps(whole)


def test_json_of_version_3() -> None:
    found = parse(document())
    assert recognises(document())
    assert found.is_sound, (found.faults, found.gaps)
    assert [figure.value for figure in found.figures] == [455.0, 455.0]
    assert found.figures[0].setup["algorithm"] == "Ring"
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 9},
        {"results__0__in_place__nwrong": None},
        {"results__0__in_place__nwrong": 3.0},
        {"results__0__in_place__bus_bw": "nan"},
        {"results__0__out_of_place__bus_bw": 999.0},
        {"results": []},
        {"out_of_bounds__okay": "false"},
        {"average_bus_bandwidth__okay": "false"},
        {"average_bus_bandwidth__bandwidth": 400.0},
        {"errors": ["boom"]},
        {"end_time": None},
        {"config__maximum_bytes": 17179869184},
        {"config__validation": 0},
    ],
)
def test_json_that_is_no_pass(changes: dict[str, object]) -> None:
    assert not is_sound(document(**changes))


def test_a_layout_that_names_columns_it_does_not_have_is_refused() -> None:
    fewer = WHOLE.replace("float        sum         -1", "", 1)
    assert not is_sound(fewer)
