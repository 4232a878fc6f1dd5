"""Real faults: whoever has one is named, nobody else is, and nothing unknown is certified."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from podsys.lab import faults
from tests.lab.practice import Run, Site, measures_nodes

pytestmark = measures_nodes
SLOW_MBPS = 100


@pytest.fixture(autouse=True)
def pairs(site: Site) -> Iterator[None]:
    """Pairs tell these faults; what comes after them has tests of its own."""
    with site.edited("accept", level=3):
        yield


def blamed(run: Run) -> set[tuple[str, ...]]:
    """Nodes of all findings that are neither passed nor skipped."""
    return {tuple(f["nodes"]) for f in run.results if f["status"] not in ("pass", "skip")}


def suspects(run: Run) -> list[tuple[str, str]]:
    return [(found["kind"], found["id"]) for found in run.certificate["suspects"]]


def test_a_slow_node_is_named_and_no_other(site: Site) -> None:
    with site.fault(faults.slow_link, "n003", SLOW_MBPS, on=("n003",)):
        done = site.deploy("--yes")
        run = site.newest
    assert done.code == 1, done.out + done.err
    assert run.certificate["verdict"] == "failed"
    assert run.verdicts == {
        "n001": "certified",
        "n002": "certified",
        "n003": "failed",
        "n004": "certified",
    }
    assert suspects(run) == [("node", "n003")]
    slow = [f for f in run.results if f["status"] == "fail" and f["metric"] == "tcp_pair_bw"]
    assert [f["nodes"] for f in slow] == [["n003"]]
    assert SLOW_MBPS / 2000 < slow[0]["value"] < SLOW_MBPS / 1000  # what the shaped link lets by
    assert site.podsys("verify", str(run.certificate_file)).code == 1


def test_a_healed_node_is_certified_again(site: Site) -> None:
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert blamed(site.newest) == set()
    assert suspects(site.newest) == []


def test_a_slow_pair_of_good_nodes_is_a_link(site: Site) -> None:
    with site.fault(faults.slow_pair, "n002", "n004", SLOW_MBPS, on=("n002", "n004")):
        done = site.deploy("--yes")
        run = site.newest
    assert done.code == 1, done.out + done.err
    assert [kind for kind, _ in suspects(run)] == ["link"]
    assert all(node in suspects(run)[0][1] for node in ("n002", "n004"))
    assert "failed" not in run.verdicts.values()
    pairs = {nodes for nodes in blamed(run) if nodes}
    assert pairs == {("n002", "n004")}


@pytest.mark.parametrize("silence", [faults.stop_sshd, faults.freeze])
def test_a_silent_node_is_unknown_and_the_others_are_judged(
    site: Site, silence: Callable[..., Any]
) -> None:
    with site.fault(silence, "n004", on=("n004",)):
        done = site.deploy("--yes")
        run = site.newest
    assert done.code == 3, done.out + done.err
    assert run.certificate["verdict"] == "unknown"
    assert run.verdicts["n004"] == "unknown"
    assert blamed(run) >= {("n004",)}
    for node in ("n001", "n002", "n003"):
        measured = {f["metric"] for f in run.results if f["nodes"] == [node] and f["value"]}
        assert "tcp_pair_bw" in measured
        assert not [f for f in run.results if f["nodes"] == [node] and f["status"] == "fail"]
    assert site.podsys("verify", str(run.certificate_file)).code != 0
    # A daemon that was stopped starts over with its sources, in its own time.
    site.sh("n004", "systemctl restart chrony")
