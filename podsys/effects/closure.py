"""What a node's apt would fetch to install a set of packages: one question, one answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from podsys.effects.program import PYTHON, as_command, pack_program
from podsys.effects.ssh import Fleet
from podsys.errors import ExitCode, PodsysError
from podsys.model.bundle import IndexFile

LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Closure:
    """`proxies` of its apt by scheme; `time`: the node's clock, seconds since 1970."""

    files: tuple[IndexFile, ...]
    proxies: Mapping[str, str]
    time: float


class NoAnswerError(PodsysError):
    """The node could not be asked; another of its kind may."""


def ask_closure(fleet: Fleet, node: str, packages: Sequence[str]) -> Closure:
    """`packages`: each `name` or `name=version`. `node` is not changed."""
    program = pack_program().ask({"packages": list(packages)}, "closure")
    outcome = fleet.run(node, as_command(f"exec {fleet.as_root}{PYTHON}"), LIMIT_S, program)
    if not outcome.ok:
        said = outcome.error or outcome.stderr.decode(errors="replace").strip()[-300:]
        message = f"{node} cannot say what its packages need: {said}"
        raise NoAnswerError(message, "see that it can be reached", ExitCode.UNKNOWN)
    try:
        answer = json.loads(outcome.stdout)
        if problem := answer.get("problem"):
            raise PodsysError(
                f"{node}: apt cannot install what is wanted there: {problem}",
                f"log in to {node}, run apt-get update; a bundle is made where it has archives",
            )
        files = tuple(IndexFile.model_validate(one) for one in answer["files"])
        return Closure(files, dict(answer["proxies"]), float(answer["time"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{node}: its answer about packages cannot be read: {error}"
        raise NoAnswerError(message, "run podsys bundle again", ExitCode.UNKNOWN) from error
