"""Kernel modules that are built once: what, out of which lock, by whom, for whom."""

from __future__ import annotations

import pytest

from podsys.core.built import find_builds, plan_builds
from podsys.core.built_modules import find_modules_build
from podsys.core.release_roles import fill_role
from podsys.core.role_items import role_items
from podsys.core.roles import parse_roles
from podsys.effects.content import read_role_texts
from podsys.model.build import Build, DkmsSources
from podsys.model.item import Item
from podsys.model.lock import LockedComponent, LockedRelease
from podsys.model.plan import Change
from podsys.model.spec import Packages
from tests.golden.examples import read_locked
from tests.releases import locked, package

ROLES = {role.name: role for role in parse_roles(read_role_texts())}
MODULES = LockedComponent(
    version="535.309.01",
    flavour="proprietary",
    packages=(
        package("nvidia-kernel-dkms", "535.309.01-0+deb12u1"),
        package("nvidia-kernel-support", "535.309.01-0+deb12u1"),
    ),
)
HEADERS = LockedComponent(
    version="6.1.192",
    packages=(
        package("linux-headers-6.1.0-56-cloud-amd64", "6.1.192-2", "linux"),
        package("linux-headers-6.1.0-56-common", "6.1.192-2", "linux"),
        package("linux-headers-cloud-amd64", "6.1.192-2", "linux-signed-amd64"),
        package("linux-kbuild-6.1", "6.1.192-2", "linux"),
    ),
)
NAME, VERSION = "nvidia-kernel-6.1.0-56-cloud-amd64", "535.309.01-0+deb12u1+6.1.192-2"


def with_modules() -> LockedRelease:
    return locked(headers=HEADERS, kernel_modules=MODULES)


def build() -> Build:
    found = find_modules_build(with_modules())
    assert found
    return found


def test_a_package_is_of_one_driver_and_one_kernel() -> None:
    found = build()
    assert (found.name, found.version, found.arch) == (NAME, VERSION, "amd64")
    assert found.kernel == "6.1.0-56-cloud-amd64"
    assert found.file == f"{NAME}_{VERSION}_amd64.deb"
    assert found.sources == DkmsSources("nvidia-kernel-dkms", "535.309.01-0+deb12u1", "a" * 64)
    assert found.packages == ("dkms", "linux-headers-6.1.0-56-cloud-amd64=6.1.192-2")
    assert found.depends == ()


def test_where_the_release_has_the_kernel_the_package_needs_it() -> None:
    found = find_modules_build(read_locked("debian-releases")["gpu1"])
    assert found
    assert found.depends == ("linux-image-6.1.0-56-amd64 (= 6.1.192-2)",)
    other = find_modules_build(read_locked("debian-releases")["vm1"])
    assert other
    assert other.name == f"nvidia-open-kernel-{other.kernel}"
    assert "cloud" in other.kernel


@pytest.mark.parametrize("parts", [{}, {"kernel_modules": MODULES}, {"headers": HEADERS}])
def test_nothing_to_build_without_sources_or_headers(parts: dict[str, LockedComponent]) -> None:
    assert find_modules_build(locked(**parts)) is None


def test_what_a_makers_metapackage_brings_stays_with_dkms() -> None:
    whole = LockedComponent(
        version="580.173.02",
        flavour="open",
        cuda="13.0",
        packages=(
            package("nvidia-open", "580.173.02-1"),
            package("nvidia-kernel-open-dkms", "580.173.02-1"),
        ),
    )
    assert find_modules_build(locked(headers=HEADERS, driver=whole)) is None


def test_as_cluster_yaml_wants_packages() -> None:
    assert find_builds(with_modules(), Packages()) == (build(),)
    assert find_builds(with_modules(), Packages(modules="dkms")) == ()


def test_no_compiler_and_no_sources_where_the_package_goes() -> None:
    role = fill_role(ROLES["nvidia_driver"], with_modules(), [build()])
    items = role_items(role, "debian", {})
    packages = {item.key: item.value for item in items if item.kind == "package"}
    assert packages[NAME] == f"={VERSION}"
    assert "nvidia-kernel-support" in packages
    assert not any("dkms" in name for name in packages)
    assert NAME in {item.key for item in items if item.kind == "package_hold"}
    (module,) = [item for item in items if item.kind == "module_version"]
    assert module.params == {"maker": "nvidia", "kernel": build().kernel, "package": NAME}
    kernel = fill_role(ROLES["kernel"], with_modules(), [build()])
    assert kernel.packages == {"debian": ()}


def test_with_dkms_everything_is_there() -> None:
    role = fill_role(ROLES["nvidia_driver"], with_modules())
    assert any(pin.startswith("nvidia-kernel-dkms=") for pin in role.packages["debian"])
    assert len(fill_role(ROLES["kernel"], with_modules()).packages["debian"]) == 4


def change(*nodes: str, key: str = NAME) -> Change:
    item = Item(f"nvidia_driver.package.{key}", "nvidia_driver", "package", key, f"={VERSION}")
    return Change(item, {"live": "absent"}, nodes)


def test_the_first_node_builds_for_all_and_what_is_kept_nobody_builds() -> None:
    builds = dict.fromkeys(("n1", "n2", "n3"), (build(),))
    changes = [change("n3"), change("n1", "n2"), change("n1", key="nvidia-smi")]
    (planned,) = plan_builds(changes, builds, ())
    assert (planned.node, planned.nodes) == ("n1", ("n1", "n2", "n3"))
    (kept,) = plan_builds(changes, builds, {build().file})
    assert (kept.node, kept.nodes) == ("", ("n1", "n2", "n3"))
    assert plan_builds([change("n9"), change("n1", key="curl")], builds, ()) == ()
