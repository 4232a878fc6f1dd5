"""Where playbooks, templates and checks lie: at the top of a checkout, inside a wheel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import podsys
from podsys.errors import PodsysError

_PACKAGE = Path(podsys.__file__).parent


@cache
def content_root() -> Path:
    """The folder that holds playbooks/, templates/ and checks/."""
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if (root / "playbooks" / "roles").is_dir() and (root / "templates").is_dir():
            return root
    raise PodsysError(f"{_PACKAGE}: playbooks and templates are missing", "reinstall podsys")


def read_role_texts() -> dict[str, str]:
    """The meta/podsys.yml of every role that has one, by the role's name."""
    found = sorted((content_root() / "playbooks" / "roles").glob("*/meta/podsys.yml"))
    return {file.parent.parent.name: file.read_text(encoding="utf-8") for file in found}


def read_role_content(role: str) -> dict[str, str]:
    """What Ansible needs of a role beside the files podsys renders, by path below roles/."""
    roles = content_root() / "playbooks" / "roles"
    files = [file for file in sorted((roles / role).rglob("*")) if file.is_file()]
    left_out = {roles / role / "meta" / "podsys.yml"}
    return {
        file.relative_to(roles).as_posix(): file.read_text(encoding="utf-8")
        for file in files
        if file not in left_out and file.suffix != ".j2" and "__pycache__" not in file.parts
    }


def read_check_texts() -> dict[str, str]:
    """The active checks that podsys ships, by path below checks/."""
    checks = content_root() / "checks"
    files = sorted(checks.rglob("test_*.py"))
    return {f.relative_to(checks).as_posix(): f.read_text(encoding="utf-8") for f in files}


def read_library() -> dict[str, str]:
    """The Ansible modules of our own, by file name."""
    library = content_root() / "playbooks" / "library"
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(library.glob("*.py"))}


def read_node_package() -> dict[str, str]:
    """podsys/node as Ansible's module_utils, by path below it.

    Ansible ships the modules it sees imported, and Mitogen does not see relative imports: so a
    list of all modules, by their whole names, is added.
    """
    node = _PACKAGE / "node"
    files = {
        file.relative_to(node).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(node.rglob("*.py"))
    }
    header = '"""Made by podsys: every module, so that Ansible ships it."""\n\n'
    return files | {"kinds/all_kinds.py": header + "".join(_imports(files))}


def _imports(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        *folders, name = path.removesuffix(".py").split("/")
        package = ".".join(["ansible.module_utils.podsys_node", *folders])
        if name != "__init__":
            yield f"from {package} import {name}\n"
