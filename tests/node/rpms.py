"""Tiny rpms of our own, in repositories that the real dnf reads; names are NVIDIA's and Rocky's.

Nothing is fetched: the tools come with Debian's packages dnf, rpm and createrepo-c.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from podsys.effects.program import LOADER, ON_DEMAND, pack_program

# The one that the distribution's dnf is made for.
PYTHON = "/usr/bin/python3"
TOOLS = ("dnf", "rpmbuild", "rpmkeys", "rpmsign", "createrepo_c", "gpg")
PLUGINS = Path("/usr/lib/python3/dist-packages/dnf-plugins/versionlock.py")
lacking = [tool for tool in TOOLS if not shutil.which(tool)]
lacking += [] if PLUGINS.exists() else ["versionlock"]
PACKAGES = "dnf dnf-plugins-core rpm createrepo-c gpg gpg-agent"
needs_dnf = pytest.mark.skipif(
    bool(lacking), reason=f"no {' '.join(lacking)}: apt-get install {PACKAGES}"
)
OLD, NEW = "580.105.08", "580.178.01"


@dataclass(frozen=True, slots=True)
class Rpm:
    """One source: its packages -> what each requires; `files`: those that have one -> its path."""

    source: str
    version: str
    packages: Mapping[str, Sequence[str]]
    release: str = "1.el9"
    arch: str = "x86_64"
    files: Mapping[str, str] = field(default_factory=dict)


def driver(version: str) -> list[Rpm]:
    """NVIDIA's metapackage asks for its own version "or newer", of other sources."""
    libs, kmod = f"nvidia-driver-libs = 3:{version}", f"kmod-nvidia-open-dkms >= 3:{version}"
    open_ = {"nvidia-open": [f"nvidia-driver >= 3:{version}", kmod]}
    parts = {"nvidia-driver": [libs, "nvidia-kmod-common"], "nvidia-driver-libs": []}
    return [
        Rpm("nvidia-driver", f"3:{version}", {**parts, "nvidia-kmod-common": ["libc6-like"]}),
        Rpm("nvidia-open", version, open_, arch="noarch"),
        Rpm("kmod-nvidia-open-dkms", f"3:{version}", {"kmod-nvidia-open-dkms": ["dkms"]}),
    ]


BASE = [
    Rpm("kernel", "5.14.0", {"kernel-devel": [], "kernel-headers": []}, "503.1.el9"),
    Rpm("kernel", "5.14.0", {"kernel-devel": [], "kernel-headers": []}, "570.2.el9"),
    Rpm("dkms", "3.2.1", {"dkms": ["kernel-devel"]}, arch="noarch"),
    Rpm("libc6-like", "2.34", {"libc6-like": []}),
]
BROKEN = Rpm("nvidia-fabricmanager", OLD, {"nvidia-fabricmanager": ["libnobody-has = 1"]})
GSP = [
    Rpm("wants-gsp", "1", {"wants-gsp": [f"gsp-firmware = {OLD}"]}),
    Rpm("gsp-firmware", NEW, {"gsp-firmware": []}),
]
NVIDIA = [*driver(OLD), *driver(NEW), BROKEN, *GSP]


def build(folder: Path, rpms: Sequence[Rpm], key: Key | None = None) -> Path:
    """A repository of these."""
    top = folder.with_name(folder.name + ".build")
    top.mkdir(parents=True)
    for number, one in enumerate(rpms):
        (top / f"{number}.spec").write_text(write_spec(one))
        words = ["rpmbuild", "-bb", "--quiet", "--target", one.arch]
        words += ["--define", f"_topdir {top}/{number}", "--define", f"_rpmdir {folder}"]
        run([*words, f"{top}/{number}.spec"])
    shutil.rmtree(top)
    if key:
        key.sign(sorted(folder.rglob("*.rpm")))
    index(folder)
    return folder


def index(folder: Path) -> None:
    run(["createrepo_c", "--quiet", str(folder)])


def write_spec(rpm: Rpm) -> str:
    epoch, _, version = rpm.version.rpartition(":")
    head = f"Name: {rpm.source}\nVersion: {version}\nRelease: {rpm.release}\nSummary: a test's\n"
    head += f"License: none\n{f'Epoch: {epoch}' if epoch else ''}\n%description\na test's\n"
    parts, install = "", "%install\nmkdir -p %{buildroot}\n"
    for name, requires in rpm.packages.items():
        needs = "".join(f"Requires: {one}\n" for one in requires)
        parts += f"%package -n {name}\nSummary: a test's\n{needs}%description -n {name}\nx\n"
        path = rpm.files.get(name, "")
        parts += f"%files -n {name}\n{path}\n"
        if path:
            install += f"mkdir -p %{{buildroot}}{Path(path).parent}\n"
            install += f"echo {version} > %{{buildroot}}{path}\n"
    # The package of the source's own name is one of them.
    head = head.replace(f"Name: {rpm.source}\n", f"Name: {rpm.source}-src\n")
    return f"%global debug_package %{{nil}}\n{head}{parts}{install}"


def run(words: Sequence[str], **more: Any) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, **more)
    assert done.returncode == 0, f"{words}: {done.stderr or done.stdout}"
    return done.stdout


def make_machine(root: Path, repositories: Mapping[str, Path]) -> Path:
    """A folder that plays a bare machine with Rocky's layout."""
    for path in ("etc/yum.repos.d", "etc/dnf", "usr/bin", "var/log"):
        (root / path).mkdir(parents=True)
    for tool in ("dnf", "rpm"):
        (root / "usr/bin" / tool).symlink_to(shutil.which(tool) or tool)
    (root / "etc/dnf/dnf.conf").write_text("[main]\ngpgcheck=0\nbest=True\nskip_if_unavailable=0\n")
    for name, folder in repositories.items():
        text = f"[{name}]\nname={name}\nbaseurl=file://{folder}\n"
        (root / f"etc/yum.repos.d/{name}.repo").write_text(text)
    return root


PROGRAM = (PYTHON, "-IS", "-c", LOADER)


def pack(what: str, request: dict[str, Any]) -> bytes:
    return pack_program(folders=ON_DEMAND).ask(request, f"indexes.{what}")


def ask(root: Path, what: str, request: dict[str, Any]) -> dict[str, Any]:
    """podsys's program for nodes, as it runs there."""
    environment = os.environ | {"PODSYS_ROOT": str(root)}
    given = pack(what, request)
    return read_answer(
        subprocess.run(
            PROGRAM, input=given, capture_output=True, env=environment, timeout=60, check=False
        )
    )


def read_answer(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr.decode()
    return dict(json.loads(done.stdout))


class Key:
    """A maker's key that signs rpms."""

    def __init__(self, folder: Path, name: str = "vendor") -> None:
        self.home, self.name = folder / name, name
        self.home.mkdir(mode=0o700)
        words = ["--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never"]
        self._gpg(*words)
        self.public = self._gpg("--armor", "--export", name)

    def sign(self, files: Sequence[Path]) -> None:
        quiet = "--batch --pinentry-mode loopback --passphrase-file /dev/null"
        words = ["rpmsign", "--define", f"_gpg_name {self.name}", "--define", "__gpg /usr/bin/gpg"]
        words += ["--define", f"_gpg_path {self.home}"]
        words += ["--define", f"_gpg_sign_cmd_extra_args {quiet}", "--addsign"]
        run([*words, *map(str, files)], env=os.environ | {"GNUPGHOME": str(self.home)})

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False)

    def _gpg(self, *words: str) -> str:
        return run(["gpg", "--homedir", str(self.home), "--batch", "--quiet", *words])
