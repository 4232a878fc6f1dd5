"""What does without shlex, glob and fnmatch says what they say."""

import fnmatch
import glob
import shlex

from hypothesis import given
from hypothesis import strategies as st

from podsys.node.paths import find_paths, matches
from podsys.node.words import split_words

TEXT = st.text("ab \t\n\"'\\#=$", max_size=12)


@given(TEXT, st.booleans())
def test_words_are_those_of_shlex(text, comments):
    try:
        wanted = shlex.split(text, comments=comments)
    except ValueError:
        wanted = None
    try:
        found = split_words(text, comments=comments)
    except ValueError:
        found = None
    assert found == wanted


@given(st.text("ab/.[]", max_size=8), st.text("ab/.*?[]!", max_size=6))
def test_names_match_as_fnmatch_has_it(name, pattern):
    assert matches(name, pattern) == fnmatch.fnmatchcase(name, pattern)


NAMES = ("a", "ab", "b1", "b2", ".hidden", "a/x", "a/y1", "b1/x", "b2/x/z")


@given(st.lists(st.text("ab12x?*.", min_size=1, max_size=3), min_size=1, max_size=3))
def test_paths_are_those_of_glob(tmp_path_factory, parts):
    root = tmp_path_factory.getbasetemp() / "paths"
    for name in NAMES:
        (root / name).mkdir(parents=True, exist_ok=True)
    pattern = "/".join(part.replace("**", "*") for part in parts)
    if ".." in parts or "." in parts:
        return
    wanted = sorted(glob.glob(f"{root}/{pattern}"))  # noqa: PTH207 - the one to compare with
    assert find_paths(f"{root}/{pattern}") == wanted


def test_patterns_with_choices(machine):
    machine.put("/sys/a1/x")
    machine.put("/sys/a2/x")
    machine.put("/sys/a3/x")
    assert find_paths("/sys/a[12]/*") == ["/sys/a1/x", "/sys/a2/x"]
    assert find_paths("/sys/a?/x") == ["/sys/a1/x", "/sys/a2/x", "/sys/a3/x"]
    assert find_paths("/sys/none/*") == []
