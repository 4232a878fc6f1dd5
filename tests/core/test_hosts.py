"""Host lists in every form that people hand over."""

from __future__ import annotations

import pytest

from podsys.core.hosts import hosts_from_csv, hosts_from_inventory, hosts_from_range
from podsys.errors import PodsysError
from podsys.model.host import Host


def test_range_expands_and_names_are_addresses():
    hosts = hosts_from_range("n[008-010],login")
    assert [host.name for host in hosts] == ["login", "n008", "n009", "n010"]
    assert hosts[0] == Host("login", "login")


def test_a_bad_range_is_an_error_with_a_remedy():
    with pytest.raises(PodsysError) as caught:
        hosts_from_range("n[001-")
    assert "n[001-032]" in caught.value.hint


def test_csv_columns_in_any_order():
    text = "serial, bmc,group,name,address\nS1,10.1.0.1,compute rack1,n1,10.0.0.1\n,,,n2,\n"
    hosts, problems = hosts_from_csv(text, "h.csv")
    assert not problems
    assert hosts == [
        Host("n1", "10.0.0.1", ("compute", "rack1"), "10.1.0.1", "S1"),
        Host("n2", "n2"),
    ]


def test_csv_as_a_spreadsheet_writes_it():
    hosts, problems = hosts_from_csv("\ufeffname,address\r\nn1,10.0.0.1\r\n", "h.csv")
    assert (hosts, problems) == ([Host("n1", "10.0.0.1")], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,adress\nn1,x\n", "h.csv:1: unknown column 'adress' (did you mean address?)"),
        ("name,rack,owner\nn1,x,y\n", "unknown column 'owner'"),
        ("address\n10.0.0.1\n", "no column 'name'"),
        ("name\nn1\nn1\n", "name n1 twice"),
        ("name,address\nn1,a\nn2,a\n", "address a twice (n2)"),
        ("name,address\n,10.0.0.1\n", "h.csv:2: no name"),
        ("name\nn1,extra\n", "h.csv:2: more cells than columns"),
        ('name\n"n1\n', "not CSV"),
    ],
)
def test_csv_faults_are_named(text, expected):
    _, problems = hosts_from_csv(text, "h.csv")
    assert any(expected in str(problem) for problem in problems), problems


def test_inventory_groups_and_variables():
    listed = {
        "_meta": {"hostvars": {"n1": {"ansible_host": "10.0.0.1", "bmc": "10.1.0.1"}, "n2": {}}},
        "all": {"children": ["ungrouped", "gpu"]},
        "gpu": {"children": ["rack1"], "hosts": ["n2"]},
        "rack1": {"hosts": ["n1"]},
    }
    hosts = {host.name: host for host in hosts_from_inventory(listed)}
    assert hosts["n1"] == Host("n1", "10.0.0.1", ("gpu", "rack1"), "10.1.0.1")
    assert hosts["n2"] == Host("n2", "n2", ("gpu",))
