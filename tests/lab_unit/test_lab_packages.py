"""Packages that a lab's nodes have from the start."""

from pathlib import Path

import pytest

from podsys.errors import PodsysError
from podsys.lab.image import name_image, tidy_packages
from podsys.lab.kind import choose_kind
from podsys.lab.layout import Lab
from podsys.lab.settings import Settings, save_settings


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A lab of one node, made with chrony."""
    found = Lab("x", tmp_path)
    save_settings(found, Settings(3, 500, ("chrony",)))
    found.node(1).dir.mkdir(parents=True)
    return found


def test_packages_are_part_of_the_image() -> None:
    assert name_image(("chrony",)) != name_image()
    assert name_image(tidy_packages(["b2", "a1", "b2"])) == name_image(tidy_packages(["a1", "b2"]))


@pytest.mark.parametrize("name", ["a,b", "--option", "Upper", "a;b"])
def test_what_is_no_package_is_refused(name: str) -> None:
    with pytest.raises(PodsysError, match="Not names of Debian packages"):
        tidy_packages(["chrony", name])


def test_a_lab_keeps_its_packages(lab: Lab) -> None:
    assert choose_kind(lab, None, None).packages == ("chrony",)
    assert choose_kind(lab, ["chrony"], None).packages == ("chrony",)


def test_nodes_never_change_their_image(lab: Lab) -> None:
    with pytest.raises(PodsysError, match="made with other packages: chrony") as caught:
        choose_kind(lab, ["iperf3"], None)
    assert "lab down --name x" in caught.value.hint


def test_a_lab_without_nodes_chooses_anew(lab: Lab) -> None:
    lab.node(1).dir.rmdir()
    assert choose_kind(lab, [], None).packages == ()


def test_labs_of_before_have_none(tmp_path: Path) -> None:
    old = Lab("old", tmp_path)
    old.dir.mkdir(parents=True)
    (old.dir / "lab.json").write_text('{"subnet": 3, "link_mbps": 500}')
    assert choose_kind(old, None, None).packages == ()
