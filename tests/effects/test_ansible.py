"""Ansible behind its door: inventories read by Ansible itself, events folded per node."""

from __future__ import annotations

import sys
from threading import Event

import pytest

from podsys.core.hosts import hosts_from_inventory
from podsys.effects.ansible import NodeResult, _take, read_inventory, run_playbook
from podsys.errors import PodsysError

INI = "[gpu]\nn1 ansible_host=10.0.0.1\nn[2:3]\n\n[login]\nlog1\n"
YAML = (
    "all:\n  children:\n    gpu:\n      hosts:\n        n1: {ansible_host: 10.0.0.1}\n        n2:\n"
)
PLAY = """\
- name: Try
  hosts: "base:&todo_base"
  gather_facts: false
  tasks:
    - name: Works
      ansible.builtin.command: "true"
      changed_when: true
    - name: Fails on one
      ansible.builtin.fail:
        msg: because
      when: inventory_hostname == "b"
"""


@pytest.mark.parametrize(("name", "text"), [("hosts.ini", INI), ("hosts.yaml", YAML)])
def test_inventories_in_both_formats(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    hosts = {host.name: host for host in hosts_from_inventory(read_inventory(tmp_path / name))}
    assert hosts["n1"].address == "10.0.0.1"
    assert hosts["n2"].groups == ("gpu",)


@pytest.mark.parametrize("text", ["", "[gpu]\n", "all: [x", "{not: an, inventory}\n- x\n"])
def test_what_holds_no_hosts_is_an_error(tmp_path, text):
    file = tmp_path / "hosts.yaml"
    file.write_text(text)
    with pytest.raises(PodsysError, match=r"hosts\.yaml"):
        read_inventory(file)


def play(tmp_path, todo):
    rendered = tmp_path / "rendered"
    (rendered / "inventory").mkdir(parents=True)
    (rendered / "inventory" / "hosts.yaml").write_text(
        "base: {hosts: {a: , b: , c: }, vars: {ansible_connection: local,"
        f" ansible_python_interpreter: {sys.executable}}}}}\n"
    )
    (rendered / "ansible.cfg").write_text("[defaults]\ninventory = inventory\n")
    (rendered / "site.yaml").write_text(PLAY)
    seen = []
    run = run_playbook(rendered, "site.yaml", todo, tmp_path / "log", seen.append, Event())
    return run, seen


def test_only_the_nodes_named_are_touched_and_one_failure_stays_alone(tmp_path):
    run, seen = play(tmp_path, {"base": ("a", "b")})
    assert run.error == ""
    assert run.nodes["a"] == NodeResult(changed=["Works"])
    assert (run.nodes["b"].failed_task, run.nodes["b"].reason) == ("Fails on one", "because")
    assert "c" not in run.nodes
    assert [p.task for p in seen if p.outcome == "started"] == ["base"]
    assert "because" in (tmp_path / "log").read_text()


def test_a_playbook_that_cannot_run_says_so(tmp_path):
    rendered = tmp_path / "rendered"
    (rendered / "inventory").mkdir(parents=True)
    run = run_playbook(rendered, "none.yaml", {}, tmp_path / "log", lambda _: None, Event())
    assert "none.yaml" in run.error


def test_a_stop_ends_the_run(tmp_path):
    stop = Event()
    stop.set()
    rendered = tmp_path / "rendered"
    (rendered / "inventory").mkdir(parents=True)
    (rendered / "inventory" / "hosts.yaml").write_text("base: {hosts: {a: }}\n")
    (rendered / "ansible.cfg").write_text("[defaults]\n")
    (rendered / "site.yaml").write_text(PLAY)
    run = run_playbook(rendered, "site.yaml", {"base": ("a",)}, tmp_path / "l", print, stop)
    assert run.nodes["a"].changed == []


def test_a_loops_failure_names_the_item_that_failed():
    event = {
        "event": "runner_on_failed",
        "event_data": {
            "host": "n1",
            "task": "Packages",
            "res": {"msg": "items failed", "results": [{"failed": True, "msg": "no disk"}]},
        },
    }  # fmt: skip
    nodes = {"n1": NodeResult()}
    _take(event, nodes, {}, lambda _: None)
    assert nodes["n1"].reason == "no disk"
