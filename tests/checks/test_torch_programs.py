"""Programs for PyTorch: how they find one, how torchrun is called; and run, where there is one."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from podsys.commands.sent_programs import read_program
from podsys.core.launchers import gpu_matmul
from podsys.core.launchers.mpirun import wrap_program
from podsys.core.launchers.node_tool import ABSENT_CODE
from podsys.core.launchers.ranks import with_arguments
from podsys.core.launchers.sent_program import or_else, python_way
from podsys.core.parsers.training import count_flops
from podsys.core.recognise import read_handed
from podsys.model.facts import NodeFacts, Section
from podsys.model.output import ToolOutput
from podsys.model.spec import Accept

CHECKS = Path(__file__).parents[2] / "checks"
TRAINING = read_program(CHECKS / "training" / "start_training.py")
MATMUL = read_program(CHECKS / "node" / "start_matmul.py")
SIZE = {"layers": 2, "width": 64, "heads": 4, "sequence": 64, "batch": 2, "vocabulary": 256}
FACTS = NodeFacts("n1", sections={"pci": Section("ok", {"devices": []})})


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, CHECKS / "node" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pretend(folder: Path, *, has_torch: bool, text: str = 'echo "$@"') -> Path:
    """A python3 that knows one module, or none."""
    folder.mkdir(parents=True)
    file = folder / "python3"
    file.write_text(
        f'#!/bin/sh\ncase "$2" in *find_spec*) exit {0 if has_torch else 1} ;; esac\n{text}\n'
    )
    file.chmod(0o755)
    return file


def start(program: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    sent = wrap_program(with_arguments(program, *words))
    return subprocess.run(
        [sys.executable, "-c", sent], env=os.environ | env,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def ask(**other: Any) -> str:
    asked = {"gpus": 0, "addresses": ["127.0.0.1"], "port": 29500, "size": SIZE, "folders": []}
    return json.dumps(asked | other)


def test_the_first_python_with_torch_is_taken(tmp_path: Path) -> None:
    pretend(tmp_path / "bare", has_torch=False)
    wanted = pretend(tmp_path / "venv" / "bin", has_torch=True)
    found = load("find_torch").find_torch
    folders = [tmp_path / "nothing", tmp_path / "bare", tmp_path / "venv"]
    assert found(map(str, folders)) == str(wanted)
    assert found([str(tmp_path / "venv" / "bin")]) == str(wanted)
    assert found([str(tmp_path / "bare"), ""]) == ""


@pytest.mark.parametrize("program", [TRAINING, MATMUL])
def test_without_torch_it_says_so(tmp_path: Path, program: str) -> None:
    pretend(tmp_path / "bare", has_torch=False)
    words = [ask()] if program is TRAINING else []
    done = start(program, *words, PATH=str(tmp_path / "bare"))
    assert done.returncode == ABSENT_CODE
    assert done.stderr.startswith("not installed: PyTorch")


def test_torchrun_is_told_which_node_this_is(tmp_path: Path) -> None:
    pretend(tmp_path / "bin", has_torch=True)
    addresses = ["192.0.2.7", "127.0.0.1", "192.0.2.8"]
    asked = ask(gpus=8, addresses=addresses, folders=[str(tmp_path)])
    words = start(TRAINING, asked).stdout.split(" -c ")[0].split()
    assert words == [
        "-m", "torch.distributed.run", "--nnodes=3", "--node_rank=1", "--nproc_per_node=8",
        "--master_addr=192.0.2.7", "--master_port=29500", "--no_python",
        str(tmp_path / "bin" / "python3"),
    ]  # fmt: skip


def test_a_node_that_is_none_of_them_says_so(tmp_path: Path) -> None:
    done = start(TRAINING, ask(addresses=["192.0.2.7"]))
    assert done.returncode == 1
    assert "none of the nodes' addresses" in done.stderr


def test_matmul_runs_in_the_python_that_was_named(tmp_path: Path) -> None:
    pretend(tmp_path / "bin", has_torch=True, text="echo theirs")
    tool = or_else(gpu_matmul.TOOL, python_way(MATMUL))
    script = tool.script(FACTS, Accept(tools=(str(tmp_path),)))
    words = ["sh", "-c", script]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "theirs\n"


@pytest.fixture(scope="module")
def torch() -> str:
    python = load("find_torch").find_torch(os.environ.get("PATH", "").split(":"))
    if not python:
        pytest.skip("no python3 of PATH has PyTorch")
    return str(Path(python).parent)


def train(torch: str, ranks: int = 2, **env: str) -> subprocess.CompletedProcess[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    asked = ask(gpus=ranks, port=port, folders=[torch])
    return start(TRAINING, asked, CUDA_VISIBLE_DEVICES="", **env)


@pytest.mark.slow
def test_two_ranks_train_together(torch: str) -> None:
    done = train(torch)
    assert done.returncode == 0, done.stderr
    handed = read_handed("n1", done.stdout)
    assert handed.output, handed.reason
    output: ToolOutput = handed.output
    assert output.is_sound, output.faults
    assert output.figures[0].setup["gpus"] == 2
    assert "gloo" in output.version
    assert json.loads(done.stdout.splitlines()[0])["flops_per_token"] == count_flops(SIZE)


@pytest.mark.slow
def test_where_torch_finds_no_gpu_there_are_no_products(torch: str) -> None:
    done = start(MATMUL, torch, CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 1
    assert "finds no GPU that it can use" in done.stderr


SPOILED = """
import sys, torch
import torch_matmul as program
for precision in program.PRECISIONS:
    product = program.Product(precision, 64, torch.device("cpu"))
    right = product.count_wrong()
    multiply = program.Product.__call__
    def spoil(self):
        found = multiply(self)
        found[3, 5] += found.abs().max()
        return found
    program.Product.__call__ = spoil
    print(precision, right, product.count_wrong())
    program.Product.__call__ = multiply
"""


@pytest.mark.slow
def test_products_in_each_precision_are_right_and_a_wrong_element_is_counted(torch: str) -> None:
    done = subprocess.run(
        [f"{torch}/python3", "-c", SPOILED], env=os.environ | {"PYTHONPATH": str(CHECKS / "node")},
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    found = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in found] == ["fp8", "bf16", "fp16", "tf32", "fp64"]
    assert {tuple(line[1:]) for line in found} == {("0", "1")}
