"""All nodes at once: does a sum over the whole cluster arrive whole, and in time?"""

from pathlib import Path

import pytest

from podsys.commands.allreduce import floor_of, forecast, measure_allreduce
from podsys.commands.collective import Collective
from podsys.commands.ranks import Ranks
from podsys.commands.sent_programs import read_program

PROGRAM = read_program(Path(__file__).with_name("allreduce.py"))


@pytest.mark.check(
    id="network.allreduce",
    level=4,
    suite="network",
    measures=["mpi_allreduce_ranks", "mpi_allreduce_wrong", "mpi_allreduce_busbw"],
    remedy="run podsys accept --level 3 first: a slow node or link slows the whole collective",
    takes=forecast,
)
def test_allreduce(cluster, fleet, mark_commands, record, keep, report, check_id):
    if len(cluster.spec.nodes) < 2:
        pytest.skip("one node has nobody to exchange with")
    if len(cluster.nodes) < 2:
        raise RuntimeError("fewer than two nodes can be reached")
    report(f"allreduce over {len(cluster.nodes)} nodes")
    job = Collective(
        ranks=Ranks(cluster.spec, cluster.known_hosts, mark_commands),
        program=PROGRAM,
        check=check_id,
        keep=keep,
        fleet=fleet,
        report=report,
        floor_gbps=floor_of(cluster),
    )
    for measurement in measure_allreduce(job, cluster.nodes):
        record(measurement)
