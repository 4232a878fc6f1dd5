"""The settings as shipped: they parse, say where they come from, and never contradict."""

import itertools
from pathlib import Path

import pytest

import podsys.node.kinds
from podsys.core.catalog import find_conflicts, parse_settings
from podsys.core.select import Traits, select_items
from podsys.effects.catalog import read_settings_texts
from podsys.model.setting import WEAK, Setting
from podsys.model.spec import ClusterSpec, Network, Node
from podsys.node.sections.capabilities import GPU_VENDORS, JUDGES

KINDS = Path(podsys.node.kinds.__path__[0])
PROFILES, NETWORKS = ("training", "hpc"), ("ethernet", "roce", "infiniband")
# Kinds whose items the role settings can write; the others belong to roles with Ansible modules.
WRITERS = {
    *("sysctl", "limit", "kernel_argument", "module_option", "module_blacklist", "sysfs"),
    *("config_option", "unit_option", "service", "swap", "package_hold", "apt_option"),
    *("timezone", "nsswitch", "module", "dropin", "mount"),
}


def parsed() -> list[Setting]:
    settings, problems = parse_settings(read_settings_texts())
    assert [str(problem) for problem in problems] == []
    return settings


SETTINGS = parsed()


def selected(
    profile: str = "training",
    network: str = "ethernet",
    nodes: int = 4,
    virtual: bool = False,
    has: tuple[str, ...] = ("apt", "grub", "ipv6"),
) -> list[Setting]:
    """What podsys itself selects for a Debian 12 compute node without a GPU."""
    spec = ClusterSpec(
        cluster="test",
        profile=profile,
        nodes={f"n{i}": Node(address=f"10.0.0.{i}") for i in range(nodes)},
        network=Network(mode=network),
    )
    traits = Traits(
        profile, network, nodes, ("compute",), "GenuineIntel", "x86_64", "debian", "", virtual, has
    )
    wanted = {item.id for item in select_items(spec, traits, SETTINGS).items}
    return [setting for setting in SETTINGS if setting.id in wanted]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("virtual", [True, False])
def test_sixty_settings_hold_on_a_node_without_gpu(profile: str, virtual: bool) -> None:
    firm = [one for one in selected(profile, virtual=virtual) if not one.advisory]
    assert len(firm) >= 60


@pytest.mark.parametrize("profile", PROFILES)
def test_a_lab_node_has_something_to_reboot_for(profile: str) -> None:
    lab = [one for one in selected(profile, virtual=True) if not one.advisory]
    assert [one.id for one in lab if one.reboot] == ["kernel_argument.skew_tick"]


def test_no_two_settings_can_claim_the_same_thing() -> None:
    assert [(one.id, other.id) for one, other in find_conflicts(SETTINGS)] == []


@pytest.mark.parametrize(
    ("profile", "network", "virtual", "nodes"),
    list(itertools.product(PROFILES, NETWORKS, [True, False], [1, 1000])),
)
def test_every_node_gets_one_value_for_a_key(
    profile: str, network: str, virtual: bool, nodes: int
) -> None:
    everything = ("apt", "grub", "ipv6", "cpuidle", "chrony", "nfs", "irqbalance", "kdump")
    chosen = selected(profile, network, nodes, virtual, everything)
    targets = [(one.kind, one.key, one.params.get("file")) for one in chosen]
    assert len(targets) == len(set(targets))


@pytest.mark.parametrize("file", sorted(read_settings_texts()))
def test_ids_are_sorted_within_a_file(file: str) -> None:
    settings, _ = parse_settings({file: read_settings_texts()[file]})
    ids = [one.id for one in settings]
    assert ids
    assert ids == sorted(ids)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.id)
def test_an_entry_says_what_a_reader_needs(setting: Setting) -> None:
    assert all(len(source) > 10 for source in setting.source)
    assert setting.title
    assert setting.title[-1] != "."
    assert setting.why.rstrip()[-1] in ".)"
    assert setting.advisory == (setting.confidence in WEAK)
    assert setting.risk == "low" or setting.risk_note


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.id)
def test_an_entry_is_complete_for_its_kind(setting: Setting) -> None:
    assert setting.kind in WRITERS
    if setting.kind == "config_option":
        assert setting.params["file"].startswith("/etc/systemd/")
        assert setting.key.count(".") == 1
    if setting.kind == "service":
        assert setting.value in {"running", "stopped"}
        assert setting.key.endswith((".service", ".socket", ".timer", ".path", ".target"))
    if setting.kind == "sysfs":
        assert setting.key.startswith("/sys/")
    if setting.kind == "sysctl":
        assert "*" not in setting.key
    assert setting.reboot or setting.kind != "kernel_argument"


@pytest.mark.parametrize("kind", sorted({setting.kind for setting in SETTINGS}))
def test_every_kind_has_its_reader(kind: str) -> None:
    assert (KINDS / f"{kind}.py").is_file()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.id)
def test_every_capability_asked_for_is_one_the_probe_finds(setting: Setting) -> None:
    assert {*setting.when.has, *setting.when.lacks} <= {*JUDGES, *GPU_VENDORS}


def test_no_value_of_a_sysctl_stands_in_code() -> None:
    """One fact, written once: names of settings' keys occur in no Python of the product."""
    package = KINDS.parents[1]
    code = [
        (path.relative_to(package), path.read_text(encoding="utf-8"))
        for path in package.rglob("*.py")
        if "lab" not in path.relative_to(package).parts
    ]
    keys = [one.key for one in SETTINGS if one.kind == "sysctl"]
    found = [
        (str(path), key)
        for path, text in code
        for key in keys
        for line in text.splitlines()
        if key in line and "=" in line.partition(key)[2][:3]
    ]
    assert found == []
