"""`lab break` and `lab heal`: faults of the catalog on one node, made and undone."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podsys.errors import ExitCode, PodsysError
from podsys.lab import faults
from podsys.lab.broken import forget_broken, note_broken, read_broken
from podsys.lab.hardware.edits import NoSuchPathError, apply_edits, fill
from podsys.lab.hardware.installed import follow_packages
from podsys.lab.hardware.node import change_state, has_hardware, load_state, renew_state
from podsys.lab.hardware.platforms import make_healthy
from podsys.lab.hardware.reboot import load_driver
from podsys.lab.hardware.services import list_commands
from podsys.lab.layout import Place

if TYPE_CHECKING:
    from podsys.model.fault import Fault, Making

State = dict[str, Any]


def break_node(fault: Fault, node: str, lab: str, platforms: Collection[str]) -> None:
    """Make a fault on a node, beside those it has; `platforms`: where the fault can be made.

    A node without emulated hardware has the platform ''.
    """
    with faults.reach_lab(lab) as (found, _):
        place = found.find_node(node)
        require_platform(fault, place, platforms)
        # One that is made twice starts from a node without it: its commands expect that.
        try_commands(place, read_broken(place).get(fault.id, []))
        note_broken(place, fault.id, fill_words(place, fault.lab.heal))
        if fault.lab.state or fault.lab.log:
            break_hardware(place, fault)
        for words in fill_words(place, fault.lab.run):
            run_command(place, words, f"{fault.id} was not made on {node}")


def heal_node(node: str, lab: str) -> list[str]:
    """Undo every fault of a node: power, network, processes, hardware, and what was run.

    Returns what the commands that undo said when they failed. Mostly there was nothing left to
    undo: a reboot or a deploy had mended it.
    """
    faults.heal(node, lab)
    with faults.reach_lab(lab) as (found, _):
        place = found.find_node(node)
        said: list[str] = []
        if has_hardware(place):
            before, after = renew_state(place, partial(restore, place.root))
            said += try_commands(place, list_commands(before, after))
        for commands in reversed(read_broken(place).values()):
            said += try_commands(place, commands)
        forget_broken(place)
    return said


def can_make(making: Making, state: State | None) -> bool:
    """Whether this hardware has what the fault breaks; None is a node without any."""
    if state is None:
        return not (making.state or making.log or making.platforms or making.none)
    if making.none or (making.platforms and state["platform"] not in making.platforms):
        return False
    try:
        edit(making)(state)
    except NoSuchPathError:
        return False
    return True


def require_platform(fault: Fault, place: Place, platforms: Collection[str]) -> None:
    if fault.lab.none:
        raise PodsysError(f"The lab cannot make {fault.id}: {fault.lab.none}.")
    mine = load_state(place)["platform"] if has_hardware(place) else ""
    if mine not in platforms:
        others = ", ".join(platform or "any node without one" for platform in sorted(platforms))
        raise PodsysError(
            f"{fault.id} cannot be made on {place.name}, whose platform is {mine or 'none'}.",
            f"It can on: {others}. `podsys lab up --platform NAME` gives nodes a platform.",
        )


def edit(making: Making) -> Callable[[State], State]:
    """The fault as a change of a state."""

    def change(state: State) -> State:
        new = apply_edits(state, ((one.path, one.value) for one in making.state))
        lines = [{"age_s": 0, "level": "err", "text": fill(new, text)} for text in making.log]
        return {**new, "kmsg": [*new["kmsg"], *lines]}

    return change


def break_hardware(place: Place, fault: Fault) -> None:
    before, after = change_state(place, edit(fault.lab))
    for words in list_commands(before, after):
        run_command(place, words, f"{fault.id} was not made on {place.name}")


def restore(root: Path, state: State) -> State:
    """In good health; a driver that packages brought since is loaded, as after a boot."""
    new = follow_packages(make_healthy(state["platform"], state["node"]), root)
    load_driver(new)
    return new


def fill_words(place: Place, commands: Iterable[Sequence[str]]) -> list[list[str]]:
    """Commands with `{gpus.3.bdf}` replaced; other braces are the shell's."""
    state = load_state(place) if has_hardware(place) else {}
    return [[fill(state, word, strict=False) for word in words] for words in commands]


def try_commands(place: Place, commands: Iterable[Sequence[str]]) -> list[str]:
    """Run every command, whatever the others do; what those said that failed."""
    said = []
    for words in commands:
        try:
            run_command(place, words, place.name)
        except PodsysError as error:
            said.append(error.message)
    return said


def run_command(place: Place, words: Sequence[str], what: str) -> None:
    done = faults.enter(place, words)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-300:]
        raise PodsysError(
            f"{what}: `{shlex.join(words)}` said: {said or f'exit code {done.returncode}'}",
            f"`podsys lab heal --node {place.name}` undoes all faults of the node.",
            ExitCode.FAILED,
        )
