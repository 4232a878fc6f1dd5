"""Open MPI's parameters, whoever starts its ranks: a ring, over TCP, on the cluster's network."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

# Bus bandwidth is defined by what a ring moves through each link. Open MPI's own choice
# changes with the number of ranks: over the same links, three ranks then reach 0.145 Gbit/s
# where a ring reaches 0.37, and the bound would judge the algorithm.
RING = {
    "coll_tuned_use_dynamic_rules": "1",
    "coll_tuned_allreduce_algorithm": "4",
    "coll_tuned_allgather_algorithm": "4",
    "coll_tuned_reduce_scatter_algorithm": "3",
    "coll_tuned_alltoall_algorithm": "2",  # pairwise, which moves what the bound counts
}
# A rank that waits gives its CPU away: what else runs on the node slows the others less.
TRANSPORT = {"pml": "ob1", "btl": "tcp,self", "mpi_yield_when_idle": "1"}


def choose_parameters(addresses: Sequence[str]) -> dict[str, str]:
    """By name, as `--mca NAME VALUE` and OMPI_MCA_NAME have them."""
    network = find_network(addresses)
    return TRANSPORT | RING | ({"btl_tcp_if_include": network} if network else {})


def find_network(addresses: Sequence[str]) -> str:
    """The smallest network that holds all addresses; "" when they are names, not numbers."""
    try:
        numbers = [ip_address(address) for address in addresses]
    except ValueError:
        return ""
    if len({number.version for number in numbers}) != 1:
        return ""
    bits = numbers[0].max_prefixlen
    differing = (int(min(numbers, key=int)) ^ int(max(numbers, key=int))).bit_length()
    return str(ip_network(f"{numbers[0]}/{bits - differing}", strict=False))
