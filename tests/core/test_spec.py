"""cluster.yaml against what podsys has."""

from __future__ import annotations

from podsys.core.spec import parse_spec

TEXT = "cluster: c\nnodes: {n1: {address: 10.0.0.1}}\naccept:\n  launcher: "


def test_a_launcher_that_there_is() -> None:
    assert not parse_spec(f"{TEXT}srun\n")[1]


def test_a_launcher_that_there_is_not_is_named_with_its_line_and_those_that_there_are() -> None:
    spec, (problem,) = parse_spec(f"{TEXT}lsf\n")
    assert spec is None
    assert (problem.line, problem.hint) == (4, "one of mpirun, srun")
