"""Fault files: the shipped ones are whole, and every mistake in one is named with its line."""

from __future__ import annotations

import pytest

from podsys.core.catalog import parse_settings
from podsys.core.faults import parse_faults
from podsys.effects.catalog import read_faults_texts, read_settings_texts
from podsys.effects.program import list_sections

GOOD = """\
id: too-hot
title: A GPU is too hot
status: fail
blocks: true
each: gpu.gpus
when: it.temperature_c > params.limit
evidence: "GPU {it.index} has {it.temperature_c} C"
params: {limit: 90}
symptom: slow
cause: no air
remedy: air
repairs: hands
source: [a book]
lab: {none: no heat in the lab}
"""
SECTIONS = ("gpu", "clock")


def problems_of(text: str) -> list[str]:
    return [str(one) for one in parse_faults({"x/too-hot.yaml": text}, SECTIONS)[1]]


def test_a_good_file_has_no_problem() -> None:
    ((fault,), problems) = parse_faults({"x/too-hot.yaml": GOOD}, SECTIONS)
    assert problems == []
    assert fault.id == "too-hot"
    assert fault.names == {"gpu", "params"}
    assert fault.plain["evidence"][0] == "GPU "


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: too-hot", "id: hot", "x/too-hot.yaml:1: hot stands in too-hot.yaml"),
        (
            "when: it.temp",
            "when: its.temp",
            "x/too-hot.yaml:6: when, character 1: unknown name its",
        ),
        ("each: gpu.gpus", "each: gpus", "x/too-hot.yaml:5: each, character 1: unknown name gpus"),
        ("{it.index}", "{it.index", "x/too-hot.yaml:7: evidence: a brace without"),
        ("{it.index}", "{it index}", "x/too-hot.yaml:7: evidence, character"),
        ("repairs: hands", "repairs: nobody", "x/too-hot.yaml:12: repairs: "),
        ("{none: no heat in the lab}", "{}", "x/too-hot.yaml:14: does not say how"),
        ("source: [a book]", "source: []", "x/too-hot.yaml:13: source: "),
        ("cause: no air\n", "", "x/too-hot.yaml:1: missing key cause"),
        ("each:", "explains: [hotter]\neach:", "x/too-hot.yaml:5: no fault or setting hotter"),
        ("each:", "applies: gpu.count > 0\neach:", "x/too-hot.yaml:5: missing key applies_text"),
        ("params: {limit: 90}\n", "", "x/too-hot.yaml:1: no bound limit in params"),
        ("{limit: 90}", "{limits: 90}", "x/too-hot.yaml:8: no bound limit in params (did you mean"),
        ("each:", "eech:", "x/too-hot.yaml:5: unknown key eech (did you mean each?)"),
    ],
)
def test_a_mistake_is_named(old: str, new: str, expected: str) -> None:
    (problem,) = problems_of(GOOD.replace(old, new))
    assert problem.startswith(expected)


@pytest.mark.parametrize("text", ["", "- a\n", "text", "a: [\n", "id: [1]\n"])
def test_anything_else_is_a_problem_not_a_traceback(text: str) -> None:
    assert problems_of(text)


def test_the_shipped_faults_are_whole() -> None:
    settings = [one.id for one in parse_settings(read_settings_texts())[0]]
    faults, problems = parse_faults(read_faults_texts(), list_sections(), settings)
    assert problems == []
    assert len(faults) == len(read_faults_texts())
