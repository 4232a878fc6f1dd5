"""`podsys deploy` on a fleet where nothing differs, but for the nodes: their answers lie ready."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Self

from bench.scale.stages import Clock, report, use_one_core


class Recorded:
    """Stands where the connections to the nodes would."""

    as_root = ""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run_each(self, commands: Mapping[str, Any], _limit_s: float) -> Iterator[Any]:
        from bench.scale.planning import outcomes

        return (outcome for outcome in outcomes(self._folder) if outcome.node in commands)

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def make_workspace(folder: Path) -> None:
    from bench.scale.preparing import known_facts
    from podsys.commands.common import load_cluster, save_facts

    (folder / "podsys.lock").write_text("{}\n")
    cluster = load_cluster(folder)
    save_facts(cluster.workspace, known_facts(len(cluster.spec.nodes)))


def main() -> None:
    folder = Path(sys.argv[1])
    if sys.argv[2:] == ["prepare"]:
        make_workspace(folder)
        return
    use_one_core()
    clock = Clock()
    with clock.stage("deploy"):
        from podsys.commands.common import Cluster
        from podsys.commands.deploy import Options, deploy
        from podsys.errors import ExitCode

        setattr(Cluster, "connect", lambda _self: Recorded(folder))  # noqa: B010 - no method's type
        with Path(os.devnull).open("w") as nobody, redirect_stdout(nobody):
            code = deploy(folder, Options(yes=True, as_json=True))
    assert code is ExitCode.GOOD, code
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    clock.seconds["start"] = round(time.process_time() - clock.seconds["deploy"], 3)
    clock.seconds["tools"] = round(children.ru_utime + children.ru_stime, 3)
    report(clock)


if __name__ == "__main__":
    main()
