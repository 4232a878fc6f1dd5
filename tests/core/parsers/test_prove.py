"""A parser that reads a number where there is none must not go unnoticed."""

from __future__ import annotations

import pytest

from podsys.core import parsers
from podsys.core.parsers import allreduce, find_parsers, iperf3, prove
from podsys.errors import ExitCode, PodsysError


def test_every_parser_is_found_and_has_bad_samples() -> None:
    found = {parser.__name__.rpartition(".")[2]: parser for parser in find_parsers()}
    assert {"iperf3", "allreduce"} <= found.keys()
    assert all(parser.KNOWN_BAD for parser in found.values())
    assert prove() >= len(iperf3.KNOWN_BAD) + len(allreduce.KNOWN_BAD)


def test_a_credulous_parser_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsers.iperf3, "parse", lambda text: 42.0)
    with pytest.raises(PodsysError, match="iperf3") as caught:
        prove()
    assert caught.value.exit_code is ExitCode.UNKNOWN
