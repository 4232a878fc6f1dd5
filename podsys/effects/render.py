"""The one door for Jinja. Delimiters let Ansible's {{ }} and shell's [[ ]] pass through."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any

import yaml
from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    UndefinedError,
    select_autoescape,
)
from jinja2.bccache import Bucket

from podsys.effects.cache import find_folder
from podsys.effects.content import content_root
from podsys.errors import PodsysError


def render(template_name: str, /, **data: Any) -> str:
    """`site.yaml.j2` from templates/, `base/templates/hosts.j2` from playbooks/roles/."""
    try:
        return _environment().get_template(template_name).render(data)
    except TemplateNotFound as error:
        raise PodsysError(f"template {error.name} does not exist", "reinstall podsys") from error
    except UndefinedError as error:
        raise PodsysError(
            f"template {template_name}: {error.message}", "give it a value"
        ) from error
    except TemplateError as error:
        line = f":{error.lineno}" if hasattr(error, "lineno") else ""
        raise PodsysError(f"template {template_name}{line}: {error.message}") from error


@cache
def _environment() -> Environment:
    root = content_root()
    environment = Environment(
        loader=FileSystemLoader([root / "templates", root / "playbooks" / "roles"]),
        bytecode_cache=_find_cache(),
        auto_reload=False,  # a template does not change while a command runs
        autoescape=select_autoescape(["html.j2", "html"], default=False),
        undefined=StrictUndefined,
        variable_start_string="<{",
        variable_end_string="}>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["yaml"] = as_yaml
    environment.filters["yaml_block"] = as_yaml_block
    return environment


class _Compiled(FileSystemBytecodeCache):
    """Compiling a template takes longer than rendering it. A full disk costs that time."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _find_cache() -> FileSystemBytecodeCache | None:
    folder = find_folder()
    return _Compiled(str(folder), "template-%s") if folder else None


def as_yaml(value: Any) -> str:
    """One value on one line, quoted where YAML needs it."""
    text = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, width=10**6, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def as_yaml_block(value: Any) -> str:
    """A mapping or list as lines."""
    return yaml.dump(value, Dumper=_Dumper, width=120, sort_keys=False).removesuffix("\n")


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key, and nothing is abbreviated with anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        return True
