"""Parts that come as sources: what is built of them, with what, and for whom."""

from __future__ import annotations

import json

import pytest

from podsys.commands.release_book import load_releases
from podsys.core.built import find_builds
from podsys.core.built_parts import explain_no_build, find_download, find_part_builds
from podsys.core.launchers.node_tool import FOLDERS
from podsys.core.locked import digest_of
from podsys.core.release_roles import fill_role, has_part_of, why_without
from podsys.core.role_items import role_items
from podsys.core.roles import parse_roles
from podsys.core.upgrade import describe_move, find_moves
from podsys.effects.content import read_role_texts
from podsys.model.build import Build, RecipeSources
from podsys.model.lock import LockedComponent, LockedRelease
from podsys.model.release import Artifact
from podsys.model.spec import Packages
from tests.releases import book, locked, package

ROLES = {role.name: role for role in parse_roles(read_role_texts())}
COMMIT = "a0b82b2260cf5152b9f8c061bbf7eaf0ba096432"
CUDA = LockedComponent(version="13.0", packages=(package("cuda-toolkit-13-0", "13.0.2-1", "cuda"),))
NCCL = LockedComponent(
    version="2.30.4-1+cuda13.0",
    packages=(package("libnccl-dev", "2.30.4-1+cuda13.0", "nccl"),),
)
TESTS = LockedComponent(
    version="2.19.6",
    artifacts=(Artifact(url="https://github.com/NVIDIA/nccl-tests", commit=COMMIT),),
    recipe=book().recipes["nccl_tests"],
)


def release(**changed: LockedComponent) -> LockedRelease:
    return locked(**{"cuda": CUDA, "nccl": NCCL, "nccl_tests": TESTS} | changed)


def build(one: LockedRelease | None = None) -> Build:
    (found,) = find_part_builds(one or release())
    return found


def sources(of: Build) -> RecipeSources:
    assert isinstance(of.sources, RecipeSources)
    return of.sources


def test_nccl_tests_are_built_with_the_locks_cuda_and_nccl_and_with_mpi() -> None:
    found = build()
    assert found.name == "podsys-nccl-tests"
    assert found.packages == (
        "g++", "make", "libopenmpi-dev", "cuda-toolkit-13-0=13.0.2-1",
        "libnccl-dev=2.30.4-1+cuda13.0",
    )  # fmt: skip
    assert found.depends == ("openmpi-bin",)
    assert dict(sources(found).environment) == {
        "CUDA_HOME": "/usr/local/cuda",
        "NCCL_HOME": "/usr",
        "MPI": "1",
    }
    assert "MPI_HOME=" in sources(found).script
    assert (found.kernel, found.replaces) == ("", "")
    wanted = find_download(found)
    assert wanted
    assert (wanted.origin, wanted.commit, wanted.sha256) == (
        "https://github.com/NVIDIA/nccl-tests", COMMIT, None,
    )  # fmt: skip
    request = found.as_request()
    assert request["sources"]["environment"]["MPI"] == "1"
    assert json.loads(json.dumps(request)) == request


@pytest.mark.parametrize("tool", ["nccl_tests", "rccl_tests", "nvbandwidth"])
def test_what_measures_lies_where_checks_look_for_it(tool: str) -> None:
    (made,) = book().recipes[tool].makes
    assert made.rpartition("/")[0] in FOLDERS


def test_a_package_is_of_all_that_it_was_made_of() -> None:
    """Another toolkit, recipe or system is another package, and so is drift."""
    other_cuda = CUDA.model_copy(
        update={"packages": (CUDA.packages[0].model_copy(update={"sha256": "b" * 64}),)}
    )
    assert TESTS.recipe
    other_recipe = TESTS.recipe.model_copy(update={"script": "make"})
    other = [
        build(release(cuda=other_cuda)),
        build(release(nccl_tests=TESTS.model_copy(update={"recipe": other_recipe}))),
        build(release(nccl_tests=TESTS.model_copy(update={"version": "2.19.7"}))),
    ]
    assert len({build().version, *(one.version for one in other)}) == 4
    assert build().version == build().version
    assert build().version.startswith("2.19.6+")
    assert build().file == f"podsys-nccl-tests_{build().version}_amd64.deb"


def test_the_role_of_built_parts_has_them_pinned_and_held() -> None:
    role = ROLES["built_parts"]
    filled = fill_role(role, release(), [build()])
    items = role_items(filled, "debian", {})
    assert [(item.kind, item.key, item.value) for item in items] == [
        ("package", "podsys-nccl-tests", f"={build().version}"),
        ("package_hold", "podsys-nccl-tests", "held"),
    ]
    assert has_part_of(role, release())
    assert not has_part_of(role, locked(cuda=CUDA))
    assert "no part that is built" in why_without(role, locked(cuda=CUDA))
    assert fill_role(ROLES["cuda"], release(), [build()]).packages["debian"] == (
        "cuda-toolkit-13-0=13.0.2-1",
    )


def test_a_site_can_do_without() -> None:
    assert find_builds(release(), Packages()) == (build(),)
    assert find_builds(release(), Packages(parts="none")) == ()


def test_a_file_with_its_hash_is_taken_rather_than_a_repository() -> None:
    artifact = Artifact(url="https://h/t.tar.gz", sha256="c" * 64, commit=COMMIT)
    wanted = find_download(
        build(release(nccl_tests=TESTS.model_copy(update={"artifacts": (artifact,)})))
    )
    assert wanted
    assert (wanted.sha256, wanted.commit) == ("c" * 64, None)


def test_gdrcopy_is_of_one_kernel() -> None:
    headers = LockedComponent(
        version="6.8.0", packages=(package("linux-headers-6.8.0-1-nvidia", "6.8.0-1.1", "linux"),)
    )
    kernel = LockedComponent(
        version="6.8.0", packages=(package("linux-image-6.8.0-1-nvidia", "6.8.0-1.1", "linux"),)
    )
    gdr = TESTS.model_copy(update={"recipe": book().recipes["gdrcopy"]})
    one = locked(cuda=CUDA, headers=headers, kernel=kernel, gdrcopy=gdr)
    (found,) = find_part_builds(one)
    assert found.kernel == "6.8.0-1-nvidia"
    assert "linux-headers-6.8.0-1-nvidia=6.8.0-1.1" in found.packages
    moved = kernel.model_copy(
        update={"packages": (package("linux-image-6.8.0-2-nvidia", "6.8.0-2.2", "linux"),)}
    )
    (other,) = find_part_builds(locked(cuda=CUDA, headers=headers, kernel=moved, gdrcopy=gdr))
    assert (found.name, found.version) != (other.name, other.version)


@pytest.mark.parametrize("release_id", sorted(book().releases))
def test_each_release_builds_what_it_has_recipes_for_or_says_why_not(release_id: str) -> None:
    one = book().releases[release_id]
    for name, recipe in book().recipes.items():
        if name in one.components:
            system, arch = one.system.os, one.system.arch[0]
            reason = explain_no_build(recipe, one.components, system, arch)
            if system == "rocky":
                assert "none for dnf" in reason
            else:
                assert not reason or (one.gpus == "amd" and "comes without packages" in reason)


def test_what_cannot_be_built_says_why() -> None:
    recipe, parts = (
        book().recipes["rccl_tests"],
        book().releases["ubuntu-24.04-rocm-6.4"].components,
    )
    assert explain_no_build(recipe, parts, "ubuntu", "aarch64") == "its recipe is not for aarch64"
    assert "rocm, which it is built with, does not go there" in explain_no_build(
        recipe, {}, "ubuntu", "x86_64"
    )


def test_locks_from_before_recipes_keep_their_digest() -> None:
    old = {"cuda": CUDA}
    assert digest_of(old) == digest_of({"cuda": LockedComponent.model_validate(CUDA.model_dump())})
    without = TESTS.model_copy(update={"recipe": None})
    assert digest_of({"t": without}) != digest_of({"t": TESTS})
    assert '"recipe"' not in without.model_dump_json(exclude_defaults=True)


def test_an_upgrade_says_what_is_built_anew() -> None:
    without = TESTS.model_copy(update={"recipe": None})
    (move,) = find_moves({"n1": release(nccl_tests=without)}, {"n1": release()})
    assert describe_move(move) == (
        "nccl_tests 2.19.6 -> 2.19.6 on n1, 0 packages: its sources or the recipe changed, and it"
        " is built anew"
    )
    assert find_moves({"n1": release()}, {"n1": release()}) == []


def test_a_site_keeps_recipes_of_its_own(tmp_path) -> None:
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "tiny.yaml").write_text(
        "id: tiny\ntitle: t\npackage: podsys-tiny\nscript: make\nmakes: [/opt/tiny]\nsource: [us]\n"
    )
    known = load_releases(tmp_path).recipes
    assert known["tiny"].package == "podsys-tiny"
    assert "nccl_tests" in known
    assert "tiny" not in load_releases().recipes
