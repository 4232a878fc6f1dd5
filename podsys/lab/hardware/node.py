"""The emulated hardware of one practice node: its state on disk, and what of it the node sees."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

from podsys.lab.files import write_whole
from podsys.lab.hardware.files import Files, Folder, update_files, write_files
from podsys.lab.hardware.host import read_machine
from podsys.lab.hardware.keep import keep_written
from podsys.lab.hardware.kmsg import stamp_log
from podsys.lab.hardware.platforms import make_healthy
from podsys.lab.hardware.render import render
from podsys.lab.hardware.software import install_software
from podsys.lab.layout import Place
from podsys.lab.locks import lock_file

State = dict[str, Any]
# Beside what the node itself inserts, in the folder that a boot empties.
MODULES = "/sys/module/"


def plug_in(node: Place, platform: str) -> None:
    """Give a new node its hardware, in good health, and the software of its driver."""
    state = make_healthy(platform, node.name)
    install_software(node.upper, state)
    save_state(node, state)


def has_hardware(node: Place) -> bool:
    return node.hardware_file.exists()


def load_state(node: Place) -> State:
    state: State = json.loads(node.hardware_file.read_text())
    return state


def save_state(node: Place, state: State) -> None:
    write_whole(node.hardware_file, json.dumps(state, indent=1) + "\n")


def change_state(node: Place, change: Callable[[State], State]) -> tuple[State, State]:
    """Bring a running node's hardware from one state to the next; both are returned.

    A state that cannot be shown is not kept.
    """
    with lock_file(node.dir / "hardware.lock"):
        before = load_state(node)
        after = stamped(change(before))
        old, new = split(look(before)), split(look(after))
        save_state(node, after)
        for folder, was, now in zip((node.hardware, node.kernel), old, new, strict=True):
            update_files(folder, was, keep_written(folder, was, now))
    return before, after


def renew_state(node: Place, change: Callable[[State], State]) -> tuple[State, State]:
    """The same, and nothing stays of what the node itself wrote into its hardware."""
    before, after = change_state(node, change)
    for folder, files in zip((node.hardware, node.kernel), split(look(after)), strict=True):
        update_files(folder, {}, files)
    return before, after


def start_hardware(node: Place, change: Callable[[State], State]) -> None:
    """What firmware and drivers do at power-on: everything is shown anew."""
    with lock_file(node.dir / "hardware.lock"):
        state = stamped(change(load_state(node)))
        hardware, modules = split(look(state))
        save_state(node, state)
        write_files(node.hardware, hardware)
        update_files(node.kernel, {}, modules)


def remove_hardware(node: Place) -> None:
    """Forget what the node sees; its state goes with its folder."""
    shutil.rmtree(node.hardware, ignore_errors=True)


def look(state: State) -> Files:
    return render(state, read_machine())


def split(files: Files) -> tuple[Files, Files]:
    """What is shown from the hardware's folder, and what among the node's kernel knobs."""
    modules = {path: entry for path, entry in files.items() if path.startswith(MODULES)}
    rest = {path: entry for path, entry in files.items() if path not in modules}
    return rest, {"/sys/module": Folder(), **modules}


def stamped(state: State) -> State:
    return {**state, "kmsg": stamp_log(state["kmsg"], read_machine().uptime_s)}
