"""What holds for every tool's parser: what was cut, lost or altered is never a sound result."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.core import parsers
from podsys.core.parsers import Unreadable, find_flaw, find_tools, read_output
from podsys.model.output import ToolOutput

TOOLS = {name: tool for name, tool in find_tools().items() if hasattr(tool, "KNOWN_GOOD")}
# Rates that stand beside the counts and times they were made from.
CHECKED_TWICE = (
    "nccl-tests", "rccl-tests", "nvbandwidth", "perftest", "fio", "stream", "babelstream",
    "gpu-stream", "stress-ng", "likwid-bench", "podsys-collectives", "podsys-nccl", "podsys-copies",
    "podsys-memory", "podsys-matmul", "podsys-peers",
)  # fmt: skip
# A row that is lost whole leaves no trace in these, but where a sweep shows the hole.
ROWS_STAND_ALONE = ("osu", "imb", "rocm-bandwidth", "rvs", "dcgm")


def read(parser: ModuleType, text: str) -> ToolOutput | None:
    """What the parser takes for sound; None where it refuses or finds fault."""
    try:
        found = read_output(parser, text)
    except Unreadable:
        return None
    return found if found.is_sound else None


def substance(output: ToolOutput) -> tuple[object, ...]:
    return output.figures, output.outcomes


NOISE = "node-17:4711:4799 [3] some line that the tool did not print 12345 67890\n" * 140_000
every_tool = pytest.mark.parametrize("name", sorted(TOOLS))


def test_the_tools_of_the_acceptance_suites_have_parsers() -> None:
    assert find_tools().keys() >= {
        "nccl-tests", "rccl-tests", "nvbandwidth", "p2pBandwidthLatencyTest", "perftest", "fio",
        "stream", "babelstream", "dcgm", "osu", "imb", "iperf3", "gpu-burn", "rvs",
        "rocm-bandwidth",
    }  # fmt: skip


@every_tool
def test_the_good_is_sound_and_recognised_as_this_tool_alone(name: str) -> None:
    good = TOOLS[name].KNOWN_GOOD
    assert read(TOOLS[name], good) is not None
    assert [one for one, tool in find_tools().items() if tool.recognises(good)] == [name]


@every_tool
def test_the_bad_are_not_sound(name: str) -> None:
    good = TOOLS[name].KNOWN_GOOD
    for bad in TOOLS[name].KNOWN_BAD:
        assert bad != good
        assert read(TOOLS[name], bad) is None


@every_tool
def test_cut_at_any_byte(name: str) -> None:
    """What remains sound has lost nothing but its trailing line."""
    good = TOOLS[name].KNOWN_GOOD
    whole = read(TOOLS[name], good)
    assert whole is not None
    last = len(good.rstrip("\n")) - len(good.rstrip("\n").splitlines()[-1])
    for length in range(len(good)):
        found = read(TOOLS[name], good[:length])
        if found is not None:
            assert length >= last - 1
            assert substance(found) == substance(whole)


@every_tool
def test_any_line_lost(name: str) -> None:
    lines = TOOLS[name].KNOWN_GOOD.splitlines(keepends=True)
    whole = read(TOOLS[name], "".join(lines))
    assert whole is not None
    for at in range(len(lines)):
        found = read(TOOLS[name], "".join(lines[:at] + lines[at + 1 :]))
        if found is not None and name not in ROWS_STAND_ALONE:
            assert [f.value for f in found.figures] == [f.value for f in whole.figures]
            assert found.outcomes == whole.outcomes


@every_tool
@settings(max_examples=150)
@given(data=st.data())
def test_an_altered_digit_never_makes_another_rate(name: str, data: st.DataObject) -> None:
    good = TOOLS[name].KNOWN_GOOD
    places = [at for at, char in enumerate(good) if char.isdigit()]
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from("0123456789"))
    found, whole = read(TOOLS[name], good[:at] + digit + good[at + 1 :]), read(TOOLS[name], good)
    assert whole is not None
    if found is None or name not in CHECKED_TWICE:
        return
    for one, true in zip(found.figures, whole.figures, strict=True):
        if one.size == true.size:
            assert one.value == pytest.approx(true.value, rel=0.02)


@every_tool
@settings(max_examples=150)
@given(data=st.data())
def test_altered_anywhere_it_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """Never a crash; and what is sound has values."""
    good = TOOLS[name].KNOWN_GOOD
    at = data.draw(st.integers(0, len(good)))
    gone = data.draw(st.integers(0, 12))
    new = data.draw(st.text(max_size=8))
    found = read(TOOLS[name], good[:at] + new + good[at + gone :])
    if found is not None:
        assert found.figures or found.outcomes
        assert all(figure.value is not None for figure in found.figures)


@every_tool
@given(text=st.text(max_size=400) | st.binary(max_size=400).map(lambda b: b.decode("latin-1")))
def test_junk_is_refused(name: str, text: str) -> None:
    assert read(TOOLS[name], text) is None


@every_tool
@pytest.mark.parametrize("word", ["nan", "inf", "-1.0", "1e999", "N/A", "\u0661\u0662", ""])
def test_no_measurement_in_place_of_any_number_of_a_table(name: str, word: str) -> None:
    """Each number of the good output in turn; what is sound has not taken the word for one."""
    good = TOOLS[name].KNOWN_GOOD
    whole = read(TOOLS[name], good)
    assert whole is not None
    for figure in whole.figures:
        printed = f"{figure.value:.2f}"
        if printed in good:
            found = read(TOOLS[name], good.replace(printed, word))
            assert found is None or substance(found) == substance(whole)


@every_tool
def test_ten_megabytes_around_it_are_read_through(name: str) -> None:
    """Quadratic reading would take hours; there is no clock in this test but its time limit."""
    good = TOOLS[name].KNOWN_GOOD
    noise = " " * 10_000_000 if good.startswith("{") else NOISE
    found = read_output(TOOLS[name], noise + good)
    assert found.figures or found.outcomes


@every_tool
def test_no_noise_is_recognised(name: str) -> None:
    assert not TOOLS[name].recognises(NOISE)
    assert not TOOLS[name].recognises("1" * 10_000_000)


@every_tool
@pytest.mark.parametrize("filler", [" ", "| ", "0 ", "# ", "a", "-", "[1,", "\r", "Pid 1 on ", "{"])
def test_one_endless_line_is_read_through(name: str, filler: str) -> None:
    """After each beginning that a pattern waits for; a pattern that backtracks would not end."""
    for line in TOOLS[name].KNOWN_GOOD.splitlines()[:12]:
        text = line[: len(line) // 2] + filler * (300_000 // len(filler))
        TOOLS[name].recognises(text)
        assert read(TOOLS[name], text) is None


def test_a_credulous_parser_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    from podsys.core.parsers import stream

    find_flaw.cache_clear()
    monkeypatch.setattr(stream, "parse", lambda text: parsers.nccl_tests.parse(GOOD))
    with pytest.raises(Unreadable, match="known to be bad"):
        read_output(stream, stream.KNOWN_GOOD)
    find_flaw.cache_clear()


def test_a_parser_that_refuses_everything_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    from podsys.core.parsers import stream

    def refuse(text: str) -> ToolOutput:
        raise Unreadable("no")

    find_flaw.cache_clear()
    monkeypatch.setattr(stream, "parse", refuse)
    with pytest.raises(Unreadable, match="known to be good"):
        read_output(stream, stream.KNOWN_GOOD)
    find_flaw.cache_clear()


GOOD = TOOLS["nccl-tests"].KNOWN_GOOD
