"""The rule language: what it allows, what it refuses and where, and its third truth value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.rules import RuleError, parse_condition, parse_duration, parse_value
from podsys.node.rules import Unknown, build, evaluate

NAMES = ("gpu", "pci", "log", "dead", "fleet")
FACTS: dict[str, Any] = {
    "gpu": {
        "count": 2,
        "none": None,
        "nan": float("nan"),
        "gpus": [{"index": 0, "bdf": "00000000:18:00.0"}, {"index": 1, "bdf": "0000:19:00.0"}],
        "holes": [{"x": 1}, {"x": None}],
    },
    "pci": {
        "devices": [
            {"bdf": "0000:17:00.0", "parent": ""},
            {"bdf": "0000:18:00.0", "parent": "0000:17:00.0"},
            {"bdf": "0000:19:00.0", "parent": None},
        ]
    },
    "log": {"xids": [{"xid": 79, "bdf": "PCI:0000:18:00", "age_s": 60.0}]},
    "dead": Unknown("took longer than 10 s", "section", "dead"),
    "fleet": Unknown("too few nodes", "option", "fleet"),
}


def value(text: str) -> Any:
    return evaluate(build(parse_value(text, NAMES).tree), FACTS)


def holds(text: str) -> Any:
    found = evaluate(build(parse_condition(text, NAMES).tree), FACTS)
    return "unknown" if isinstance(found, Unknown) else found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gpu.count + 1", 3),
        ("gpu.count * 3 // 4 - 7 % 4 / 2", -0.5),
        ("-gpu.count", -2),
        ("1 < gpu.count <= 2", True),
        ("gpu.count in [1, 2]", True),
        ("gpu.count not in (1, 2)", False),
        ("'a' if gpu.count > 2 else 'b'", "b"),
        ("gpu['count']", 2),
        ("gpu.gpus[1].index", 1),
        ("[g.index for g in gpu.gpus if g.index > 0]", [1]),
        ("sum(g.index for g in gpu.gpus)", 1),
        ("count(g.index > 0 for g in gpu.gpus)", 1),
        ("len(gpu.gpus)", 2),
        ("min(3, gpu.count)", 2),
        ("max(g.index for g in gpu.gpus)", 1),
        ("first(g.bdf for g in gpu.gpus)", "00000000:18:00.0"),
        ("distinct([2, 1, 2])", [2, 1]),
        ("abs(0 - 3)", 3),
        ("age('2h')", 7200),
        ("known(gpu.count)", True),
        ("known(gpu.none)", False),
        ("known(gpu.no)", False),
        ("known(fleet.x)", False),
        ("known(first(g for g in gpu.gpus if g.index > 7))", False),
        ("default(gpu.no, 5)", 5),
        ("default(gpu.count, 5)", 2),
        ("matches('^0+:18', gpu.gpus[0].bdf)", True),
        ("same_device(log.xids[0].bdf, gpu.gpus[0].bdf)", True),
        ("same_device('0000:18:00.1', '18:00.0')", False),
        ("device('18:00.0').parent", "0000:17:00.0"),
        ("[d.bdf for d in path_of(gpu.gpus[0].bdf)]", ["0000:18:00.0", "0000:17:00.0"]),
        ("path_of('aa:00.0')", []),
    ],
)
def test_values(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dead.x == 1", "unknown"),
        ("dead.x == 1 and gpu.count == 9", False),
        ("gpu.count == 9 and dead.x == 1", False),
        ("dead.x == 1 and gpu.count == 2", "unknown"),
        ("dead.x == 1 or gpu.count == 2", True),
        ("dead.x == 1 or gpu.count == 9", "unknown"),
        ("not dead.x", "unknown"),
        ("gpu.none == 1", "unknown"),
        ("gpu.none != 1", "unknown"),
        ("gpu.nan < 1", "unknown"),
        ("gpu.none", "unknown"),
        ("gpu.count < 'a'", "unknown"),
        ("1 / 0 > 1", "unknown"),
        ("any(h.x == 1 for h in gpu.holes)", True),
        ("any(h.x == 2 for h in gpu.holes)", "unknown"),
        ("all(h.x == 2 for h in gpu.holes)", False),
        ("all(h.x == 1 for h in gpu.holes)", "unknown"),
        ("len([h for h in gpu.holes if h.x > 0]) == 1", "unknown"),
        ("gpu.none in [1]", "unknown"),
        ("2 in [h.x for h in gpu.holes]", "unknown"),
        ("1 in [h.x for h in gpu.holes]", True),
        ("known(dead.x)", "unknown"),
        ("default(dead.x, 1) == 1", "unknown"),
        ("max([]) > 0", "unknown"),
        ("len(path_of('0000:19:00.0')) == 1", "unknown"),
        ("same_device('x', '18:00.0')", "unknown"),
        ("'a' if dead.x else 'b'", "unknown"),
    ],
)
def test_what_is_not_known(text: str, expected: Any) -> None:
    assert holds(text) == expected


def test_the_reason_names_what_is_missing() -> None:
    assert value("gpu.none == 1").reason == "gpu.none is not known"
    assert value("gpu.gpus[0].x > 1").reason == "gpu.gpus[0].x is missing"
    lost = value("fleet.x == 1 or dead.x == 1")
    assert (lost.kind, lost.name, lost.reason) == ("section", "dead", "took longer than 10 s")


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("gpu.count == gpus.x", 14, "unknown name gpus"),
        ("gpu.x == None", 10, "None cannot be compared"),
        ("gpu.x is 1", 1, "operator"),
        ("2 ** 9", 1, "operator"),
        ("lambda: 1", 1, "Lambda"),
        ("__import__('os')", 1, "unknown function"),
        ("gpu.count()", 1, "unknown function gpu.count"),
        ("f'{gpu}'", 1, "JoinedStr"),
        ("{1: 2}", 1, "Dict"),
        ("len(1, 2)", 1, "len takes"),
        ("len(x=1)", 1, "len takes"),
        ("[x for x in gpu.gpus for y in x]", 1, "one `for`"),
        ("[gpu for gpu in gpu.gpus]", 10, "gpu is taken"),
        ("matches('(', 'a')", 9, "regular expression"),
        ("matches(gpu.x, 'a')", 9, "regular expression"),
        ("age('soon')", 1, "duration"),
        ("1" * 2001, 2000, "longer"),
        ("  gpu.count ==", 1, ""),
        ("not " * 400 + "1", 1, ""),
        ("b''", 1, "bytes"),
        ("gpu.count\n== 'x", 14, "not an expression"),
    ],
)
def test_what_is_refused_and_where(text: str, position: int, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_condition(text, NAMES)
    assert message in caught.value.message
    if message:
        assert caught.value.position == position


def test_hostile_facts_end_soon() -> None:
    rule = build(parse_value("any(any(a == b for b in gpu.many) for a in gpu.many)", NAMES).tree)
    found = evaluate(rule, {"gpu": {"many": list(range(100_000))}})
    assert isinstance(found, Unknown)
    assert "too large" in found.reason


def test_durations() -> None:
    assert [parse_duration(text) for text in ("90s", "10m", "24h", "7d")] == [
        90, 600, 86400, 604800,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="24h"):
        parse_duration("1 week")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "b", "bdf", "devices", "parent"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
ATOMS = st.sampled_from(
    ["gpu", "pci", "dead", "fleet", "gpu.a", "gpu.b.a", "pci.devices", "gpu[0]", "1", "0.5", "'a'",
     "True", "'0000:18:00.0'", "[]", "[gpu.a, 1]"]
)  # fmt: skip


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(
        [
            "==",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "in",
            "not in",
            "+",
            "-",
            "*",
            "/",
            "//",
            "%",
            "and",
            "or",
        ]
    )
    functions = st.sampled_from(
        ["any", "all", "count", "len", "sum", "first", "distinct", "min", "max", "abs", "known",
         "device", "path_of", "not "]
    )  # fmt: skip
    return st.one_of(
        st.builds("({} {} {})".format, inner, signs, inner),
        st.builds("{}({})".format, functions, inner),
        st.builds("default({}, {})".format, inner, inner),
        st.builds("same_device({}, {})".format, inner, inner),
        st.builds("matches('a+', {})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("[{} for v in {} if {}]".format, inner, inner, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({}).a".format, inner),
    )


RULES = st.recursive(ATOMS, _grow, max_leaves=6)


def lost(name: str) -> Unknown:
    return Unknown("lost", "section", name)


@given(RULES, JSON, JSON)
def test_no_fact_breaks_a_rule(text: str, gpu: Any, pci: Any) -> None:
    try:
        rule = build(parse_condition(text, NAMES).tree)
    except RuleError:  # the same variable in two nested loops
        return
    names = {"gpu": gpu, "pci": pci, "dead": lost("dead"), "fleet": Unknown("few", "option")}
    assert isinstance(evaluate(rule, names), bool | Unknown)


@given(st.text(max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        text_kept = parse_condition(text, NAMES).text
    except RuleError as error:
        text_kept = text if error.position >= 1 and error.message else ""
    assert text_kept == text


THREE = st.sampled_from(["True", "False", "dead.x"])


@given(THREE, THREE, THREE)
def test_laws_of_three_values(a: str, b: str, c: str) -> None:
    assert holds(f"not (not {a})") == holds(a)
    assert holds(f"{a} and {b}") == holds(f"{b} and {a}")
    assert holds(f"not ({a} and {b})") == holds(f"not {a} or not {b}")
    assert holds(f"{a} and ({b} or {c})") == holds(f"({a} and {b}) or ({a} and {c})")
    assert holds(f"any([{a}, {b}])") == holds(f"{a} or {b}")
    assert holds(f"all([{a}, {b}])") == holds(f"{a} and {b}")
    assert holds(f"{a} and False") is False
    assert holds(f"{a} or True") is True
