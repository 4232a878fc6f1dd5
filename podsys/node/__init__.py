"""What runs on nodes: standard library only, python3 from 3.6 on.

The same files travel three ways: zipped inside the probe (package podsys_node), as
Ansible module_utils (ansible.module_utils.podsys_node), and as podsys.node in tests.
"""
