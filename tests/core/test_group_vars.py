"""How Ansible is told to reach the nodes, with pinned keys all the way."""

from __future__ import annotations

import shlex

import pytest

from podsys.core.group_vars import connection_vars
from podsys.core.rendering import ansible_ranges, view_node
from podsys.model.nodeset import expand
from podsys.model.spec import Ssh


def ssh_options(ssh: Ssh) -> list[str]:
    return shlex.split(connection_vars(ssh)["ansible_ssh_common_args"])


def test_host_keys_are_strict_also_at_the_bastion() -> None:
    options = ssh_options(Ssh(jump="ops@bastion:2222", key="~/.ssh/k"))
    assert "StrictHostKeyChecking=yes" in options
    proxy = next(option for option in options if option.startswith("ProxyCommand="))
    command = shlex.split(proxy.removeprefix("ProxyCommand="))
    assert command[-5:] == ["-p", "2222", "-W", "[%h]:%p", "ops@bastion"]
    assert "StrictHostKeyChecking=yes" in command
    assert "UserKnownHostsFile={{ inventory_dir }}/../../known_hosts" in command


def test_a_bastion_without_user_and_port_gets_the_usual_ones() -> None:
    proxy = next(o for o in ssh_options(Ssh(user="adm", jump="b")) if o.startswith("ProxyCommand="))
    assert proxy.endswith("-p 22 -W [%h]:%p adm@b")


def test_only_another_user_than_root_becomes_root() -> None:
    assert "ansible_become" not in connection_vars(Ssh())
    assert connection_vars(Ssh(user="adm"))["ansible_become"] is True


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("/etc/k", "/etc/k"),
        ("~/.ssh/k", "~/.ssh/k"),
        ("keys/k", "{{ inventory_dir }}/../../keys/k"),
    ],
)
def test_a_relative_key_lies_in_the_workspace(key: str, expected: str) -> None:
    assert connection_vars(Ssh(key=key))["ansible_ssh_private_key_file"] == expected


def test_ranges_are_written_the_way_ansible_reads_them() -> None:
    assert ansible_ranges(tuple(expand("n[001-003,007],login"))) == ["login", "n[001:003]", "n007"]


@pytest.mark.parametrize(
    ("address", "url_host", "is_ip"),
    [("10.0.0.1", "10.0.0.1", True), ("fd00::1", "[fd00::1]", True), ("n1.site", "n1.site", False)],
)
def test_an_address_before_a_port(address: str, url_host: str, is_ip: bool) -> None:
    view = view_node("n1", address)
    assert (view.url_host, view.is_ip) == (url_host, is_ip)
