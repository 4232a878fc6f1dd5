"""The book of releases is loaded only where a cluster asks for one."""

from __future__ import annotations

import pytest

from podsys.commands.release_book import has_releases, load_lock, load_releases, release_names
from podsys.core.lock import make_lock
from podsys.core.spec import parse_spec
from podsys.effects.catalog import read_release_texts
from podsys.effects.workspace import Workspace
from podsys.model.problem import InputProblemsError
from tests.releases import locked, machine


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("cluster: c\n", False),
        ("release: {}   # e.g. {all: auto}\n", False),
        ("release: {}\n", False),
        ("# release: {all: auto}\n", False),
        ("cluster: c\nrelease:\n  all: auto\n", True),
        ("release: {all: auto}\n", True),
    ],
)
def test_who_asks_for_a_release(text: str, asks: bool) -> None:
    assert has_releases(text) is asks
    assert (release_names(text) is not None) is asks


@pytest.mark.parametrize(
    ("release", "said"),
    [
        ("{all: nvidia-580.17}", "unknown release nvidia-580.17 (did you mean nvidia-580.17"),
        ("{login: auto}", "no group or platform login"),
        ("{all: 'a b'}", "release.all"),
        ("auto", "release"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_line(release: str, said: str) -> None:
    text = f"cluster: c\nnodes:\n  n1: {{address: a}}\nrelease: {release}\n"
    names = release_names(text)
    spec, problems = parse_spec(text, "cluster.yaml", platforms=["hgx-h100"], releases=names)
    assert spec is None
    assert any(said in str(one) and one.line == 4 for one in problems), problems


def test_a_lock_from_before_releases_is_none(tmp_path) -> None:
    workspace = Workspace(tmp_path)
    assert load_lock(workspace) is None
    workspace.lock_file.write_text(make_lock("0" * 64, "2.19", {"n1": machine()}))
    assert load_lock(workspace) is None


def test_a_damaged_lock_is_refused(tmp_path) -> None:
    workspace = Workspace(tmp_path)
    text = make_lock("0" * 64, "2.19", {"n1": machine()}, [locked()])
    workspace.lock_file.write_text(text)
    assert load_lock(workspace) is not None
    workspace.lock_file.write_text(text.replace("535.309.01", "535.261.03", 3))
    with pytest.raises(InputProblemsError, match=r"podsys\.lock:"):
        load_lock(workspace)


def test_a_site_keeps_releases_of_its_own(tmp_path) -> None:
    name = "debian-12-nvidia-535.309"
    text = read_release_texts()[0][f"podsys/catalog/releases/{name}.yaml"]
    folder = tmp_path / "releases"
    folder.mkdir()
    own = text.replace("nvidia-535.309\n", "nvidia-ours\n")
    (folder / "debian-12-nvidia-ours.yaml").write_text(own)
    (folder / f"{name}.yaml").write_text(text.replace("title: NVIDIA", "title: Our NVIDIA"))
    known = load_releases(tmp_path)
    assert "debian-12-nvidia-ours" in known.releases
    assert known.releases[name].title.startswith("Our NVIDIA")
    assert known.digests[name] != load_releases().digests[name]
    assert release_names("release: {all: nvidia-ours}\n", tmp_path)
    assert "debian-12-nvidia-ours" not in load_releases().releases


def test_a_sites_release_is_held_against_the_rules(tmp_path) -> None:
    text = read_release_texts()[0]["podsys/catalog/releases/debian-12-nvidia-535.309.yaml"]
    file = tmp_path / "releases" / "debian-12-nvidia-535.309.yaml"
    file.parent.mkdir()
    file.write_text(text.replace("version: 535.309.01", "version: 535.261.03", 1))
    with pytest.raises(InputProblemsError, match=r"releases/debian-12-nvidia-535\.309\.yaml:\d+"):
        load_releases(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: other\n", "id other is not the file's name"),
        ("id: tiny\npackage: Podsys\n", "tiny.yaml:2: package"),
        ("id: tiny\nscrpt: make\n", "did you mean script?"),
        ("id: tiny\nmakes: [opt/tiny]\n", "tiny.yaml:2: makes"),
        ("id: [\n", "not YAML"),
    ],
)
def test_a_sites_recipe_is_checked_with_its_lines(tmp_path, text: str, said: str) -> None:
    folder = tmp_path / "recipes"
    folder.mkdir()
    whole = {"title": "t", "package": "podsys-tiny", "script": "make", "makes": "[/opt/tiny]"}
    whole["source"] = "[us]"
    rest = "".join(f"{key}: {value}\n" for key, value in whole.items() if f"{key}:" not in text)
    (folder / "tiny.yaml").write_text(text + rest)
    with pytest.raises(InputProblemsError) as caught:
        load_releases(tmp_path)
    assert said in str(caught.value)
