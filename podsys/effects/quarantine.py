"""The workspace's list of nodes in quarantine."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ValidationError

from podsys.effects.workspace import Workspace, write_atomically
from podsys.errors import PodsysError
from podsys.model.quarantine import Quarantined


def load_quarantine(workspace: Workspace) -> dict[str, Quarantined]:
    """By node. A list that cannot be read is an error: whoever was on it would be free."""
    file = workspace.quarantine_file
    try:
        known = json.loads(file.read_bytes())
        return {node: Quarantined.model_validate(one) for node, one in known.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, ValidationError) as error:
        hint = "look at the nodes that were in it, then remove the file"
        raise PodsysError(f"{file}: cannot be read", hint) from error


def save_quarantine(workspace: Workspace, quarantined: Mapping[str, Quarantined]) -> None:
    if quarantined or workspace.quarantine_file.exists():
        data = {node: one.model_dump(mode="json") for node, one in sorted(quarantined.items())}
        write_atomically(workspace.quarantine_file, json.dumps(data, indent=2) + "\n")
