import pytest

from podsys.effects.cache import KEPT, find_folder, keep


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "podsys"


def refuse() -> bytes:
    raise AssertionError("made anew")


def test_made_once_from_the_same(home):
    assert keep("a", b"1", lambda: b"one") == b"one"
    assert keep("a", b"1", refuse) == b"one"
    assert keep("a", b"2", lambda: b"two") == b"two"
    assert keep("b", b"1", lambda: b"three") == b"three"


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 32 + b"other", None])
def test_what_is_not_whole_is_made_anew(home, content):
    keep("a", b"1", lambda: b"one")
    (file,) = home.iterdir()
    file.write_bytes(file.read_bytes()[:-1] if content is None else content)
    assert keep("a", b"1", lambda: b"again") == b"again"
    assert keep("a", b"1", refuse) == b"again"


def test_only_the_newest_stay(home):
    for number in range(KEPT + 3):
        keep("a", b"%d" % number, lambda: b"x")
    assert len(list(home.iterdir())) == KEPT


def test_a_folder_that_others_may_write_to_is_not_used(home):
    keep("a", b"1", lambda: b"one")
    home.chmod(0o777)
    assert find_folder() is None
    assert keep("a", b"1", lambda: b"made") == b"made"


def test_no_folder_costs_time_only(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert keep("a", b"1", lambda: b"one") == b"one"
