"""mpirun's argument list: one rank a node, strict keys, the cluster's own network."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from podsys.core.launchers.mpirun import MpiJob, wrap_program


def test_one_rank_a_node_over_strict_ssh() -> None:
    job = MpiJob(["10.0.0.1", "10.0.0.2"], "print(1)", 60, as_root=False, ssh_port=2222)
    argv = job.argv()
    assert argv[argv.index("--host") + 1] == "10.0.0.1:1,10.0.0.2:1"
    assert argv[argv.index("-np") + 1] == "2"
    assert "--allow-run-as-root" not in argv
    ssh = argv[argv.index("plm_rsh_args") + 1]
    assert "StrictHostKeyChecking=yes" in ssh
    assert "-p 2222" in ssh
    assert argv[argv.index("btl_tcp_if_include") + 1] == "10.0.0.0/30"


def test_root_must_be_allowed() -> None:
    assert "--allow-run-as-root" in MpiJob(["10.0.0.1"], "", 60, as_root=True).argv()


def test_names_leave_the_choice_of_network_to_mpi() -> None:
    assert "btl_tcp_if_include" not in MpiJob(["n1", "n2"], "", 60, as_root=True).argv()


@given(st.text(max_size=40))
def test_any_program_travels_as_one_plain_line(text: str) -> None:
    wrapped = wrap_program(text)
    assert not set(wrapped) & set('\n"$`\\!*')


def test_a_wrapped_program_runs() -> None:
    program = "import json\nprint(json.dumps({'a': \"b c\"}))\n"
    done = subprocess.run(
        [sys.executable, "-c", wrap_program(program)], capture_output=True, text=True, check=True
    )
    assert done.stdout == '{"a": "b c"}\n'


def test_the_algorithm_is_the_ring_that_bus_bandwidth_is_defined_by() -> None:
    argv = MpiJob(["10.0.0.1", "10.0.0.2", "10.0.0.3"], "", 60, as_root=True).argv()
    place = argv.index("coll_tuned_allreduce_algorithm")
    assert argv[place - 1 : place + 2] == ["--mca", "coll_tuned_allreduce_algorithm", "4"]
    assert argv[argv.index("coll_tuned_use_dynamic_rules") + 1] == "1"
