import pytest

from bench.quiet import busy_share


def test_idle_and_waiting_for_disks_is_not_busy():
    before = (0,) * 10
    assert busy_share(before, (10, 0, 10, 70, 10, 0, 0, 0, 0, 0)) == pytest.approx(0.2)
    assert busy_share(before, before) == 1.0
