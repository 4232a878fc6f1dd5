"""cluster.yaml as types; core/spec.py reads the file, this says what may stand in it."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

Pin = Annotated[str, Field(pattern=r"^[^\s=]+(=[^\s=]+)?$")]

MountPath = Annotated[str, Field(pattern=r"^(/[^\s/]+)+$")]


def refuse_odd_name(name: str) -> str:
    """ValueError for what /etc/hosts, known_hosts or a hostfile would take for two names, a host
    range for many nodes, or a program for an option."""
    if not re.fullmatch(r"[^\s,/\[\]-][^\s,/\[\]]*", name):
        raise ValueError("no name of one node: no blanks, commas, slashes, brackets; no dash first")
    return name


def refuse_odd_address(address: str) -> str:
    if not re.fullmatch(r"[^\s,-][^\s,]*", address):
        raise ValueError("write one IP address or name that resolves")
    return address


NodeName = Annotated[str, AfterValidator(refuse_odd_name)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_HOP = r"(ssh://)?([^@,\s]+@)?(\[[0-9A-Za-z:.%]+\]|[^@,\s:\[\]]+)(:[0-9]{1,5})?"


class Ssh(Part):
    """How podsys reaches the nodes; what is not written, OpenSSH's config decides."""

    user: str | None = Field(
        None, pattern=r"^[^\s-]\S*$", description="none: OpenSSH's config, root"
    )
    port: int | None = Field(None, ge=1, le=65535, description="none: OpenSSH's config, 22")
    key: str | None = Field(None, description="private key; none: ssh-agent and the usual keys")
    jump: str | None = Field(None, description="bastions in turn: user@host:port,...")
    config: str | None = Field(None, description="OpenSSH's config file; none: ~/.ssh/config")
    timeout_s: float = Field(15, gt=0, description="seconds to connect to one node and log in")
    fan_out: int = Field(64, ge=1, le=512, description="nodes talked to at once")

    @field_validator("jump")
    @classmethod
    def _can_be_read(cls, jump: str | None) -> str | None:
        if jump is not None and not re.fullmatch(f"{_HOP}(,{_HOP})*", jump):
            raise ValueError("write user@host:port, or several with commas between them")
        return jump


class Node(Part):
    """One machine."""

    address: Annotated[str, AfterValidator(refuse_odd_address)]
    groups: tuple[str, ...] = ("compute",)
    bmc: str | None = None
    serial: str | None = None
    platform: str | None = Field(
        None, description="the server model: a file of podsys/catalog/platforms"
    )
    state: Literal["ready", "unreachable"] = "ready"


class Network(Part):
    mode: Literal["ethernet", "roce", "infiniband"] = "ethernet"
    link_gbps: float | None = Field(
        None, gt=0, description="nominal rate of one link; none: what the NIC reports"
    )
    leaves: dict[str, str] = Field(
        {}, description="leaf switch: its nodes, like n[001-032]; none: no switch can be named"
    )


class Time(Part):
    servers: tuple[str, ...] = Field((), description="NTP servers; none: the first node serves")


class Monitoring(Part):
    server: str | None = Field(None, description="node that runs Prometheus and Alertmanager")


class Packages(Part):
    hold: tuple[Pin, ...] = Field(
        (), description="packages that must not move; name=version also says where they must be"
    )
    modules: Literal["packaged", "dkms"] = Field(
        "packaged",
        description="a release's kernel modules: built once on one node and shipped as a package,"
        " or built by dkms on each node and for each kernel that is installed there",
    )
    parts: Literal["built", "none"] = Field(
        "built",
        description="parts of a release that come as sources (nccl-tests and the like): built once"
        " on one node and shipped as a package, or left out",
    )


class Bundle(Part):
    """Packages for nodes without internet: a file of `podsys bundle`, served from this machine."""

    file: str = Field(description="made by podsys bundle; a relative path starts at the workspace")
    listen: str = Field(description="IPv4 address of this machine, at which nodes fetch packages")
    port: int = Field(8642, ge=1024, le=65535)

    @field_validator("listen")
    @classmethod
    def _is_one_address(cls, listen: str) -> str:
        try:
            address = ipaddress.IPv4Address(listen)
        except ValueError as error:
            raise ValueError("write an IPv4 address of this machine that nodes reach") from error
        if address.is_unspecified or address.is_multicast:
            raise ValueError("name the one address that nodes reach")
        return listen


class MountPoint(Part):
    """One path of the site's shared storage, as a line of fstab has it."""

    source: Annotated[str, Field(pattern=r"^\S+$", examples=["nfs1:/export/home"])]
    fs: Annotated[str, Field(pattern=r"^\S+$", examples=["nfs4"])]
    options: tuple[Annotated[str, Field(pattern=r"^[^\s,]+$")], ...] = ()
    groups: tuple[str, ...] = Field((), description="groups whose nodes mount it; none: all nodes")


class Settings(Part):
    disable: tuple[str, ...] = Field((), description="setting ids that podsys leaves alone")
    adopt: tuple[str, ...] = Field((), description="advisory setting ids to apply")
    override: dict[str, str] = Field({}, description="setting id: value, instead of the catalog's")


class Faults(Part):
    """What a site thinks of the catalog's faults."""

    disable: tuple[str, ...] = Field((), description="fault ids that podsys does not look for")
    override: dict[str, int | float | str] = Field(
        {}, description="fault id.bound: value, instead of the fault file's"
    )


class Console(Part):
    """Where to read what a node said on its console: a file, or a command that prints it.

    `{node}`, `{address}` and `{bmc}` stand for the node's own.
    """

    file: str | None = Field(
        None, pattern=r"^[/~]", examples=["/var/log/conserver/{node}.log"], description="its log"
    )
    command: tuple[str, ...] = Field(
        (), examples=[["ipmitool", "-f", "/root/bmc.pass", "-H", "{bmc}", "sol", "activate"]],
        description="started without a shell; what it prints within ten seconds counts",
    )  # fmt: skip

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if self.file and self.command:
            raise ValueError("give a file or a command, not both")
        for text in (self.file or "", *self.command):
            strange = set(re.findall(r"\{(.*?)\}", text)) - {"node", "address", "bmc"}
            if strange:
                raise ValueError(f"{{{strange.pop()}}} stands for nothing: node, address or bmc")
        return self


class Rollout(Part):
    canary: int = Field(1, ge=0, description="nodes changed first, alone")
    failure_budget: int | str = Field(
        "10%", description="failed nodes that stop the rollout when exceeded: a count or a share"
    )
    reboot: bool = Field(True, description="may deploy reboot nodes that need it")
    reboot_limit_s: int = Field(
        600, ge=10, le=7200, description="seconds in which a rebooted node must answer again"
    )
    mitogen: bool = Field(
        False,
        description="let Ansible work through Mitogen where that fits; faster with many packages",
    )
    forks: int | None = Field(
        None, ge=1, le=512, description="nodes at work at once in each Ansible process"
    )


class Accept(Part):
    level: Literal[1, 2, 3, 4] = 4
    seconds_per_pair: int = Field(2, ge=1, le=3600, description="whole seconds, as iperf3 takes")
    max_rounds: int = Field(
        8, ge=1, description="pair rounds at most, retests included; few nodes measure every pair"
    )
    resume_hours: float = Field(
        6, gt=0, description="accept --resume keeps measurements that are at most this old"
    )
    scratch: MountPath = Field("/var/tmp", description="folder of each node that fio measures")  # noqa: S108 - of nodes
    tools: tuple[MountPath, ...] = Field(
        (), description="folders of the nodes with measuring tools, beside the usual ones"
    )
    launcher: str = Field("mpirun", description="what starts ranks on many nodes: mpirun, srun")
    soak_minutes: float = Field(
        0, ge=0, description="minutes of collectives at level 4 with error counters watched"
    )


class CertificateTerms(Part):
    valid_days: int = Field(30, ge=1)


class ClusterSpec(Part):
    """The whole of cluster.yaml."""

    cluster: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    profile: Literal["training", "hpc"] = "training"
    lab: bool = Field(False, description="a practice cluster: its certificates say so")
    ssh: Ssh = Ssh()
    nodes: dict[NodeName, Node] = Field(min_length=1)
    network: Network = Network()
    time: Time = Time()
    monitoring: Monitoring = Monitoring()
    packages: Packages = Packages()
    bundle: Bundle | None = None
    release: dict[str, Annotated[str, Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")]] = Field(
        {},
        description="kernel, driver and all that goes with it as one set: platform id, group or"
        " `all`: name of a release, `auto` for the recommended one, or `none`; platform before"
        " group before all",
    )
    console: Console = Console()
    mounts: dict[MountPath, MountPoint] = Field({}, description="path: what is mounted there")
    settings: Settings = Settings()
    faults: Faults = Faults()
    rollout: Rollout = Rollout()
    accept: Accept = Accept()
    certificate: CertificateTerms = CertificateTerms()
