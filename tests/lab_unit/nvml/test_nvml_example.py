"""The example that comes with NVIDIA's Python package."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import files

from podsys.lab.hardware.nvml import nvml_view


def test_example_finds_all_gpus(library, tmp_path, h100):
    (tmp_path / "view").write_text(nvml_view(h100))
    example = next(one for one in files("nvidia-ml-py") or [] if one.name == "example.py")
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(library.parent),
        "PODSYS_NVML": str(tmp_path / "view"),
    }
    done = subprocess.run(
        [sys.executable, str(example.locate())],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("<product_name>NVIDIA H100 80GB HBM3</product_name>") == 8
    for gpu in h100["gpus"]:
        assert gpu["uuid"] in done.stdout
