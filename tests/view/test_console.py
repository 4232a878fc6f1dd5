"""Consoles, errors and progress as they reach a pipe."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.errors import ExitCode, PodsysError
from podsys.model.problem import InputProblemsError, Problem
from podsys.view.console import agree, clean, print_error, print_json
from podsys.view.progress import progress

Capture = pytest.CaptureFixture[str]


def test_an_error_says_what_to_do_on_stderr(capsys: Capture) -> None:
    print_error(PodsysError("no workspace here", "run podsys init\nor use -C"))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "error: no workspace here\n  → run podsys init\n  → or use -C\n"


@pytest.mark.parametrize(
    ("typed", "yes"), [("y\n", True), (" YES \n", True), ("\n", False), ("n\n", False), ("", False)]
)
def test_only_a_yes_is_one(monkeypatch, typed: str, yes: bool) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert agree("Go on?") is yes


def test_all_problems_are_shown_with_their_places(capsys: Capture) -> None:
    problems = [
        Problem("cluster.yaml", 3, "unknown key 'nodez'", "did you mean nodes?"),
        Problem("cluster.yaml", 9, "duplicate host n1"),
    ]
    print_error(InputProblemsError(problems))
    said = capsys.readouterr().err.splitlines()
    assert said[:3] == [
        "cluster.yaml:3: unknown key 'nodez'",
        "  → did you mean nodes?",
        "cluster.yaml:9: duplicate host n1",
    ]
    assert "2 problems" in said[-1]


def test_an_error_as_json_is_one_document_on_stdout(capsys: Capture) -> None:
    print_error(InputProblemsError([Problem("f", 1, "bad")]), as_json=True)
    said = capsys.readouterr()
    assert said.err == ""
    document = json.loads(said.out)
    assert document["exit_code"] == ExitCode.BAD_INPUT
    assert document["problems"] == [{"file": "f", "line": 1, "message": "bad", "hint": ""}]


def test_markup_and_escapes_in_texts_stay_text(capsys: Capture) -> None:
    print_error(PodsysError("[red]x[/] \x1b[2J\x07 :smile: [link=http://x]y"))
    assert capsys.readouterr().err == "error: [red]x[/] �[2J� :smile: [link=http://x]y\n"


@settings(deadline=None)
@given(st.text())
def test_clean_text_cannot_steer_a_terminal(text: str) -> None:
    assert all(char.isprintable() or char in "\n\t" for char in clean(text))
    assert len(clean(text)) == len(text)


def test_json_keeps_names_readable(capsys: Capture) -> None:
    print_json({"a": "→"})
    assert capsys.readouterr().out == '{\n  "a": "→"\n}\n'


def test_the_view_loads_rich_only_when_it_prints() -> None:
    code = (
        "import sys, podsys.view.console, podsys.view.progress, podsys.view.plan, "
        "podsys.view.findings, podsys.view.report_html; "
        "print([m for m in ('rich', 'jinja2', 'ClusterShell') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_piped_progress_is_sparse_and_names_failures(capsys: Capture) -> None:
    with progress("deploy") as watch:
        watch.stage("probe", total=300)
        for number in range(300):
            watch.node(f"n{number}", "timed out" if number == 7 else "")
        watch("wrote rendered/")
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert lines[0] == "deploy: probe: 300 nodes ..."
    assert lines[1] == "deploy: probe: n7: timed out"
    assert lines[2] == "deploy: wrote rendered/"
    assert lines[3].startswith("deploy: probe: 300 of 300 nodes, 1 node failed, ")
    assert len(lines) == 4


def test_a_stage_cut_short_does_not_look_complete(capsys: Capture) -> None:
    with pytest.raises(KeyboardInterrupt), progress("deploy") as watch:  # noqa: PT012
        watch.stage("probe", total=4)
        watch.node("n1")
        raise KeyboardInterrupt
    assert "probe: 1 of 4 nodes" in capsys.readouterr().err


def test_progress_is_silent_with_json(capsys: Capture) -> None:
    with progress("deploy", shown=False) as watch:
        watch.stage("probe", total=1)
        watch.node("n1", "failed")
        watch("a line")
    said = capsys.readouterr()
    assert said.out + said.err == ""


def test_live_progress_ends_with_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    from io import StringIO

    from rich.console import Console

    from podsys.view import console, live

    screen = StringIO()
    terminal = Console(file=screen, force_terminal=True, width=80, markup=False, color_system=None)
    monkeypatch.setattr(console, "err", lambda: terminal)
    monkeypatch.setattr("podsys.view.progress.err", lambda: terminal)
    monkeypatch.setattr(live, "err", lambda: terminal)
    with progress("deploy") as watch:
        watch.stage("settings", total=2)
        watch.node("n1")
        watch.node("n2", "disk full")
    said = screen.getvalue()
    assert "settings: n2: disk full" in said
    assert "settings: 2 of 2 nodes, 1 node failed" in said
