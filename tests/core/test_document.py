"""cluster.yaml and catalog files: every fault at once, each with its line and a remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.document import read_document
from podsys.core.spec import budget_of, parse_spec
from podsys.model.setting import Setting

GOOD = """\
cluster: demo
nodes:
  n001: {address: 10.0.0.1}
  n002: {address: 10.0.0.2, groups: [compute, login]}
"""


def problems_of(text: str) -> list[str]:
    spec, problems = parse_spec(text, "c.yaml")
    assert (spec is None) == bool(problems)
    return [str(problem) for problem in problems]


def test_a_good_file_has_no_problems():
    spec, problems = parse_spec(GOOD)
    assert not problems
    assert spec is not None
    assert list(spec.nodes) == ["n001", "n002"]
    assert spec.nodes["n002"].groups == ("compute", "login")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD + "rolout: {canary: 2}\n", "c.yaml:5: unknown key rolout (did you mean rollout?)"),
        (GOOD + "ssh:\n  usr: root\n", "c.yaml:6: unknown key ssh.usr (did you mean user?)"),
        (
            GOOD.replace("address: 10.0.0.1", "adress: 10.0.0.1"),
            "unknown key nodes.n001.adress (did you mean address?)",
        ),
        ("nodes:\n  a: {address: x}\n", "c.yaml:1: missing key cluster (add it)"),
        (GOOD + "ssh: {port: many}\n", "c.yaml:5: ssh.port: input should be a valid integer"),
        ("cluster: x\nnodes: {}\n", "c.yaml:2: nodes: "),
        ("cluster: x\nnodes:\n", "c.yaml:2: nodes: "),
        ("- a\n- b\n", "expected keys and values"),
        ("", "expected keys and values"),
        ("cluster: [x\n", "not YAML"),
        ("cluster:\tx\n\tnodes: y\n", "YAML indents with blanks, not tabs"),
        (GOOD + "  n001: {address: 10.0.0.9}\n", "c.yaml:5: nodes.n001 is written twice"),
        (GOOD + "  n003: {address: 10.0.0.1}\n", "address 10.0.0.1 already belongs to n001"),
        (GOOD + "monitoring: {server: n02}\n", "no node n02 (did you mean n002?)"),
        (GOOD + "rollout: {failure_budget: lots}\n", "cannot read 'lots'"),
        (GOOD + "rollout: {failure_budget: 200%}\n", "cannot read '200%'"),
        (GOOD + "rollout: {failure_budget: ²%}\n", "cannot read '²%'"),
        (GOOD + "  n[003-004]: {address: x}\n", "c.yaml:5: nodes.n[003-004]: value error, no name"),
        (GOOD + "  a b: {address: x}\n", "c.yaml:5: nodes.a b: value error, no name of one node"),
        (GOOD + "  n3: {address: ''}\n", "c.yaml:5: nodes.n3.address: value error, write one IP"),
        (GOOD + "  n3: {address: -oX}\n", "c.yaml:5: nodes.n3.address: value error, write one"),
        (GOOD + "x:\n  - 1\n  - 2026-02-31\n", "c.yaml:7: a value cannot be read: day is out"),
        (GOOD + "x: !!int many\n", "c.yaml:5: a value cannot be read"),
        ("cluster: x\nnodes: &n\n  a: *n\n", "a value contains itself"),
        ("cluster: x\nnodes: &n [*n]\n", "a value contains itself"),
    ],
)
def test_each_fault_names_its_line_and_a_remedy(text, expected):
    assert any(expected in problem for problem in problems_of(text)), problems_of(text)


@pytest.mark.parametrize("groups", ["", "3", "gpu", "{gpu: yes}"])
def test_groups_that_are_no_list_are_told_beside_what_names_them(groups):
    text = f"cluster: c\nnodes:\n  n1: {{address: a, groups: {groups}}}\nrelease: {{gpu: auto}}\n"
    spec, problems = parse_spec(text, releases=["auto"])
    assert spec is None
    assert problems[0].line == 3
    assert "nodes.n1.groups" in problems[0].message


def test_all_problems_come_at_once():
    text = GOOD + "rolout: 1\nssh: {port: many, usr: x}\nprofile: gaming\n"
    assert len(problems_of(text)) == 4


def test_faults_of_meaning_come_with_faults_of_form():
    text = GOOD.replace("10.0.0.2", "10.0.0.1") + "ssh: {port: many}\nmonitoring: {server: x}\n"
    found = problems_of(text)
    assert len(found) == 3
    assert any("already belongs to n001" in problem for problem in found)


def test_unknown_setting_ids_get_the_nearest():
    known = Setting(
        id="sysctl.swappiness", title="t", kind="sysctl", key="vm.swappiness", value="1",
        why="w", source=("s",), confidence="code",
    )  # fmt: skip
    text = GOOD + "settings:\n  disable: [sysctl.swapiness]\n  override: {a.b: '1'}\n"
    problems = [str(p) for p in parse_spec(text, "c.yaml", [known])[1]]
    assert problems[0] == (
        "c.yaml:6: unknown setting sysctl.swapiness (did you mean sysctl.swappiness?)"
    )
    assert problems[1].startswith("c.yaml:7: unknown setting a.b")


@pytest.mark.parametrize(
    ("nodes", "budget", "expected"),
    [(1, "10%", 0), (4, "10%", 1), (100, "10%", 10), (4, "50%", 2), (4, "0", None), (4, 0, 0)],
)
def test_budget_counts_nodes(nodes, budget, expected):
    listed = "".join(f"  n{i}: {{address: 10.0.0.{i}}}\n" for i in range(nodes))
    spec, problems = parse_spec(
        f"cluster: x\nnodes:\n{listed}rollout: {{failure_budget: {budget!r}}}\n"
    )
    if expected is None:
        assert problems
    else:
        assert spec is not None
        assert budget_of(spec) == expected


@given(st.text())
def test_any_text_gives_a_document_or_problems(text):
    spec, problems = parse_spec(text)
    assert spec is not None or problems


@given(st.dictionaries(st.text("abcxyz", min_size=1), st.integers(), min_size=1, max_size=8))
def test_every_key_has_its_line(content):
    text = "".join(f"'{key}': {value}\n" for key, value in content.items())
    document = read_document(text, "f")
    assert [document.line_of((key,)) for key in content] == list(range(1, len(content) + 1))
