"""A release: versions that are known good together, one file a release and system."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from podsys.model.platform import PciId

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
# Of a node's answer: it becomes part of paths, and of what Ansible looks through for expressions.
AnsweredName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_+.-]*$")]
AnsweredVersion = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+~^:-]+$")]
AnsweredArch = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
Arch = Literal["x86_64", "aarch64"]
# What a node is, as far as a kernel goes: a container runs its host's.
Machine = Literal["metal", "vm", "container"]
# Which fabric joins a node's GPUs: NVSwitches that the node itself manages, or a rack's switch
# trays (NVL72).
Fabric = Literal["nvswitch", "nvl72"]
Flavour = Literal["open", "proprietary"]
Vendor = Literal["nvidia", "amd"]


class ReleasePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class System(ReleasePart):
    """An operating system as /etc/os-release names it; for rhel's kin the major version."""

    os: Literal["debian", "ubuntu", "rocky"]
    version: str
    arch: tuple[Arch, ...] = Field(min_length=1)


class Origin(ReleasePart):
    """Where packages come from. `key`: the file that brings the signing key, where the system
    does not have it already."""

    kind: Literal["apt", "dnf"]
    url: Url
    suites: tuple[str, ...] = ()
    arch: tuple[Arch, ...] = ("x86_64", "aarch64")
    key: Url | None = None


class Artifact(ReleasePart):
    """A file, or sources at a commit, which is a hash of its own.

    `version_of`: the component whose version its name carries, where it is another's.
    """

    url: Url
    arch: tuple[Arch, ...] = ("x86_64", "aarch64")
    sha256: Sha256 | None = None
    tag: str | None = None
    commit: Commit | None = None
    version_of: Word | None = None


class When(ReleasePart):
    """Which nodes need a part; every clause given must hold."""

    gpu: bool = Field(False, description="nodes that have GPUs of the release's maker")
    fabric: Fabric | None = None
    generations: tuple[Word, ...] = ()
    machine: tuple[Machine, ...] = ()
    arch: tuple[Arch, ...] = ()


class Component(ReleasePart):
    """One part of a release.

    `version` is the maker's; with a `-` in it the distribution's revision is meant too, and
    `13.0.*` is the newest of its series that the machine's archives have. All `packages` have it,
    and so has what they need of the same source package. `cuda`: for a driver, the newest CUDA it
    runs. `flavour`: of kernel modules. `built_against`: components whose sources or headers it is
    compiled with on the node.
    """

    version: str = Field(pattern=r"^[0-9][A-Za-z0-9.+~:-]*(\.\*)?$")
    packages: tuple[str, ...] = ()
    on_vm: tuple[str, ...] = Field((), description="packages of virtual machines instead")
    origin: Word | None = None
    artifacts: tuple[Artifact, ...] = ()
    when: When = When()
    cuda: str | None = None
    flavour: Flavour | None = None
    built_against: tuple[Word, ...] = ()
    note: str = ""
    source: tuple[str, ...] = Field(min_length=1)


class Release(ReleasePart):
    """One file podsys/catalog/releases/<id>.yaml, id = <system>-<name>.

    cluster.yaml asks for `name`, which may exist for several systems, for an id, or for `auto`:
    the recommended one that fits. `validated` says who ran this set, and where. Without `gpus` it
    is for machines that have none: a kernel and its headers.
    """

    id: Name
    name: Name
    title: str
    recommended: bool = False
    system: System
    gpus: Vendor | None = None
    generations: tuple[Word, ...] = Field((), description="of GPUs; none: all of the maker's")
    validated: str
    origins: dict[Word, Origin] = Field(min_length=1)
    components: dict[Word, Component] = Field(min_length=1)


class Generation(ReleasePart):
    """One file podsys/catalog/generations/<id>.yaml: GPUs that want the same of a release.

    `gpus` are PCI ids. Where one of `nvswitch` is on the bus, the node manages a fabric of
    NVSwitches; where one of `nvl72` is, its switches stand in the rack's trays. `fabric_needs` are
    components without which such a fabric does not come up.
    """

    id: Word
    vendor: Vendor
    gpus: tuple[PciId, ...] = Field(min_length=1)
    nvswitch: tuple[PciId, ...] = ()
    nvl72: tuple[PciId, ...] = ()
    fabric_needs: tuple[Word, ...] = ()
    open_modules: Literal["required", "recommended", "supported", "unsupported", "only"]
    first_cuda: str | None = None
    last_cuda: str | None = None
    last_driver: int | None = None
    source: tuple[str, ...] = Field(min_length=1)


Must = Literal["equal", "least", "follows", "cuda_suffix", "cuda_at_most", "built_for", "present"]


class MatchRule(ReleasePart):
    """One file podsys/catalog/matches/<id>.yaml: what must agree between parts of a release.

    equal: the `components` have one version. least: where `component` has a version that begins
    with a key of `table`, `other` is at least its value. follows: the same, but it is exactly that,
    whatever an archive puts behind it. cuda_suffix: package names of `component` that end in
    -cudaNN name the major version of `other`'s `cuda`. cuda_at_most: `component` is no newer than
    `other`'s `cuda`. built_for: a version of `component` that ends in +cudaX.Y names a CUDA no
    newer than `other`. present: where `component` is, all its `built_against` are too.
    """

    id: Name
    must: Must
    components: tuple[Word, ...] = ()
    component: Word | None = None
    other: Word | None = None
    table: dict[str, str] = {}
    why: str
    source: tuple[str, ...] = Field(min_length=1)
