"""The platforms that the lab can emulate: those of the catalog.

Reading one needs pydantic, which is slow to import; a node that boots does without.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from podsys.errors import PodsysError

if TYPE_CHECKING:
    from podsys.model.platform import Platform

State = dict[str, Any]
FOLDER = files("podsys.catalog").joinpath("platforms")


def list_platforms() -> list[str]:
    """Ids, in order."""
    names = (file.name for file in FOLDER.iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def require_platforms(names: tuple[str, ...]) -> None:
    """PodsysError names those there are."""
    for name in names:
        if name not in list_platforms():
            raise PodsysError(
                f"There is no platform '{name}'.",
                f"Choose of these: {', '.join(list_platforms())}.",
            )


def make_healthy(platform: str, node: str) -> State:
    """The state of a good node of a platform, by the platform's id."""
    from podsys.lab.hardware.state import healthy_state

    return healthy_state(load_platform(platform), node)


def load_platform(name: str) -> Platform:
    from podsys.model.platform import Platform

    require_platforms((name,))
    text = FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return Platform.model_validate(yaml.safe_load(text))
