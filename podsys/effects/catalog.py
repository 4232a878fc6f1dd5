"""The catalog as it is shipped: the texts of its YAML files, from a checkout or a wheel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType


def read_settings_texts() -> Mapping[str, str]:
    """File name -> text of every podsys/catalog/settings/*.yaml."""
    return read_folder("settings")


def read_baselines_texts() -> Mapping[str, str]:
    """File name -> text of every podsys/catalog/baselines/*.yaml."""
    return read_folder("baselines")


def read_peaks_texts() -> Mapping[str, str]:
    """File name -> text of every podsys/catalog/peaks/*.yaml."""
    return read_folder("peaks")


def read_faults_texts() -> Mapping[str, str]:
    """File name -> text of every podsys/catalog/faults/*.yaml."""
    return read_folder("faults")


def read_platforms_texts() -> Mapping[str, str]:
    """File name -> text of every podsys/catalog/platforms/*.yaml."""
    return read_folder("platforms")


def read_release_texts() -> tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]]:
    """Releases, GPU generations, and what must match: file name -> text of each."""
    return read_folder("releases"), read_folder("generations"), read_folder("matches")


def read_site_releases(root: Path) -> Mapping[str, str]:
    """What a site keeps beside those: file -> text of every releases/*.yaml of its workspace."""
    return _read_site(root / "releases")


def read_recipe_texts(root: Path | None = None) -> Mapping[str, str]:
    """Those of the catalog; a workspace's recipes/*.yaml beside, or in the place of the same."""
    own = _read_site(root / "recipes") if root else {}
    names = {Path(file).name for file in own}
    shipped = read_folder("recipes").items()
    return {file: text for file, text in shipped if Path(file).name not in names} | dict(own)


def _read_site(folder: Path) -> Mapping[str, str]:
    found = sorted(folder.glob("*.yaml"))
    return {str(file): file.read_text(encoding="utf-8") for file in found}


@cache
def read_folder(folder: str) -> Mapping[str, str]:
    return MappingProxyType(
        {
            f"podsys/catalog/{folder}/{file.name}": file.read_text(encoding="utf-8")
            for file in sorted(files("podsys.catalog").joinpath(folder).iterdir(), key=str)
            if file.name.endswith(".yaml")
        }
    )
