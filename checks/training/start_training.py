"""The program that every node becomes: torchrun of a python3 that has PyTorch, with a rank a GPU.

Which node it is, it finds by its address, whatever numbers a launcher gives.
"""

import fcntl
import json
import os
import socket
import struct
import sys

from find_torch import become
from train_step_py import TEXT

SIOCGIFADDR = 0x8915


def main(asked):
    """`asked`: addresses of all nodes, the first leads; port, gpus on each, size, and folders."""
    addresses = asked["addresses"]
    place = next((n for n, address in enumerate(addresses) if is_mine(address)), None)
    if place is None:
        sys.stderr.write("podsys: none of the nodes' addresses is this machine's\n")
        sys.exit(1)
    interface = find_interface(addresses[place])
    if interface:  # gloo would take the one that the host's name stands for, often the loopback
        os.environ.setdefault("GLOO_SOCKET_IFNAME", interface)
    torchrun = [
        "-m", "torch.distributed.run", f"--nnodes={len(addresses)}", f"--node_rank={place}",
        f"--nproc_per_node={max(1, asked['gpus'])}", f"--master_addr={addresses[0]}",
        f"--master_port={asked['port']}", "--no_python",
    ]  # fmt: skip
    become(asked["folders"], *torchrun, "PYTHON", "-c", TEXT, json.dumps(asked["size"]))


def find_interface(address):
    """The one that has this name or IPv4 address; "" where none has."""
    try:
        address = socket.gethostbyname(address)
    except OSError:
        return ""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for _, name in socket.if_nameindex():
            try:
                found = fcntl.ioctl(one, SIOCGIFADDR, struct.pack("256s", name.encode()))
            except OSError:
                continue
            if socket.inet_ntoa(found[20:24]) == address:
                return name
    return ""


def is_mine(address):
    """Only a machine's own address can be bound to."""
    for family, kind, protocol, _, found in socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM):
        try:
            with socket.socket(family, kind, protocol) as one:
                one.bind(found)
                return True
        except OSError:
            continue
    return False


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
