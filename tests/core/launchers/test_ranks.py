"""Launchers of ranks: found by their files, each a bounded command for the first node."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from podsys.core.launchers.mpirun import MpiJob
from podsys.core.launchers.ranks import (
    Placement,
    find_launchers,
    make_job,
    overhead_of,
    with_arguments,
)
from podsys.core.launchers.srun import SrunJob
from podsys.errors import PodsysError

PLACE = Placement({"n1": "10.0.0.1", "n2": "10.0.0.2"}, as_root=True, ssh_port=2222)


def test_every_launcher_is_a_file() -> None:
    assert set(find_launchers()) == {"mpirun", "srun"}


def test_mpirun_goes_by_addresses_and_srun_by_names() -> None:
    job = make_job("mpirun", PLACE, "print(1)", 60)
    assert isinstance(job, MpiJob)
    assert "10.0.0.1:1,10.0.0.2:1" in job.argv()
    job = make_job("srun", PLACE, "print(1)", 90)
    assert isinstance(job, SrunJob)
    argv = job.argv()
    assert argv[argv.index("--nodelist") + 1] == "n1,n2"
    assert argv[argv.index("--ntasks-per-node") + 1] == "1"
    assert argv[argv.index("--time") + 1] == "2"
    assert "--kill-on-bad-exit=1" in argv


def test_an_unknown_launcher_is_named_with_those_that_there_are() -> None:
    with pytest.raises(PodsysError, match="no launcher lsf") as error:
        make_job("lsf", PLACE, "", 60)
    assert "mpirun, srun" in error.value.hint


def test_both_start_the_same_collective_over_the_same_network() -> None:
    """The bound holds for a ring, whoever starts it."""
    said = make_job("srun", PLACE, "", 60).command()
    argv = make_job("mpirun", PLACE, "", 60).argv()  # type: ignore[attr-defined]
    for name in ("coll_tuned_allreduce_algorithm", "btl_tcp_if_include", "pml"):
        assert f"export OMPI_MCA_{name}={argv[argv.index(name) + 1]}; " in said


def test_a_job_waits_for_nodes_that_others_use_and_no_longer() -> None:
    assert overhead_of("srun") > 60 > overhead_of("mpirun")


# As Slurm 22.05 says it of a drained node, and of one that it does not know.
DRAINED = """\
srun: Required node not available (down, drained or reserved)
srun: job 1 queued and waiting for resources
srun: error: Unable to allocate resources: Requested nodes are busy
"""
STRANGE = "srun: error: Unable to allocate resources: Invalid node name specified\n"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (DRAINED, "down, drained or reserved"),
        (STRANGE, "Invalid node name"),
        ("srun: error: n2: task 1: Exited with exit code 1\n", ""),
        ("srun: Required node not available (down, drained or reserved)\n", ""),
        ("", ""),
    ],
)
def test_nodes_that_slurm_does_not_give_are_nobody_s_fault(said: str, reason: str) -> None:
    found = make_job("srun", PLACE, "", 60).why_not_begun(said)
    assert reason in found
    assert bool(found) is bool(reason)
    assert make_job("mpirun", PLACE, "", 60).why_not_begun(said) == ""


def srun(folder: Path, works: str) -> subprocess.CompletedProcess[str]:
    program = folder / "srun"
    program.write_text(f'#!/bin/sh\ncase "$*" in *--mpi={works}*) echo "$@" ;; *) exit 1 ;; esac\n')
    program.chmod(0o755)
    env = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    words = ["sh", "-c", make_job("srun", PLACE, "print(1)", 60).command()]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=env, timeout=60)


def test_srun_takes_the_first_plugin_that_works(tmp_path: Path) -> None:
    done = srun(tmp_path, "pmi2")
    assert done.returncode == 0
    assert " --mpi=pmi2 python3 -c " in done.stdout


def test_srun_without_a_plugin_that_works_says_what_to_install(tmp_path: Path) -> None:
    done = srun(tmp_path, "openmpi")
    assert done.returncode == 1
    assert "libpmix-dev" in make_job("srun", PLACE, "", 60).why_not_begun(done.stderr)


def test_a_program_gets_its_words() -> None:
    program = with_arguments("print(sys.argv[1:])", "a b", "it's")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "['a b', \"it's\"]\n"
