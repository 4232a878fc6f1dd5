"""One SSH round trip to every node, and nothing else: `roundtrip.py WORKSPACE BYTES`.

The floor that podsys is held against: the same library, key, pinned host keys and size of
payload; on each node Python starts, reads all of it, and says how much it was.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paramiko
import yaml

THREADS = 64
COMMAND = "python3 -IS -c 'import sys;print(len(sys.stdin.buffer.read()))'"


def main() -> None:
    workspace, size = Path(sys.argv[1]), int(sys.argv[2])
    with (workspace / "cluster.yaml").open() as file:
        spec = yaml.load(file, Loader=yaml.CSafeLoader)
    payload = os.urandom(size)
    addresses = [node["address"] for node in spec["nodes"].values()]

    def ask(address: str) -> bytes:
        with paramiko.SSHClient() as client:
            client.load_host_keys(str(workspace / "known_hosts"))
            client.set_missing_host_key_policy(paramiko.RejectPolicy())
            client.connect(
                address,
                username=spec["ssh"].get("user", "root"),
                port=spec["ssh"].get("port", 22),
                key_filename=spec["ssh"]["key"],
                look_for_keys=False,
                allow_agent=False,
            )
            stdin, stdout, _ = client.exec_command(COMMAND)
            stdin.write(payload)
            stdin.channel.shutdown_write()
            return stdout.read()

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(ask, addresses))
    assert all(int(answer) == size for answer in answers), answers


if __name__ == "__main__":
    main()
