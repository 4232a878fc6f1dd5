"""The platforms that the lab can emulate: those of the catalog."""

from __future__ import annotations

from importlib.resources import files

import yaml

from podsys.errors import PodsysError
from podsys.model.platform import Platform

FOLDER = files("podsys.catalog").joinpath("platforms")


def list_platforms() -> list[str]:
    """Ids, in order."""
    names = (file.name for file in FOLDER.iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def load_platform(name: str) -> Platform:
    """A platform by its id; PodsysError names those there are."""
    if name not in list_platforms():
        raise PodsysError(
            f"There is no platform '{name}'.",
            f"Choose of these: {', '.join(list_platforms())}.",
        )
    text = FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return Platform.model_validate(yaml.safe_load(text))
