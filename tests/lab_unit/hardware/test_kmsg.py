"""The kernel log as /dev/kmsg gives it."""

from __future__ import annotations

import pytest

from podsys.lab.hardware.kmsg import kmsg_files, stamp_log


def test_records_have_priority_number_and_microseconds() -> None:
    lines = [
        {"at_s": 12.5, "level": "err", "text": "NVRM: Xid (PCI:0000:1a:00.0): 79, gone"},
        {"at_s": 3.000001, "level": "info", "text": "mlx5_core 0000:18:00.0: up"},
    ]
    assert kmsg_files({"kmsg": lines})["/dev/kmsg"] == (
        b"6,0,3000001,-;mlx5_core 0000:18:00.0: up\n"
        b"3,1,12500000,-;NVRM: Xid (PCI:0000:1a:00.0): 79, gone\n"
    )


def test_an_age_becomes_a_second_since_boot_once_and_for_all() -> None:
    once = stamp_log(
        [{"age_s": 60, "text": "late"}, {"age_s": 9000, "text": "before the boot"}], 100
    )
    assert [(line["at_s"], line["text"]) for line in once] == [(0, "before the boot"), (40, "late")]
    assert stamp_log(once, 5000) == once


def test_levels_are_words_or_numbers() -> None:
    def priority(level: object) -> bytes:
        record = kmsg_files({"kmsg": [{"at_s": 0, "level": level, "text": "x"}]})["/dev/kmsg"]
        assert isinstance(record, bytes)
        return record[:1]

    assert [priority(level) for level in ("emerg", "warn", "debug", 2)] == [b"0", b"4", b"7", b"2"]
    with pytest.raises(ValueError, match="not in tuple"):
        priority("loud")
