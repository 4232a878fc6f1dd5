"""Lines of a file that is still being written: each once, and only when it is whole."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from podsys.effects.check_file import Follower, read_lines


def test_no_file_is_no_line(tmp_path: Path) -> None:
    assert Follower(tmp_path / "none").fresh() == []
    assert read_lines(tmp_path / "none") == []


def test_a_line_comes_once_and_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    follower = Follower(file)
    file.write_bytes(b'{"a": 1}\n{"b"')
    assert follower.fresh() == [{"a": 1}]
    assert follower.fresh() == []
    file.write_bytes(b'{"a": 1}\n{"b": 2}\nnonsense\n[3]\n')
    assert follower.fresh() == [{"b": 2}]


@given(st.lists(st.dictionaries(st.text(max_size=4), st.integers()), max_size=8), st.data())
def test_however_it_is_cut_all_lines_come(lines: list[dict[str, int]], data: st.DataObject) -> None:
    whole = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    cut = data.draw(st.integers(min_value=0, max_value=len(whole)))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines"
        follower = Follower(file)
        file.write_bytes(whole[:cut])
        first = follower.fresh()
        file.write_bytes(whole)
        assert first + follower.fresh() == lines
