"""podsys-node: the probe and its judge on one node, without an admin machine.

`podsys pack-node` puts podsys/node and what it judges with (judge.json) into one executable file.
"""
