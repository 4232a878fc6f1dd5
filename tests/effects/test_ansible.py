"""Ansible behind its door: inventories read by Ansible itself, events folded per node."""

from __future__ import annotations

import contextlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from podsys.core.hosts import hosts_from_inventory
from podsys.effects import ansible
from podsys.effects.ansible import Play, read_inventory, run_play
from podsys.effects.ansible_events import NodeResult, take_event
from podsys.effects.runlock import end_orphans
from podsys.effects.strategy import STOCK, choose_strategy
from podsys.errors import PodsysError
from podsys.model.todo import Literal

INI = "[gpu]\nn1 ansible_host=10.0.0.1\nn[2:3]\n\n[login]\nlog1\n"
YAML = (
    "all:\n  children:\n    gpu:\n      hosts:\n        n1: {ansible_host: 10.0.0.1}\n        n2:\n"
)
PLAY = """\
- name: Try
  hosts: differ_*
  gather_facts: false
  tasks:
    - name: Works
      ansible.builtin.command: "true"
      changed_when: true
      tags: [works]
    - name: Fails on one
      ansible.builtin.fail:
        msg: because
      when: inventory_hostname == "b"
      tags: [fails]
    - name: Not asked for
      ansible.builtin.fail:
      tags: [other]
"""
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
STRATEGIES = {"stock": STOCK, "mitogen": choose_strategy(mitogen=True)}


def inventory(*nodes):
    hosts = {node: {"text": Literal("{{ as it is }}"), "mode": Literal("0644")} for node in nodes}
    return {"all": {"vars": LOCAL, "children": {"differ_1": {"hosts": hosts}}}}


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


def test_an_inventory_that_hangs_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(ansible, "INVENTORY_LIMIT_S", 0.01)
    (tmp_path / "hosts.ini").write_text(INI)
    with pytest.raises(PodsysError, match="no answer within") as caught:
        read_inventory(tmp_path / "hosts.ini")
    assert "ansible-inventory --list" in caught.value.hint


def play(tmp_path, nodes, strategy, text=PLAY):
    rendered = tmp_path / "rendered"
    rendered.mkdir()
    (rendered / "ansible.cfg").write_text("[defaults]\n")
    (rendered / "site.yaml").write_text(text)
    seen = []
    wanted = Play("site.yaml", inventory(*nodes), tuple(nodes), frozenset({"works", "fails"}))
    run = run_play(rendered, wanted, tmp_path / "x.log", seen.append, Event(), strategy)
    return run, seen


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
def test_one_failure_stays_alone_and_only_what_is_asked_for_is_played(tmp_path, strategy):
    run, seen = play(tmp_path, ("a", "b"), strategy)
    assert run.error == ""
    assert run.nodes["a"] == NodeResult(changed=["Works"])
    assert (run.nodes["b"].failed_task, run.nodes["b"].reason) == ("Fails on one", "because")
    started = [p.task for p in seen if p.outcome == "started"]
    assert set(started) == {"Works", "Fails on one"}
    assert "because" in (tmp_path / "x.log").read_text()


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
def test_all_of_it_is_known_as_podsys_own(tmp_path, strategy):
    """Also its workers: none of what a killed run leaves goes on."""
    os.mkfifo(tmp_path / "wait")
    text = f"""\
- hosts: differ_*
  gather_facts: false
  tasks:
    - ansible.builtin.command: cat {tmp_path / "wait"}
      tags: [works]
"""
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(play, tmp_path, ("a",), strategy, text)
        with (tmp_path / "wait").open("w"):  # opened as soon as it is read on the node
            ended = end_orphans(tmp_path)
            assert len(ended) > 1
            assert not find_playbooks(tmp_path / "rendered")
        run, _ = playing.result()
    assert run.error


def find_playbooks(folder):
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_there = (place / "cwd").readlink() == folder
            if is_there and b"ansible-playbook" in (place / "cmdline").read_bytes():
                found.append(place)
    return found


def test_mitogen_is_used_where_it_fits_and_wanted():
    assert STRATEGIES["mitogen"]["ANSIBLE_STRATEGY"] == "mitogen_free"
    assert choose_strategy(mitogen=False) == STOCK


def test_texts_reach_the_tasks_as_they_are(tmp_path):
    text = """\
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.assert:
        that: ["text == '{' ~ '{ as it is }' ~ '}'", "mode == '0644'", "mode is string"]
      tags: [works]
"""
    run, _ = play(tmp_path, ("a",), STOCK, text)
    assert run.nodes["a"].ok, run.nodes["a"].reason


def test_a_playbook_that_cannot_run_says_so(tmp_path):
    rendered = tmp_path / "rendered"
    rendered.mkdir()
    wanted = Play("none.yaml", inventory("a"), ("a",))
    run = run_play(rendered, wanted, tmp_path / "x.log", lambda _: None, Event(), STOCK)
    assert "none.yaml" in run.error


def test_a_stop_ends_the_run(tmp_path):
    stop = Event()
    stop.set()
    rendered = tmp_path / "rendered"
    rendered.mkdir()
    (rendered / "site.yaml").write_text(PLAY)
    wanted = Play("site.yaml", inventory("a"), ("a",))
    run = run_play(rendered, wanted, tmp_path / "x.log", lambda _: None, stop, STOCK)
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
    take_event(event, nodes, lambda _: None)
    assert nodes["n1"].reason == "no disk"
