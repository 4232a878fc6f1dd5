"""Memory regions: none overlaps, and every bridge's window encloses what is below it."""

from itertools import chain, combinations

from podsys.lab.hardware.bars import GRAIN, place_regions, place_windows
from podsys.lab.hardware.topology import list_above


def test_regions_lie_apart_and_aligned(platform_id, make_state):
    placed = place_regions(make_state(platform_id)["devices"])
    regions = sorted(chain.from_iterable(placed.values()))
    assert regions
    for one, other in combinations(regions, 2):
        assert one.end < other.start
    assert all(region.start % region.size == 0 for region in regions)


def test_windows_enclose_and_do_not_overlap(platform_id, make_state):
    devices = make_state(platform_id)["devices"]
    regions = place_regions(devices)
    for prefetchable in (True, False):
        windows = place_windows(devices, regions, prefetchable)
        for bdf, own in regions.items():
            for region in own:
                if region.prefetchable == prefetchable:
                    for bridge in list_above(devices, bdf):
                        assert windows[bridge].start <= region.start
                        assert region.end <= windows[bridge].end
        for (bdf, one), (other_bdf, other) in combinations(windows.items(), 2):
            nested = bdf in list_above(devices, other_bdf) or other_bdf in list_above(devices, bdf)
            assert nested or one.end < other.start or other.end < one.start
        assert all(window.start % GRAIN == window.size % GRAIN == 0 for window in windows.values())


def test_small_regions_are_below_four_gigabytes(h100):
    for regions in place_regions(h100["devices"]).values():
        for region in regions:
            assert region.prefetchable or region.end < 1 << 32
