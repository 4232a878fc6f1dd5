"""The journal survives whatever ends the program."""

from __future__ import annotations

import os

from podsys.effects.journal import FILE_NAME, Journal, find_interrupted, read_journal


def test_events_come_back_in_order(tmp_path):
    journal = Journal(tmp_path)
    journal.write("started", steps=[])
    journal.write("node", node="n1", changed=["x"])
    journal.close()
    assert [event["event"] for event in read_journal(tmp_path)] == ["started", "node"]


def test_lines_of_a_wave_reach_the_disk_with_the_next_event(tmp_path, monkeypatch):
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(len(read_journal(tmp_path))))
    journal = Journal(tmp_path)
    journal.write("step")
    for node in ("n1", "n2", "n3"):
        journal.write("node", node=node)
    assert len(read_journal(tmp_path)) == 4, "a killed process loses nothing"
    journal.write("step")
    journal.write("node", node="n1")
    journal.close()
    assert synced == [1, 5, 6]


def test_a_line_cut_by_a_crash_is_left_out(tmp_path):
    journal = Journal(tmp_path)
    journal.write("started")
    journal.close()
    with (tmp_path / FILE_NAME).open("ab") as file:
        file.write(b'{"event": "node", "no')
    assert [event["event"] for event in read_journal(tmp_path)] == ["started"]


def test_only_the_newest_unfinished_run_counts(tmp_path):
    for name, kinds in (("1", ["started"]), ("2", ["started", "finished"])):
        run = tmp_path / name
        run.mkdir()
        journal = Journal(run)
        for kind in kinds:
            journal.write(kind)
        journal.close()
    assert find_interrupted(tmp_path) is None
    (tmp_path / "latest").symlink_to("2")
    (tmp_path / "3").mkdir()
    Journal(tmp_path / "3").write("started")
    assert find_interrupted(tmp_path) == tmp_path / "3"


def test_no_runs_nothing_interrupted(tmp_path):
    assert find_interrupted(tmp_path / "runs") is None
