"""podsys judge: outputs measured elsewhere, judged with the same parsers and baselines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from podsys.commands.common import load_baselines
from podsys.core.document import nearest
from podsys.core.judge.bounds import bounds_for
from podsys.core.judge.outputs import judge_outputs
from podsys.core.parsers import find_tools
from podsys.core.platforms import parse_platforms
from podsys.core.recognise import read_handed
from podsys.effects.catalog import read_platforms_texts
from podsys.effects.handed import read_handed_text
from podsys.errors import ExitCode, PodsysError
from podsys.model.problem import InputProblemsError
from podsys.model.status import Verdict, judge_all
from podsys.view.console import print_json
from podsys.view.judged import judged_as_json, show_judged

EXIT = {
    Verdict.CERTIFIED: ExitCode.GOOD,
    Verdict.FAILED: ExitCode.FAILED,
    Verdict.UNKNOWN: ExitCode.UNKNOWN,
}


def judge(files: Sequence[Path], tool: str | None, platform: str | None, as_json: bool) -> ExitCode:
    _check_tool(tool)
    handed = [read_handed(str(file), text, tool) for file, text in _read_all(files)]
    baselines = load_baselines()
    of_platforms = [baseline for baseline in baselines if baseline.platform]
    of_all = {baseline.metric: baseline for baseline in baselines if not baseline.platform}
    bounds = bounds_for(platform, of_platforms, _known_platforms())
    verdict = judge_outputs(handed, bounds, of_all)
    outcome = judge_all(finding.status for finding in verdict.findings)
    if as_json:
        print_json(judged_as_json(outcome, verdict))
    else:
        show_judged(outcome, verdict)
    return EXIT[outcome]


def _check_tool(tool: str | None) -> None:
    tools = sorted(find_tools())
    if tool is not None and tool not in tools:
        hint = nearest(tool, tools) or f"known: {', '.join(tools)}"
        raise PodsysError(f"no parser for the tool {tool}", hint)


def _known_platforms() -> dict[str, str]:
    """Each with the name of its accelerator; empty where it has none."""
    platforms, problems = parse_platforms(read_platforms_texts())
    if problems:
        raise InputProblemsError(problems)
    return {one.id: one.gpus.name if one.gpus else "" for one in platforms}


def _read_all(files: Sequence[Path]) -> list[tuple[Path, str]]:
    """Every file that cannot be read is named before anything is judged."""
    read: list[tuple[Path, str]] = []
    errors: list[PodsysError] = []
    for file in files:
        try:
            read.append((file, read_handed_text(file)))
        except PodsysError as error:
            errors.append(error)
    if errors:
        hints = dict.fromkeys(error.hint for error in errors if error.hint)
        raise PodsysError("\n".join(error.message for error in errors), "; ".join(hints))
    return read
