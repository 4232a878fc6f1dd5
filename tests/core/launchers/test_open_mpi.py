"""Open MPI's parameters: the cluster's own network, whatever its addresses look like."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.launchers.open_mpi import find_network


@pytest.mark.parametrize(
    ("addresses", "network"),
    [
        (["10.77.2.11", "10.77.2.14"], "10.77.2.8/29"),
        (["10.0.0.1"], "10.0.0.1/32"),
        (["fd00::1", "fd00::2"], "fd00::/126"),
        (["10.0.0.1", "fd00::1"], ""),
        (["10.0.0.1", "n2"], ""),
    ],
)
def test_the_network(addresses: list[str], network: str) -> None:
    assert find_network(addresses) == network


@given(st.lists(st.ip_addresses(v=4), min_size=1, max_size=20))
def test_the_network_holds_every_address(addresses: list[object]) -> None:
    texts = [str(address) for address in addresses]
    network = ip_network(find_network(texts))
    assert all(ip_address(text) in network for text in texts)
