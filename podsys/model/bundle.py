"""A bundle: everything that nodes without internet need, in one file (docs/offline.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from podsys.model.release import AnsweredArch, AnsweredName, AnsweredVersion, Sha256

FORMAT = 1
MANIFEST = "manifest.json"
# No part begins with a dot: nothing hidden, and no way out of the folder it is unpacked to.
MemberPath = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._+~-]*(/[A-Za-z0-9_][A-Za-z0-9._+~-]*)*$")
]
Kind = Literal["package", "index", "source", "key"]
# What the nodes are served; sources and keys stay in the file.
SERVED: tuple[Kind, ...] = ("package", "index")


class BundlePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IndexFile(BundlePart):
    """A package as a node's package manager knows it: `stanza` is its paragraph of apt's index;
    dnf's may be `rpm_signed`, which is then to be checked.
    """

    name: AnsweredName
    version: AnsweredVersion
    arch: AnsweredArch
    uri: str
    sha256: Sha256
    size: int = Field(gt=0)
    form: Literal["deb", "rpm"] = "deb"
    stanza: str = ""
    rpm_signed: bool = False


class BundleItem(BundlePart):
    """One member of the file, size in bytes. `origin` is where it was fetched from, empty for
    what podsys wrote itself; `system` as `debian-12`, empty for what is of no one system."""

    path: MemberPath
    kind: Kind
    name: str
    version: str = ""
    arch: str = ""
    system: str = ""
    origin: str = ""
    size: int = Field(ge=0)
    sha256: Sha256


class LeftOut(BundlePart):
    """Something that a release names and that is not in the bundle, with the reason."""

    name: str
    origin: str
    reason: str


class Manifest(BundlePart):
    """The first member of the file. `lock_sha256`: of the podsys.lock it was made for, empty
    without one."""

    podsys_bundle: Literal[1]
    podsys: str
    cluster: str
    made: AwareDatetime
    lock_sha256: str = ""
    systems: tuple[str, ...]
    items: tuple[BundleItem, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Download:
    """Something to fetch. Packages have size (bytes) and sha256 from a signed index; without
    them it is taken as it comes. With a `commit`, `origin` is a git repository, and what comes is a
    tar of it. What is not `required` may be missing from the bundle. What is `rpm_signed` must
    carry the signature of a key that its node would take."""

    path: str
    kind: Kind
    name: str
    origin: str
    version: str = ""
    arch: str = ""
    system: str = ""
    size: int | None = None
    sha256: str | None = None
    commit: str | None = None
    required: bool = True
    rpm_signed: bool = False

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a download: `kept` was there already, `fetched`, or `failed` with the reason,
    after so many `attempts`."""

    status: Literal["kept", "fetched", "failed"]
    reason: str = ""
    size: int = 0
    sha256: str = ""
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Archive:
    """Where nodes get packages from, and nowhere else: `key` is the armored public key."""

    url: str
    key: str
