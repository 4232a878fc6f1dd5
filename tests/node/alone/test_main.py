"""podsys-node's ways to be asked: exit codes, and one line for whoever asks."""

from __future__ import annotations

import json

import pytest

from podsys.node.alone import look
from podsys.node.alone.main import main
from tests.node.alone.alone_sample import make_judge


def lost(name: str) -> dict:
    return {"status": "unknown", "data": {}, "reason": f"{name} hung"}


@pytest.fixture
def ask(monkeypatch, capsys, tmp_path):
    """Exit code and what was printed; nothing is kept on this machine."""
    monkeypatch.setattr("podsys.node.alone.counters.PLACE", str(tmp_path / "run" / "counters.json"))
    monkeypatch.setenv("SLURMD_NODENAME", "n1")

    def run(judge: dict, *words: str):
        code = main(judge, ["--seconds", "60", *words])
        return code, capsys.readouterr().out

    return run


@pytest.fixture
def blind(monkeypatch):
    """The section cannot be read."""
    answer = {"sections": {"memory": lost("memory")}, "readings": {}}
    monkeypatch.setattr(look, "ask", lambda *_: answer)


def test_a_good_node(ask):
    code, said = ask(make_judge())
    assert (code, said) == (0, "n1: may start\n")
    for mode in ("--slurm-prolog", "--nhc"):
        assert ask(make_judge(), mode) == (0, "")


def test_a_fault_with_cause_and_remedy(ask):
    code, said = ask(make_judge(">"))
    assert code == 1
    assert said.splitlines()[0] == "fail    small"
    for text in (" kB\n", "cause: somebody took it", "-> [hands] give it back", "n1: failed"):
        assert text in said


def test_the_prolog_prints_its_reason_and_fails(ask):
    code, said = ask(make_judge(">"), "--slurm-prolog")
    assert code == 1
    assert said.startswith("podsys: small: ")
    assert said.count("\n") == 1


def test_nhc_has_its_own_words(ask):
    code, said = ask(make_judge(">"), "--nhc")
    assert code == 1
    assert said.startswith("ERROR:  nhc:  Health check failed:  small: ")


@pytest.mark.parametrize("mode", ["--slurm-prolog", "--nhc"])
@pytest.mark.parametrize(("status", "blocks"), [("fail", "false"), ("warn", "true")])
def test_what_does_not_block_keeps_no_job_away(ask, mode, status, blocks):
    assert ask(make_judge(">", status, blocks), mode) == (0, "")


def test_what_is_unknown_is_no_pass_and_keeps_jobs_away_only_when_told(ask, blind):
    code, said = ask(make_judge())
    assert code == 3
    assert "memory hung; 1 check waits for it" in said
    assert ask(make_judge(), "--nhc") == (0, "")
    code, said = ask(make_judge(), "--nhc", "--strict")
    assert code == 1
    assert "node.memory: memory hung" in said


def test_json_has_the_lines_of_preflight(ask):
    code, said = ask(make_judge(">"), "--json")
    document = json.loads(said)
    assert (code, document["verdict"]) == (1, "failed")
    first = document["findings"][0]
    assert (first["check"], first["fault"], first["nodes"]) == ("small", "small", ["n1"])


def test_json_has_the_keys_of_results(ask):
    from podsys.view.findings import KEYS

    document = json.loads(ask(make_judge(">"), "--json")[1])
    assert all(set(line) == set(KEYS) for line in document["findings"])


def test_a_node_that_nobody_described_is_judged_all_the_same(ask):
    assert ask(make_judge(">"), "--node", "stranger")[0] == 1


@pytest.mark.parametrize("words", [["--since", "soon"], ["--nhc", "--json"], ["--no-such"]])
def test_wrong_usage_is_2(ask, words, capsys):
    with pytest.raises(SystemExit) as ended:
        ask(make_judge(), *words)
    assert ended.value.code == 2


def test_the_health_check_tells_slurm(ask, tmp_path, monkeypatch):
    script = '#!/bin/sh\necho "$@" >> "$0.calls"\necho "NodeName=n1 State=IDLE X=1"\n'
    (tmp_path / "scontrol").write_text(script)
    (tmp_path / "scontrol").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("podsys.node.alone.main.ALL_S", 1e5)
    code, said = ask(make_judge(">"), "--health-check")
    assert code == 1
    assert said.startswith("podsys: n1: drained: small: ")
    calls = (tmp_path / "scontrol.calls").read_text().splitlines()
    assert calls[1].startswith("update NodeName=n1 State=DRAIN Reason=podsys: small: ")


def test_a_blind_health_check_changes_nothing(ask, blind, monkeypatch):
    monkeypatch.setattr("podsys.node.alone.main.update_drain", lambda *_: pytest.fail("asked"))
    code, said = ask(make_judge(), "--health-check")
    assert (code, said) == (0, "podsys: n1: left alone: not everything could be told\n")


def test_a_look_that_takes_too_long_is_unknown(monkeypatch):
    def hang(_request: dict) -> str:
        import time

        time.sleep(60)
        return "{}"

    monkeypatch.setattr("podsys.node.probe.answer", hang)
    answer = look.ask(["memory"], [{"id": "s"}], 0.05)
    assert answer["sections"]["memory"]["reason"] == "the whole look took longer than 0.05 s"
    assert "error" in answer["readings"]["s"]
