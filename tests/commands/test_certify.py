"""What became of a node while it was changed, in the words of whoever can mend it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from podsys.commands.certify import MEND, _judge_apply
from podsys.commands.context import Applied
from podsys.effects.workspace import Workspace
from podsys.model.status import Status


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        (
            "Packages: Failed to update apt cache: E:Release file for http://h/InRelease is not"
            " valid yet (invalid for another 3d 1h 2min 3s). Updates will not be applied.",
            "the clock of this node is wrong, not the mirror: it is 3d 1h 2min 3s behind",
        ),
        ("Packages: E: You don't have enough free space in /var/cache/apt/archives/.", "make room"),
        ("Packages: something else", MEND),
    ],
)
def test_the_remedy_is_about_the_cause(tmp_path: Path, reason: str, remedy: str) -> None:
    cluster = SimpleNamespace(workspace=Workspace(tmp_path))
    context = SimpleNamespace(applied=Applied(failed={"n1": reason}), cluster=cluster)
    (finding,) = _judge_apply(context)  # type: ignore[arg-type]
    assert (finding.nodes, finding.status, finding.evidence) == (("n1",), Status.FAIL, reason)
    assert finding.remedy.startswith(remedy)
