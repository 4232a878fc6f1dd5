"""Kernel knobs of a node: the data file as folders for the host and lists for the node."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).with_name("knobs.yaml")


def load_knobs() -> dict[str, Any]:
    knobs: dict[str, Any] = yaml.safe_load(DATA.read_text())
    return knobs


def list_for_node() -> dict[str, str]:
    """The lists that the node's boot script reads, by file name."""
    knobs = load_knobs()
    arguments = [
        f"{argument} {path} {value}"
        for argument, effects in knobs["arguments"].items()
        for path, value in effects.items()
    ]
    lists = {name: knobs[name] for name in ("bound", "real", "constants")}
    return {
        name: "".join(f"{line}\n" for line in lines)
        for name, lines in {**lists, "arguments": arguments}.items()
    }


def write_defaults(target: Path) -> None:
    """Make the folder of knobs at a kernel's defaults, whole or not at all."""
    if target.exists():
        return
    new = target.with_name(f".{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    knobs = load_knobs()
    folders = dict(knobs["files"])
    for cpu in range(os.cpu_count() or 1):
        folder = f"/sys/devices/system/cpu/cpufreq/policy{cpu}"
        folders[folder] = {
            name: str(value).format(cpu=cpu) for name, value in knobs["cpufreq"].items()
        }
    for folder, files in folders.items():
        write_folder(new / folder.lstrip("/"), files)
    new.rename(target)


def write_folder(folder: Path, files: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / name).write_text(f"{value}\n" if value != "" else "")
