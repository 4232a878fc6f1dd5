"""The last words of a node, from a log or from a command."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podsys.effects.console import LINES, LONGEST_LINE, last_lines, read_console
from podsys.model.spec import Console, Node

NODE = Node(address="10.0.0.1", bmc="10.0.1.1")


def test_a_log_is_read_from_its_end_without_colours(tmp_path):
    said = "".join(f"line {number}\r\n" for number in range(3000))
    (tmp_path / "n1.log").write_text(said + "\x1b[0;31mKernel panic\x1b[0m - not syncing\r\n\n")
    lines = read_console(Console(file=f"{tmp_path}/{{node}}.log"), "n1", NODE)
    assert len(lines) == LINES
    assert lines[-2:] == ("line 2999", "Kernel panic - not syncing")


def test_a_command_is_asked_with_the_nodes_own_words():
    console = Console(command=("printf", "%s\\n", "{node} at {address}", "{bmc} $HOME"))
    assert read_console(console, "n1", NODE) == ("n1 at 10.0.0.1", "10.0.1.1 $HOME")


def test_a_console_that_never_ends_is_cut_off(monkeypatch):
    monkeypatch.setattr("podsys.effects.console.LIMIT_S", 0.2)
    console = Console(command=("sh", "-c", "echo panic; exec sleep 60"))
    assert read_console(console, "n1", NODE) == ("panic",)


def test_without_a_console_or_with_a_broken_one_nothing_is_known():
    for console in (Console(), Console(file="/nonexistent"), Console(command=("/nonexistent",))):
        assert read_console(console, "n1", NODE) == ()


@given(st.binary(max_size=2000))
def test_whatever_is_on_the_wire_comes_out_as_few_plain_lines(said):
    lines = last_lines(said)
    assert len(lines) <= LINES
    assert all(line.isprintable() and 0 < len(line) <= LONGEST_LINE for line in lines)
