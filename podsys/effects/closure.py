"""What a node would fetch to install a set of packages: one question, one answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from podsys.effects.program import ON_DEMAND, PYTHON, as_command, pack_program
from podsys.effects.ssh import Fleet
from podsys.errors import ExitCode, PodsysError
from podsys.model.bundle import IndexFile

LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Closure:
    """`proxies` of its package manager by scheme; `time`: the node's clock, seconds since 1970.

    `keys`, armored, and those of `key_urls` are what it takes rpms' signatures of.
    """

    files: tuple[IndexFile, ...]
    proxies: Mapping[str, str]
    time: float
    keys: tuple[str, ...] = ()
    key_urls: tuple[str, ...] = ()


class NoAnswerError(PodsysError):
    """The node could not be asked; another of its kind may."""


def ask_closure(fleet: Fleet, node: str, packages: Sequence[str]) -> Closure:
    """`packages`: each `name` or `name=version`. `node` is not changed."""
    program = pack_program(folders=ON_DEMAND).ask({"packages": list(packages)}, "indexes.closure")
    outcome = fleet.run(node, as_command(f"exec {fleet.as_root}{PYTHON}"), LIMIT_S, program)
    if not outcome.ok:
        said = outcome.error or outcome.stderr.decode(errors="replace").strip()[-300:]
        message = f"{node} cannot say what its packages need: {said}"
        raise NoAnswerError(message, "see that it can be reached", ExitCode.UNKNOWN)
    try:
        answer = json.loads(outcome.stdout)
        if problem := answer.get("problem"):
            raise PodsysError(
                f"{node}: what is wanted there cannot be installed: {problem}",
                f"log in to {node}: apt-get update, or dnf makecache; a bundle is made where"
                " nodes have archives",
            )
        files = tuple(IndexFile.model_validate(one) for one in answer["files"])
        keys, urls = (map(str, answer.get(name, ())) for name in ("keys", "key_urls"))
        proxies, clock = dict(answer["proxies"]), float(answer["time"])
        return Closure(files, proxies, clock, tuple(keys), tuple(urls))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{node}: its answer about packages cannot be read: {error}"
        raise NoAnswerError(message, "run podsys bundle again", ExitCode.UNKNOWN) from error
