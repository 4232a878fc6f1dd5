"""What the firmware calls this machine, one file each."""

from .sysfs import read_word

FOLDER = "/sys/class/dmi/id/"
# What firmware says when nobody filled it in.
UNFILLED = ("none", "not specified", "to be filled by o.e.m.", "default string", "0")


def read_dmi(name: str) -> str:
    """Serial numbers are for root's eyes only, and some machines have no such table at all."""
    value = read_word(FOLDER + name)
    return "" if value.lower() in UNFILLED else value
