"""One all-reduce of two nodes: only a whole, right result over two nodes is a number."""

from __future__ import annotations

import pytest

from podsys.core.pair_busbw import read_pair_busbw
from podsys.core.parsers.nccl_tests import KNOWN_BAD, parse
from tests.core.parsers.nccl_layouts import GIB, Job, write

BETWEEN = (
    "alpha:700:711 [3] NCCL INFO NET/IB : Using [0]mlx5_0:1/IB [RO]; OOB eth0:10.0.0.1<0>",
    "alpha:700:711 [3] NCCL INFO Channel 00/0 : 3[3] -> 8[0] [send] via NET/IB/0/GDRDMA",
    "alpha:700:700 [0] NCCL INFO AllReduce: 4294967296 Bytes -> Algo RING proto SIMPLE"
    " channel{Lo..Hi}={0..15}",
)
JOB = Job(
    ranks=16, hosts=("alpha", "beta"), least=4 * GIB, most=4 * GIB, between=BETWEEN, algbw=240.0
)


def test_a_sound_result_has_its_value_and_what_it_was_made_with() -> None:
    found = read_pair_busbw(parse(write(job=JOB)))
    assert found.value == pytest.approx(240 * 2 * 15 / 16, rel=1e-3)
    assert (found.wrong, found.problem) == (0, "")
    told = {key: found.setup[key] for key in ("bytes", "nodes", "gpus", "transport", "gdr")}
    assert told == {
        "bytes": 4 * GIB, "nodes": 2, "gpus": 16, "transport": "ib-multinode", "gdr": "on",
    }  # fmt: skip
    assert (found.setup["algorithm"], found.setup["protocol"]) == ("RING", "SIMPLE")


def test_what_arrives_wrong_is_no_bandwidth() -> None:
    wrong = Job(
        ranks=16, hosts=("alpha", "beta"), least=4 * GIB, most=4 * GIB,
        wrong={(4 * GIB, "in-place"): "7"},
    )  # fmt: skip
    found = read_pair_busbw(parse(write(job=wrong)))
    assert (found.value, found.wrong) == (0.0, 7)


def test_a_tool_without_mpi_says_nothing_of_the_fabric() -> None:
    alone = write(job=Job(hosts=("alpha",), least=4 * GIB, most=4 * GIB))
    assert read_pair_busbw(parse(alone)).value is None
    assert "built with MPI" in read_pair_busbw(parse(alone)).problem
    other = write(job=Job(hosts=("beta",), least=4 * GIB, most=4 * GIB))
    assert read_pair_busbw(parse(alone + other)).value is None


@pytest.mark.parametrize("bad", [text for text in KNOWN_BAD if "Avg" in text])
def test_no_known_bad_output_is_a_number(bad: str) -> None:
    found = read_pair_busbw(parse(bad)) if "busbw" in bad else None
    assert found is None or not found.value
