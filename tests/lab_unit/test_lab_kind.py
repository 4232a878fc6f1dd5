"""Platforms of a lab: chosen once, going round over its nodes."""

from pathlib import Path

import pytest

from podsys.errors import PodsysError
from podsys.lab.hardware.platforms import list_platforms, load_platform
from podsys.lab.image import load_recipe, name_image
from podsys.lab.kind import Kind, choose_kind
from podsys.lab.layout import Lab, Place
from podsys.lab.settings import Settings, load_settings, save_settings


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A lab with one made node, of hgx-h100."""
    found = Lab("x", tmp_path)
    found.node(1).dir.mkdir(parents=True)
    save_settings(found, Settings(3, 500, (), ("hgx-h100", "mi300x")))
    return found


def test_platforms_go_round(lab: Lab) -> None:
    settings = load_settings(lab)
    assert settings is not None
    given = [settings.platform_of(lab.node(number)) for number in range(1, 6)]
    assert given == ["hgx-h100", "mi300x", "hgx-h100", "mi300x", "hgx-h100"]
    assert Settings(3, 500).platform_of(lab.node(1)) == ""


def test_a_lab_keeps_its_platforms(lab: Lab) -> None:
    kept = Kind((), ("hgx-h100", "mi300x"))
    assert choose_kind(lab, None, None) == kept
    assert choose_kind(lab, None, ["hgx-h100", "mi300x"]) == kept
    with pytest.raises(PodsysError, match="made with other platforms: hgx-h100 mi300x"):
        choose_kind(lab, None, [])


def test_an_unknown_platform_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(PodsysError, match="no platform 'dgx'") as caught:
        choose_kind(Lab("new", tmp_path), None, ["hgx-h100", "dgx"])
    assert caught.value.hint == f"Choose of these: {', '.join(list_platforms())}."
    assert "hgx-h100" in caught.value.hint


def test_every_listed_platform_can_be_read() -> None:
    assert [load_platform(name).id for name in list_platforms()] == list_platforms()


def test_hardware_has_an_image_of_its_own() -> None:
    assert name_image() != name_image(hardware=True)
    plain, hardware = load_recipe(), load_recipe(hardware=True)
    assert set(hardware["packages"]) - set(plain["packages"]) >= {"pciutils", "dmidecode"}
    assert hardware["suite"] == plain["suite"]


def test_a_node_is_known_by_its_folder(lab: Lab) -> None:
    assert Place.at(lab.node(7).dir) == lab.node(7)
