"""The one door for Jinja."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from podsys.effects import render as door
from podsys.effects.render import as_yaml, as_yaml_block, render
from podsys.errors import PodsysError


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("templates", "playbooks/roles/web/templates"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(door, "content_root", lambda: tmp_path)
    door._environment.cache_clear()
    yield tmp_path / "templates"
    door._environment.cache_clear()


def test_ansible_and_shell_pass_through(templates: Path) -> None:
    (templates / "a.j2").write_text(
        "<# note #>{{ x }} [[ -f y ]] <{ z }>\n<% if z %>\nyes\n<% endif %>\n"
    )
    assert render("a.j2", z=1) == "{{ x }} [[ -f y ]] 1\nyes\n"


def test_a_missing_value_names_template_and_variable(templates: Path) -> None:
    (templates / "a.j2").write_text("<{ speed }>")
    with pytest.raises(PodsysError, match=r"a\.j2.*speed"):
        render("a.j2")


def test_a_broken_template_names_its_line(templates: Path) -> None:
    (templates / "a.j2").write_text("one\n<% if %>\n")
    with pytest.raises(PodsysError, match=r"a\.j2:2"):
        render("a.j2")


def test_no_such_template(templates: Path) -> None:
    with pytest.raises(PodsysError, match=r"nowhere\.j2 does not exist"):
        render("nowhere.j2")


def test_html_escapes_and_text_does_not(templates: Path) -> None:
    for name in ("a.html.j2", "a.conf.j2"):
        (templates / name).write_text("<{ x }>")
    assert render("a.html.j2", x="<script>") == "&lt;script&gt;"
    assert render("a.conf.j2", x="<b>") == "<b>"


def test_templates_of_roles_are_found(templates: Path) -> None:
    (templates.parent / "playbooks/roles/web/templates/w.j2").write_text("w")
    assert render("web/templates/w.j2") == "w"


VALUES = st.recursive(
    st.text() | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(VALUES)
def test_yaml_reads_back_what_was_written(value: object) -> None:
    assert yaml.safe_load(as_yaml(value)) == value
    assert yaml.safe_load(as_yaml_block(value)) == value
    assert "\n" not in as_yaml({"key": "v"})


def test_a_compiled_template_is_kept_or_else_made_anew(templates, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (templates / "a.j2").write_text("<{ z }>")
    assert render("a.j2", z=1) == "1"
    (kept,) = (tmp_path / "podsys").iterdir()
    kept.unlink()
    kept.mkdir()  # as good as a disk that is full
    door._environment.cache_clear()
    assert render("a.j2", z=2) == "2"
