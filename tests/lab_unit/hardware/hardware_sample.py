"""The shipped platforms by their id."""

from podsys.core.platforms import parse_platforms
from podsys.effects.catalog import read_platforms_texts

PLATFORMS = {one.id: one for one in parse_platforms(read_platforms_texts())[0]}
