"""The pair map: every pair is in it, and what was not measured is never coloured."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.model.finding import Measurement
from podsys.view.colours import SCALE, classify
from podsys.view.heatmap import CELL_PIXELS, LARGEST_TABLE, describe_grid, draw, make_grids
from tests.view.view_sample import METRIC, UNIT, measure_pairs, name_nodes


def only_grid(measurements: list[Measurement], nodes: list[str]):  # type: ignore[no-untyped-def]
    (grid,) = make_grids(measurements, nodes)
    return grid


def kinds(number: int, **changes: str) -> dict[tuple[str, str], str]:
    nodes = name_nodes(number)
    described = describe_grid(only_grid(measure_pairs(nodes, **changes), nodes), "")
    return {
        (row["node"], column): cell["kind"]
        for row in described["rows"]
        for column, cell in zip(described["nodes"], row["cells"], strict=True)
    }


def test_a_slow_node_is_a_dark_cross() -> None:
    dark = {pair for pair, kind in kinds(5, slow="n003").items() if kind in ("h0", "h1")}
    others = [node for node in name_nodes(5) if node != "n003"]
    assert dark == {("n003", o) for o in others} | {(o, "n003") for o in others}


def test_a_node_that_gave_nothing_is_hatched_everywhere() -> None:
    nodes = name_nodes(4)
    measured = [one for one in measure_pairs(nodes) if "n002" not in one.nodes]
    lost = [Measurement("c", METRIC, ("n001", "n002"), None, UNIT, problem="refused")]
    described = describe_grid(only_grid(measured + lost, nodes), "")
    row = described["rows"][1]["cells"]
    assert [cell["kind"] for cell in row] == ["none", "self", "none", "none"]
    assert "refused" in described["rows"][0]["cells"][1]["title"]
    assert described["problems"] == ["n001 → n002: refused"]
    assert (described["measured"], described["pairs"]) == (6, 12)


def test_no_number_is_no_colour() -> None:
    for value in (None, float("nan"), float("inf")):
        bad = [Measurement("c", METRIC, ("a", "b"), value, UNIT)]
        described = describe_grid(only_grid(bad, ["a", "b"]), "")
        assert [c["kind"] for r in described["rows"] for c in r["cells"]] == [
            "self", "none", "none", "self",
        ]  # fmt: skip


def test_one_number_per_pair_stands_for_both_ways() -> None:
    grid = only_grid([Measurement("c", METRIC, ("a", "b"), 9.0, UNIT)], ["a", "b"])
    assert grid.values == {("a", "b"): 9.0, ("b", "a"): 9.0}


def test_a_missing_way_is_not_mirrored_when_ways_were_measured_apart() -> None:
    ways = [("a", "b"), ("b", "a"), ("a", "c")]
    measured = [Measurement("c", METRIC, way, 9.0, UNIT) for way in ways]
    assert ("c", "a") not in only_grid(measured, ["a", "b", "c"]).values


def test_a_pair_measured_again_counts_as_measured_last() -> None:
    measured = [Measurement("c", METRIC, ("a", "b"), value, UNIT) for value in (1.0, 9.0)]
    assert only_grid(measured, ["a", "b"]).values["a", "b"] == 9.0


def test_what_is_not_of_pairs_is_left_out() -> None:
    collective = [
        Measurement("c", "mpi_allreduce_busbw", nodes, 1.0, UNIT)
        for nodes in (("a", "b"), ("a", "b", "c"))
    ]
    assert make_grids(collective, ["a"]) == []


def test_where_less_is_better_zero_is_blue_and_the_scale_ends_at_the_bound() -> None:
    lost = {("a", "b"): 0.0, ("b", "a"): 0.001, ("a", "c"): 2.0, ("c", "a"): 0.3}
    measured = [Measurement("c", "tcp_pair_resent", pair, v, "%") for pair, v in lost.items()]
    grid = only_grid(measured, ["a", "b", "c"])
    described = describe_grid(grid, "<= 0.3 % (fleet, usual 0)")
    (row,) = [row["cells"] for row in described["rows"] if row["node"] == "a"]
    assert [cell["kind"] for cell in row] == ["self", f"h{len(SCALE) - 1}", "h0"]
    assert (described["top"], described["less_is_better"]) == ("2", True)
    healthy = only_grid(measured[:2], ["a", "b"])
    kinds_seen = {
        cell["kind"]
        for row in describe_grid(healthy, "<= 0.3 %")["rows"]
        for cell in row["cells"]
        if cell["kind"] != "self"
    }
    assert kinds_seen == {f"h{len(SCALE) - 1}"}
    assert describe_grid(only_grid(measured[:1], []), "<= 0")["rows"][0]["cells"][1]["kind"] == (
        f"h{len(SCALE) - 1}"
    )


def test_of_many_nodes_those_that_lose_most_are_named() -> None:
    nodes = name_nodes(LARGEST_TABLE + 1)
    measured = [
        Measurement("c", "tcp_pair_resent", (a, b), 3.0 if "n042" in (a, b) else 0.0, "%")
        for a, b in pairwise(nodes)
    ]
    described = describe_grid(only_grid(measured, nodes), "<= 0.3 %")
    assert (described["worst"][0]["node"], described["worst"][0]["worst"]) == ("n042", "3")


def test_many_nodes_become_a_picture_and_the_worst() -> None:
    nodes = name_nodes(LARGEST_TABLE + 1)
    described = describe_grid(only_grid(measure_pairs(nodes, "n042", reach=4), nodes), "")
    assert described["rows"] == []
    assert described["picture"].startswith("data:image/png;base64,")
    assert described["worst"][0]["node"] == "n042"


def test_the_picture_is_a_png_of_all_pairs() -> None:
    nodes = name_nodes(7)
    png = draw(only_grid(measure_pairs(nodes, reach=2), nodes))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    side = 7 * CELL_PIXELS
    assert struct.unpack(">II", png[16:24]) == (side, side)
    start = png.index(b"IDAT")
    length = struct.unpack(">I", png[start - 4 : start])[0]
    assert len(zlib.decompress(png[start + 4 : start + 4 + length])) == side * (side + 1)


@settings(deadline=None)
@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_every_value_has_a_colour(value: float, largest: float) -> None:
    assert 0 <= classify(value, largest) < len(SCALE)


def test_the_scale_ends_where_it_should() -> None:
    assert classify(0, 10) == 0
    assert classify(10, 10) == len(SCALE) - 1
