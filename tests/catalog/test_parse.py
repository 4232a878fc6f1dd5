"""Faulty catalog files: every fault, with its line and what to write instead."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.catalog import parse_baselines, parse_settings

GOOD = """\
- id: sysctl.vm.swappiness
  title: "Swap last"
  kind: sysctl
  key: vm.swappiness
  value: "10"
  why: "Because."
  source: ["a book"]
  confidence: code
"""


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in parse_settings({"a.yaml": text})[1]]


def test_a_good_entry_has_no_problem() -> None:
    settings, problems = parse_settings({"a.yaml": GOOD})
    assert problems == []
    assert [one.id for one in settings] == ["sysctl.vm.swappiness"]


def test_an_unknown_key_suggests_the_nearest() -> None:
    (problem,) = problems_of(GOOD + "  riks: low\n")
    assert problem == "a.yaml:9: unknown key riks (did you mean risk?)"


def test_an_unknown_clause_of_when_suggests_the_nearest() -> None:
    (problem,) = problems_of(GOOD + "  when:\n    profil: [hpc]\n")
    assert problem == "a.yaml:10: unknown key when.profil (did you mean profile?)"


def test_a_missing_key_names_it() -> None:
    (problem,) = problems_of(GOOD.replace('  why: "Because."\n', ""))
    assert problem.startswith("a.yaml:1: missing key why")


def test_a_wrong_type_shows_what_was_found() -> None:
    (problem,) = problems_of(GOOD.replace('"10"', "10"))
    assert problem.startswith("a.yaml:5: value: ")
    assert "found 10" in problem


def test_all_problems_of_all_files_come_at_once() -> None:
    second = GOOD.replace("id: sysctl.vm.swappiness", "id: Nonsense").replace("code", "rumour")
    _, problems = parse_settings({"a.yaml": GOOD + "  x: 1\n" + second, "b.yaml": "- [1]\n"})
    assert [(problem.file, problem.line) for problem in problems] == [
        ("a.yaml", 9),
        ("a.yaml", 10),
        ("a.yaml", 17),
        ("b.yaml", 1),
    ]


def test_the_same_id_in_two_files_is_named_with_both_places() -> None:
    settings, (problem,) = parse_settings({"a.yaml": GOOD, "b.yaml": "# b\n" + GOOD})
    assert str(problem).startswith("b.yaml:2: sysctl.vm.swappiness is written twice")
    assert "a.yaml:1" in str(problem)
    assert len(settings) == 1


def test_the_same_key_twice_in_an_entry_is_a_problem() -> None:
    (problem,) = problems_of(GOOD + "  kind: limit\n")
    assert problem.startswith("a.yaml:9: ")
    assert "written twice" in problem


@pytest.mark.parametrize("text", ["", "id: x\n", "just text\n", "- \n", "- text\n", "a: [\n"])
def test_anything_else_is_a_problem_not_a_traceback(text: str) -> None:
    assert problems_of(text)


def test_a_comparison_needs_a_number() -> None:
    wrong = GOOD.replace('"10"', '"4096 8192"') + "  compare: at_least\n"
    (problem,) = problems_of(wrong)
    assert problem.startswith("a.yaml:5: at_least cannot compare '4096 8192'")


def test_a_baseline_without_a_bound_is_a_problem() -> None:
    text = "- {metric: speed, unit: m/s, scope: a node, source: a book, date: '2026-01-01'}\n"
    baselines, (problem,) = parse_baselines({"b.yaml": text})
    assert baselines == []
    assert "speed bounds nothing" in str(problem)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_no_yaml_at_all_breaks_the_parser(data: object) -> None:
    settings, problems = parse_settings({"a.yaml": yaml.safe_dump(data)})
    assert settings == []
    assert problems or data == []
