"""A role: what a folder below playbooks/roles manages, from its meta/podsys.yml."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

Family = Literal["debian", "rhel"]
FAMILIES: tuple[Family, ...] = ("debian", "rhel")
# Which nodes a role is for; core/roles.py knows how each is found in cluster.yaml.
Where = Literal[
    "all", "monitoring_server", "time_server", "time_clients", "release", "bundle", "bundle_before"
]


def _for_every_family(value: Any) -> Any:
    """Most names are the same everywhere and are then written once."""
    return dict.fromkeys(FAMILIES, value) if isinstance(value, str) else value


ByFamily = Annotated[dict[Family, str], BeforeValidator(_for_every_family)]


class RolePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RoleFile(RolePart):
    """A file, or a marked block inside one. `per_node`: its text names the node itself."""

    path: ByFamily
    template: str
    kind: Literal["file", "file_block"] = "file"
    marker: str = "podsys"
    mode: str = "0644"
    owner: str = "root"
    group: str = "root"
    per_node: bool = False

    @property
    def source(self) -> str:
        """Its name in the rendered role's files/ folder."""
        return self.template.removesuffix(".j2")


class RoleService(RolePart):
    """A unit and its wanted state; it restarts when a template it `reads` gave a new file."""

    name: ByFamily
    value: Literal["running", "stopped"] = "running"
    reads: tuple[str, ...] = ()


class RoleItem(RolePart):
    """An item of a kind that roles have no words of their own for."""

    kind: str
    key: str
    value: str
    params: dict[str, str] = {}
    families: tuple[Family, ...] = FAMILIES


class Role(RolePart):
    """Role name = folder = group = tag = vars file.

    podsys writes a role's tasks, which bring about what it declares; with `own_tasks` the role
    has a tasks/main.yml of its own, played when anything that it declares differs.

    With `where: release` it is for nodes whose release has parts that it `provides`; the lock
    says which packages these are, and they are held; `goes_with` are parts of others for whose
    sake it is there without packages of its own. `needs` names parts that come before it,
    whichever role provides them. `modules` are kernel modules that must be of the release's
    version; `module_versions`, `boot_kernel` and what their reader asks for are filled in from the
    lock. `only_to_build` are names, with *, of packages that a node does without where its modules
    come as a package. With `takes_built` it has whatever of the release is built from sources by a
    recipe.

    With `where: bundle` it is for all nodes while cluster.yaml names a bundle, and its `items` get
    their values from that; with `where: bundle_before` for those that still use one afterwards.
    """

    name: str = ""
    title: str
    where: Where = "all"
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    goes_with: tuple[str, ...] = ()
    families: tuple[Family, ...] = FAMILIES
    repairs_packages: bool = False
    # A package that must have one version is written name=version.
    packages: dict[Family, tuple[str, ...]] = {}
    holds_packages: bool = False
    files: tuple[RoleFile, ...] = ()
    services: tuple[RoleService, ...] = ()
    items: tuple[RoleItem, ...] = ()
    modules: tuple[str, ...] = ()
    module_versions: dict[str, str] = {}
    module_params: dict[str, str] = {}
    only_to_build: tuple[str, ...] = ()
    takes_built: bool = False
    boot_kernel: str = ""
    data: dict[str, str | int] = {}
    own_tasks: bool = False
