#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Ansible module: all settings of a node in one task, by the same readers as the probe."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: podsys_settings
short_description: Apply settings of podsys to this node
description:
  - Reads every setting, writes those that differ, both for now and for the next boot, and
    reads them back. What does not read back as wanted fails the task.
  - Readers and writers are those of podsys/node, which the probe uses too.
version_added: "0.1.0"
options:
  settings:
    description: Items with id, kind, key, value, compare, reboot and params.
    type: list
    elements: dict
    required: true
author: podsys
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
"""

EXAMPLES = r"""
- name: Keep processes in memory
  podsys_settings:
    settings:
      - id: sysctl.swappiness
        kind: sysctl
        key: vm.swappiness
        value: "10"
"""

RETURN = r"""
changed_items:
  description: Ids of the settings that were written, or would be.
  returned: always
  type: list
  elements: str
reboot_required:
  description: Ids of settings that are saved and take effect with the next boot.
  returned: always
  type: list
  elements: str
unknown:
  description: Ids of settings that could not be read, with the reason.
  returned: always
  type: dict
"""

# Ansible wants the documents above before all imports.
# ruff: noqa: E402
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.podsys_node.apply import converge_locked
from ansible.module_utils.podsys_node.kinds import (
    all_kinds,  # noqa: F401 - Ansible ships only what it sees imported
)


def main():
    module = AnsibleModule(
        argument_spec={"settings": {"type": "list", "elements": "dict", "required": True}},
        supports_check_mode=True,
    )
    result, failures = converge_locked(module.params["settings"], module.check_mode)
    if failures:
        module.fail_json(msg="; ".join(failures), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
