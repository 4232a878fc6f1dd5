"""dnf by its own Python module: the command does not tell what it knows of a package's hash.

Nothing is installed. Metadata that is too old by the machine's own configuration is fetched anew,
as each call of dnf does.
"""

import contextlib
import importlib
import sys
from typing import Any, Iterator, List

from .. import machine
from ..dnf_archive import FOLDER, own_folders
from ..dnf_config import CONFIG

# A lock on a version is podsys's own hold: what is asked for goes before it.
NOT_ASKED = ("versionlock",)


class Base:
    """dnf with the repositories of this machine; `lost` are those that could not be read. A
    process has one: dnf loads its plugins once."""

    def __init__(self) -> None:
        self.lost: List[str] = []
        self.dnf = import_dnf()
        with translated():
            self.base = self.dnf.Base()
            configure(self.base.conf)
            self.base.init_plugins(NOT_ASKED)
            self.base.pre_configure_plugins()
            self.base.read_all_repos()
            self.base.configure_plugins()

    def fill(self, installed: bool) -> None:
        """What is `installed` has a say, or counts for nothing, as on a bare machine."""
        before = [repo.id for repo in self.base.repos.iter_enabled()]
        with translated():
            self.base.fill_sack(load_system_repo=installed)
        left = {repo.id for repo in self.base.repos.iter_enabled()}
        self.lost += [name for name in before if name not in left]

    def find(self, excluded: bool = False, **wanted: Any) -> List[Any]:
        """Packages of the repositories that this machine can run, newest first; those that are
        `excluded` only when asked for."""
        conf, hawkey = self.base.conf, importlib.import_module("hawkey")
        flags = hawkey.IGNORE_EXCLUDES if excluded else hawkey.APPLY_EXCLUDES
        arches = sorted({conf.arch, conf.basearch, "noarch"})
        query = self.base.sack.query(flags=flags).available().filterm(arch=arches, **wanted)
        return sorted(query, reverse=True)


def import_dnf() -> Any:
    """podsys runs without the folders of Python's own distribution; dnf's module lies in one."""
    import site

    there = [path for path in site.getsitepackages() if not path.startswith("/usr/local/")]
    sys.path += [path for path in there if path not in sys.path]
    try:
        return importlib.import_module("dnf")
    except ImportError as error:
        raise machine.Unreadable("python3 of this machine has no module of dnf: %s" % error)


def configure(conf: Any) -> None:
    """As dnf itself does it; below the machine's root, which a test has elsewhere."""
    usual = list(conf.reposdir)
    conf.config_file_path = machine.at(CONFIG)
    conf.read()
    if FOLDER in conf.reposdir:  # while a bundle is in use: the machine's own repositories
        conf.reposdir = own_folders() or usual
    conf.debuglevel = 0
    conf.install_weak_deps = False  # the role leaves them out, too
    conf.installroot = machine.at("/")
    conf.reposdir = [machine.at(path) for path in conf.reposdir]
    conf.pluginconfpath = [machine.at(path) for path in conf.pluginconfpath]
    detected = importlib.import_module("dnf.rpm").detect_releasever(conf.installroot)
    conf.substitutions["releasever"] = detected or conf.substitutions.get("releasever") or ""
    conf.substitutions.update_from_etc(conf.installroot)
    for option in ("cachedir", "logdir", "persistdir"):
        conf.prepend_installroot(option)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """dnf's own words for what it cannot do; and whatever it prints is no answer of podsys's."""
    errors = importlib.import_module("dnf.exceptions")
    with contextlib.redirect_stdout(sys.stderr):
        try:
            yield
        except (errors.Error, OSError) as error:
            raise machine.Unreadable("dnf: %s" % (" ".join(str(error).split()) or repr(error)))
