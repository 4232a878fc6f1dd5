"""Packages, files, blocks and services of a role, with pyinfra's own operations."""

from __future__ import annotations

from pyinfra import host
from pyinfra.facts.server import Command
from pyinfra.operations import apt, files, server, systemd
from pyinfra.operations.util import any_changed
from tree import RENDERED, Data, addresses

REPAIR = "dpkg --configure -a --force-confdef --force-confold"


def manage(role: str, state: Data) -> None:
    """The role's state; files come before packages, as in podsys's own roles."""
    if state.get("versions"):
        raise NotImplementedError(f"no operation for the versions of {role}")
    if state["repairs"] and host.get_fact(Command, command="dpkg --audit"):
        server.shell(name=f"{role}: repair the package database", commands=[REPAIR])
    for block in state["blocks"]:
        put_block(block)
    changes = {file["path"]: put_file(file) for file in state["files"]}
    changes |= {file["path"]: put_node_file(file) for file in state["node_files"]}
    if state["packages"]:
        packages = state["packages"]
        apt.packages(name=f"{role}: packages", packages=packages, no_recommends=True)
    for service in state["services"]:
        running = service["value"] == "running"
        name = service["name"]
        systemd.service(name=f"{name} runs", service=name, running=running, enabled=running)
    for item in state["settings"]:
        if item["kind"] != "service_config":
            raise NotImplementedError(f"no operation for {item['id']}")
        restart(item["key"], [changes[path] for path in item["params"]["files"].split()])


def put_block(block: Data) -> None:
    text = (RENDERED / "roles" / block["source"]).read_text()
    files.block(
        name=f"block in {block['path']}",
        path=block["path"],
        content=text.rstrip("\n"),
        marker=f"# {{mark}} {block['marker']}",
        before=True,
        after=True,
    )


def put_file(file: Data):
    return files.put(
        name=file["path"],
        src=str(RENDERED / "roles" / file["source"]),
        dest=file["path"],
        mode=file["mode"],
        user=file["owner"],
        group=file["group"],
    )


def put_node_file(file: Data):
    """A file that names the node."""
    return files.template(
        name=file["path"],
        src=str(RENDERED / "roles" / file["source"]),
        dest=file["path"],
        mode=file["mode"],
        user=file["owner"],
        group=file["group"],
        ansible_host=addresses()[host.name],
        inventory_hostname=host.name,
    )


def restart(unit: str, changes: list) -> None:
    systemd.service(
        name=f"{unit} reads its files anew",
        service=unit,
        restarted=True,
        daemon_reload=True,
        _if=any_changed(*changes),
    )
