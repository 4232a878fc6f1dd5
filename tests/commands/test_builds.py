"""Packages built before anything is changed, and what becomes of the plan when one cannot be."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from podsys.commands import builds
from podsys.commands.builds import build_missing
from podsys.commands.context import Applied
from podsys.commands.desired import Desired
from podsys.commands.role_texts import RoleTexts
from podsys.core.rendering import Layout
from podsys.effects.build import BuildFailedError
from podsys.errors import PodsysError
from podsys.model.build import Build, DkmsSources, PlannedBuild, RecipeSources
from podsys.model.item import Item
from podsys.model.plan import Change, Plan
from podsys.model.role import Role
from podsys.model.status import Status

PART = Build(
    "podsys-hello", "1+abc", "amd64",
    RecipeSources("hello", "https://h/hello", "", "c" * 40, "t", "make", (), (), ("/x",), ()),
)  # fmt: skip
MODULES = Build("mod-6.1", "1+6.1", "amd64", DkmsSources("mod-dkms", "1", "a" * 64), "6.1")
NODES = ("n1", "n2")


class Journal(list[dict[str, Any]]):
    def write(self, kind: str, **details: Any) -> None:
        self.append({"event": kind, **details})


class Watch:
    def __init__(self) -> None:
        self.said: list[str] = []

    def stage(self, *_: Any) -> None:
        pass

    def say(self, text: str) -> None:
        self.said.append(text)


def change(role: str, kind: str, key: str) -> Change:
    return Change(Item(f"{role}.{kind}.{key}", role, kind, key, "=1"), {"live": "absent"}, NODES)


def make_context(folder: Path, *planned: Build) -> Any:
    changes = [change("built_parts", kind, "podsys-hello") for kind in ("package", "package_hold")]
    changes.append(change("driver", "package", "nvidia-smi"))
    roles = (Role(name="driver", title="t"), Role(name="built_parts", title="t"))
    layout = Layout(roles, {}, {}, (), {}, builds=dict.fromkeys(NODES, planned))
    builds = tuple(PlannedBuild(one, NODES, "n1") for one in planned)
    workspace = SimpleNamespace(packages=folder / "packages")
    return SimpleNamespace(
        plan=Plan(changes=tuple(changes), builds=builds),
        desired=Desired({}, {}, layout, RoleTexts({})),
        cluster=SimpleNamespace(workspace=workspace, spec=SimpleNamespace(bundle=None)),
        applied=Applied(), journal=Journal(), watch=Watch(), stop=threading.Event(),
        run=folder, fleet=None,
    )  # fmt: skip


def fail(error: Exception) -> Any:
    def answer(*_: Any) -> Path:
        raise error

    return answer


def test_a_part_that_cannot_be_built_takes_nothing_else_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "podsys-hello cannot be built: hello.c:1: error: no member named x"
    log = "/var/log/podsys/podsys-hello.log"
    monkeypatch.setattr(builds, "keep_sources", lambda *_: tmp_path / "sources")
    error = BuildFailedError("n1", "recipe", reason, log, "last\nlines")
    monkeypatch.setattr(builds, "build_on", fail(error))
    context = make_context(tmp_path, PART)
    build_missing(context)
    assert [one.item.key for one in context.plan.changes] == ["nvidia-smi"]
    assert [step.role for step in context.plan.steps] == ["driver"]
    assert context.plan.builds == ()
    assert context.desired.layout.builds == {"n1": (), "n2": ()}
    (finding,) = context.applied.unbuilt
    assert (finding.status, finding.nodes) == (Status.FAIL, NODES)
    assert reason in finding.evidence
    assert f"{log} on n1" in finding.remedy
    assert "packages: {parts: none}" in finding.remedy
    assert [event["event"] for event in context.journal] == ["build", "unbuilt"]
    assert (tmp_path / "build-podsys-hello.log").read_text() == "last\nlines\n"


def test_sources_that_cannot_be_had_are_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = PodsysError("sources of hello 1 cannot be fetched from https://h: no answer", "hint")
    monkeypatch.setattr(builds, "keep_sources", fail(error))
    context = make_context(tmp_path, PART)
    build_missing(context)
    (finding,) = context.applied.unbuilt
    assert "cannot be fetched" in finding.evidence
    assert [event["event"] for event in context.journal] == ["unbuilt"]


def test_other_systems_have_packages_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = make_context(tmp_path, PART)
    other = replace(PART, version="1+def")
    context.plan = replace(
        context.plan,
        changes=tuple(replace(one, nodes=(*one.nodes, "m1")) for one in context.plan.changes),
        builds=(*context.plan.builds, PlannedBuild(other, ("m1",))),
    )
    context.desired.layout.builds["m1"] = (other,)
    monkeypatch.setattr(builds, "keep_sources", fail(PodsysError("no network")))
    build_missing(context)
    assert {c.item.kind: c.nodes for c in context.plan.changes if c.item.key == PART.name} == {
        "package": ("m1",),
        "package_hold": ("m1",),
    }
    assert [one.build for one in context.plan.builds] == [other]
    assert context.desired.layout.builds == {"n1": (), "n2": (), "m1": (other,)}


@pytest.mark.parametrize(
    "error",
    [
        BuildFailedError("n1", "dkms", "mod cannot be built", "/log", "last"),
        OSError(28, "No space left on device", "packages/x"),
    ],
)
def test_a_driver_that_cannot_be_built_ends_the_run_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(builds, "build_on", fail(error))
    context = make_context(tmp_path, MODULES)
    with pytest.raises(type(error)):
        build_missing(context)
    assert [event["event"] for event in context.journal] == ["build", "stopped"]
    said = context.journal[-1]["reason"]
    assert said in ("n1: mod cannot be built", "packages/x: no space left on this machine")


def test_apts_reason_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = (
        "what building takes cannot be installed: Failed to fetch http://h/g.deb  404  Not Found"
    )
    monkeypatch.setattr(
        builds, "build_on", fail(BuildFailedError("n1", "dkms", reason, "/log", ""))
    )
    with pytest.raises(BuildFailedError) as caught:
        build_missing(make_context(tmp_path, MODULES))
    assert caught.value.hint.startswith("the archive has another version by now")


def test_an_interrupted_build_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make_context(tmp_path, PART)
    context.stop.set()
    monkeypatch.setattr(builds, "keep_sources", lambda *_: tmp_path)
    monkeypatch.setattr(builds, "build_on", fail(PodsysError("interrupted")))
    with pytest.raises(PodsysError, match="interrupted"):
        build_missing(context)
    assert context.journal[-1]["event"] == "stopped"
