"""Names of kernel objects: short enough, and never those of another lab."""

from pathlib import Path

import pytest

from podsys.errors import PodsysError
from podsys.lab.layout import MAX_NODES, Lab
from podsys.lab.settings import Settings, load_settings, save_settings


def test_interface_names_fit_the_kernel() -> None:
    lab = Lab("a-rather-long-name-for-a-lab", Path("/var/lib/podsys/lab"))
    assert len(lab.bridge) <= 15
    assert len(lab.node(MAX_NODES).cable) <= 15


def test_labs_differ_in_all_names() -> None:
    one, other = Lab("one", Path("/s")), Lab("other", Path("/s"))
    elsewhere = Lab("one", Path("/t"))
    assert len({lab.bridge for lab in (one, other, elsewhere)}) == 3
    assert len({lab.node(1).netns for lab in (one, other, elsewhere)}) == 3


@pytest.mark.parametrize("name", ["../etc", "A", "a b", "-x", "x" * 42, "a/b"])
def test_bad_name_is_refused(name: str) -> None:
    with pytest.raises(PodsysError, match="cannot be a lab's name"):
        Lab.named(name)


def test_name_and_folder_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODSYS_LAB_NAME", "mine")
    monkeypatch.setenv("PODSYS_LAB_DIR", "/elsewhere")
    assert Lab.named().dir == Path("/elsewhere/labs/mine")


def test_addresses_stay_inside_the_subnet() -> None:
    lab = Lab("x", Path("/s"))
    settings = Settings(subnet=7, link_mbps=500)
    assert settings.gateway == "10.77.7.1"
    assert settings.address(lab.node(1)) == "10.77.7.11"
    assert settings.address(lab.node(MAX_NODES)) == "10.77.7.210"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"subnet": 1}', '{"other": 1}', "null"])
def test_half_written_settings_are_no_settings(tmp_path: Path, text: str) -> None:
    lab = Lab("x", tmp_path)
    lab.dir.mkdir(parents=True)
    (lab.dir / "lab.json").write_text(text)
    assert load_settings(lab) is None


def test_settings_survive(tmp_path: Path) -> None:
    lab = Lab("x", tmp_path)
    save_settings(lab, Settings(3, 250))
    assert load_settings(lab) == Settings(3, 250)
