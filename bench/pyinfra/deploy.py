"""podsys's rendered tree as a pyinfra deploy: `pyinfra -y inventory.py deploy.py`."""

from managed import manage
from pyinfra import host
from settings import apply_settings
from tree import members, roles, settings_of, state_of

for role in roles():
    if host.name not in members()[role]:
        continue
    if role == "settings":
        apply_settings(settings_of(host.name))
    else:
        manage(role, state_of(role, host.name))
