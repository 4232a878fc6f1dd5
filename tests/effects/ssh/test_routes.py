"""Which way to which node: cluster.yaml first, then what OpenSSH itself reads from its config."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from podsys.effects.ssh import openssh
from podsys.effects.ssh.routes import Routes, settle
from podsys.errors import PodsysError
from podsys.model.spec import Ssh

pytestmark = pytest.mark.skipif(not shutil.which("ssh"), reason="needs OpenSSH's client")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every name that OpenSSH is asked for."""
    names: list[str] = []
    run = openssh._run

    def spy(command, name):
        names.append(name)
        return run(command, name)

    monkeypatch.setattr(openssh, "_run", spy)
    return names


def write(file: Path, text: str) -> str:
    file.write_text(text)
    return str(file)


def test_without_a_config_nothing_is_asked_and_all_is_as_ever(asked, home):
    route = Routes(Ssh(), ["10.0.0.1"]).of("10.0.0.1")
    assert (route.host, route.port, route.user, route.pinned_as) == (
        "10.0.0.1", 22, "root", "10.0.0.1",
    )  # fmt: skip
    assert not route.only_keys
    assert f"{home}/.ssh/id_ed25519" in route.keys
    assert settle(Ssh(), ["10.0.0.1"]).user == "root"
    assert asked == []


def test_a_config_without_a_word_for_podsys_costs_nothing(asked, home):
    write(home / ".ssh/config", "Host *\n  ServerAliveInterval 5\n  # User somebody\n")
    assert Routes(Ssh(), ["n1"]).of("n1").user == "root"
    assert asked == []


def test_the_config_decides_what_cluster_yaml_leaves_out(tmp_path):
    config = write(
        tmp_path / "config",
        f"Include {tmp_path}/more\n"
        "Host n1\n HostName 10.0.0.1\n User adm\n IdentityFile ~/.ssh/x_%h\n IdentitiesOnly yes\n"
        " IdentityAgent /run/agent\n Port 2200\n UserKnownHostsFile /elsewhere\n",
    )
    write(tmp_path / "more", "Host n1\n  Port 2222\nMatch originalhost n2\n  User two\n")
    routes = Routes(Ssh(config=config), ["n1", "n2"])
    route = routes.of("n1")
    assert (route.host, route.port, route.user) == ("10.0.0.1", 2222, "adm")
    assert route.keys == (str(Path("~/.ssh/x_10.0.0.1").expanduser()),)
    assert (route.only_keys, route.agent) == (True, "/run/agent")
    assert route.pinned_as == "n1"
    assert routes.of("n2").user == "two"


def test_cluster_yaml_wins_where_it_says_something(tmp_path):
    config = write(
        tmp_path / "config", "Host *\n User adm\n Port 2222\n ProxyJump b\n IdentityFile /other\n"
    )
    mine = write(tmp_path / "mine", "")
    ssh = Ssh(user="me", port=22, key=mine, jump="gate:2201", config=config)
    route = Routes(ssh, ["n1"]).of("n1")
    assert (route.user, route.port, route.keys) == ("me", 22, (mine, "/other"))
    assert route.via
    assert (route.via.host, route.via.port, route.via.user) == ("gate", 2201, "me")
    assert route.via.via is None


def test_jumps_of_the_config_are_followed_each_with_its_own_words(tmp_path):
    config = write(
        tmp_path / "config",
        "Host n*\n ProxyJump a,ops@b:2201\nHost a\n HostName a.site\n Port 2202\n"
        " ProxyJump outer\nHost outer\n User o\n",
    )
    routes = Routes(Ssh(config=config), ["n1", "n2"])
    last = routes.of("n1").via
    assert last is routes.of("n2").via
    assert (last.host, last.port, last.user, last.pinned_as) == ("b", 2201, "ops", "[b]:2201")
    assert (last.via.host, last.via.pinned_as) == ("a.site", "[a.site]:2202")
    assert (last.via.via.host, last.via.via.user, last.via.via.via) == ("outer", "o", None)


def test_a_jump_that_leads_to_itself_is_an_error(tmp_path):
    config = write(tmp_path / "config", "Host *\n  ProxyJump gate\n")
    with pytest.raises(PodsysError, match=r"leads to itself|loop via gate"):
        Routes(Ssh(config=config), ["n1"])


def test_a_proxy_command_is_ready_for_a_shell(tmp_path):
    config = write(tmp_path / "config", "Host *\n User u\n ProxyCommand nc -x %r%% %h %p\n")
    assert Routes(Ssh(config=config), ["n1"]).of("n1").command == "nc -x u% n1 22"


def test_two_answers_stand_for_thousands(tmp_path, asked):
    config = write(
        tmp_path / "config",
        "Host n*\n HostName %h.mgmt\n ProxyJump gate\nHost n7\n User seven\nHost login\n User me\n",
    )
    names = [f"n{i}" for i in range(2000)]
    routes = Routes(Ssh(config=config), [*names, "login"])
    assert len(asked) <= 6
    assert {routes.of(name).host for name in names} == {f"{name}.mgmt" for name in names}
    assert [name for name in names if routes.of(name).user != "root"] == ["n7"]
    assert routes.of("login").via is None


@pytest.mark.parametrize(
    "block",
    [
        'Match exec "test %h = n3"\n  User odd\n',
        "Host *\n  HostName %h.x\nMatch host n3.x\n  User odd\n",
    ],
)
def test_where_names_can_hide_in_a_match_every_node_is_asked(tmp_path, asked, block):
    config = write(tmp_path / "config", block)
    names = [f"n{i}" for i in range(6)]
    routes = Routes(Ssh(config=config), names)
    assert [name for name in names if routes.of(name).user == "odd"] == ["n3"]
    assert len(asked) == 6


def test_a_name_inside_a_fixed_answer_is_no_pattern(tmp_path):
    config = write(tmp_path / "config", "Host a s z\n HostName bastion\n")
    routes = Routes(Ssh(config=config), ["a", "s", "z"])
    assert {routes.of(name).host for name in "asz"} == {"bastion"}


def test_nodes_with_different_users_need_one_in_cluster_yaml(tmp_path):
    config = write(tmp_path / "config", "Host a\n User adm\n")
    with pytest.raises(PodsysError, match="as adm and as root"):
        settle(Ssh(config=config), ["a", "b"])
    assert settle(Ssh(config=config, user="x"), ["a", "b"]).user == "x"


def test_connect_timeout_is_the_time_to_connect_unless_cluster_yaml_has_one(tmp_path):
    config = write(tmp_path / "config", "Host *\n User adm\n ConnectTimeout 40\n")
    found = settle(Ssh(config=config), ["a"])
    assert (found.user, found.timeout_s) == ("adm", 40)
    assert settle(Ssh(config=config, timeout_s=3), ["a"]).timeout_s == 3


def test_a_broken_or_missing_config_says_where(tmp_path):
    config = write(tmp_path / "config", "Host *\n  Port many\n")
    with pytest.raises(PodsysError, match=r"config.*line 2"):
        Routes(Ssh(config=config), ["n1"])
    with pytest.raises(PodsysError, match="no file"):
        Routes(Ssh(config=str(tmp_path / "none")), ["n1"])
