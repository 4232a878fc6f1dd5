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
    assert 'UserKnownHostsFile="{{ inventory_dir }}/../../known_hosts"' in command


def test_each_hop_is_reached_through_the_one_before() -> None:
    options = ssh_options(Ssh(user="adm", jump="a:2201,ops@b"))
    (outer,) = [option for option in options if option.startswith("ProxyCommand=")]
    command = shlex.split(outer.removeprefix("ProxyCommand="))
    assert command[-3:] == ["-W", "[%h]:%p", "ops@b"]
    (inner,) = [word for word in command if word.startswith("ProxyCommand=")]
    # Doubled: the ssh to the node fills in its own %h everywhere first.
    assert shlex.split(inner)[-5:] == ["-p", "2201", "-W", "[%%h]:%%p", "adm@a"]
    assert inner.count("StrictHostKeyChecking=yes") == 1


def test_what_is_not_written_is_left_to_openssh() -> None:
    variables = connection_vars(Ssh())
    assert "ansible_port" not in variables
    assert "HostKeyAlias={{ ansible_host }}" in variables["ansible_ssh_common_args"]
    with_port = connection_vars(Ssh(port=2200))
    assert with_port["ansible_port"] == 2200
    assert "HostKeyAlias=[{{ ansible_host }}]:2200" in with_port["ansible_ssh_common_args"]


def test_a_bastion_without_user_and_port_gets_the_nodes_user() -> None:
    proxy = next(o for o in ssh_options(Ssh(user="adm", jump="b")) if o.startswith("ProxyCommand="))
    assert proxy.endswith("-W '[%h]:%p' adm@b")


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
