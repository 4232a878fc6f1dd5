"""A platform: one server model, as the product expects it and as the lab emulates it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

PciId = Annotated[str, Field(pattern=r"^[0-9a-f]{4}:[0-9a-f]{4}$")]
Bdf = Annotated[str, Field(pattern=r"^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$")]
Size = Annotated[str, Field(pattern=r"^[1-9]\d*[KMG]$")]
# A device of the tree: its kind and its index among that kind, "gpu 0".
Place = Annotated[str, Field(pattern=r"^(gpu|nvswitch|nic|nvme) \d+$")]
Part = Literal["gpus", "nvswitches", "nics", "nvmes", "dimms"]
SPEEDS = (2.5, 5.0, 8.0, 16.0, 32.0, 64.0)
Width = Literal[1, 2, 4, 8, 16]
Payload = Literal[128, 256, 512, 1024, 2048, 4096]


def _known_speed(gts: float) -> float:
    if gts not in SPEEDS:
        raise ValueError(f"no PCIe generation has this speed; one of {SPEEDS}")
    return gts


class PlatformPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Link(PlatformPart):
    """The most that one end of a PCIe link offers: gigatransfers a second and lanes."""

    gts: Annotated[float, AfterValidator(_known_speed)]
    width: Width


class Match(PlatformPart):
    """How a machine is recognised: by PCI ids and counts, then by DMI product names.

    `products` are regular expressions. A name alone settles nothing where one chassis is sold
    with several accelerators.
    """

    products: tuple[str, ...] = ()
    gpus: PciId | None = None
    gpu_count: int = 0


class Dimms(PlatformPart):
    count: int = Field(ge=1)
    size_gib: int
    speed_mts: int


class Dmi(PlatformPart):
    """What the firmware says of itself. The lab's own `bios_vendor` is always its own name."""

    vendor: str
    product: str
    bios_version: str
    bios_date: str
    serial_prefix: str
    dimms: Dimms


class Cpu(PlatformPart):
    vendor: Literal["intel", "amd"]
    sockets: int
    numa_nodes: int
    cores_per_socket: int


class PciPart(PlatformPart):
    """What every kind of PCI device has.

    `max_payload`: bytes its DevCap offers. `bars`: sizes of its memory regions, 64 bits wide.
    """

    pci_id: PciId
    subsystem: PciId | None = None
    revision: str = Field(default="00", pattern=r"^[0-9a-f]{2}$")
    link: Link
    max_payload: Payload
    bars: tuple[Size, ...] = Field(default=(), max_length=3)
    driver: str = ""


class Devices(PciPart):
    """Several equal devices. `mrrs`: expected largest read request, bytes."""

    count: int = Field(ge=1)
    mrrs: Payload = 512


class Gpus(Devices):
    """Equal accelerators. `nvlink_gbps`: GB/s of one link in one direction.

    `nvlinks` counts what the chip has, `nvlinks_active` what is wired on this platform.
    """

    vendor: Literal["nvidia", "amd"]
    name: str
    memory_mib: int
    sm_mhz: int
    mem_mhz: int
    power_w: int
    vbios: str
    nvlinks: int = 0
    nvlinks_active: int = 0
    nvlink_gbps: float = 0.0
    nvlink_version: int = 0
    fabric: bool = False


class Nics(Devices):
    """Equal network adapters. `device`: the RDMA name, `{n}` is the index."""

    gbps: int
    mode: Literal["infiniband", "ethernet"]
    firmware: str
    board: str
    hca_type: str
    device: str = "mlx5_{n}"
    mtu: int


class Root(PlatformPart):
    """One root port and what hangs below it, behind a switch or directly.

    `first_bus` is the bus number right below it, by default the one after its own.
    """

    port: Bdf
    numa: int
    switch: bool = False
    below: tuple[Place, ...] = Field(min_length=1)
    first_bus: str | None = Field(default=None, pattern=r"^[0-9a-f]{2}$")

    @property
    def buses(self) -> range:
        """Bus numbers below the port: of the switch, of its ports, and of each device."""
        first = int(self.first_bus or f"{int(self.port[5:7], 16) + 1:x}", 16)
        return range(first, first + (2 + len(self.below) if self.switch else 1))

    def indices(self, kind: str) -> list[int]:
        """Of the devices of one kind below the port."""
        places = [place.split() for place in self.below]
        return [int(index) for name, index in places if name == kind]


class Driver(PlatformPart):
    """What the lab has installed by default; empty where the platform needs none."""

    version: str = ""
    cuda: str = ""
    open: bool = True
    fabric_manager: str = ""
    gdrcopy: str = ""


class Platform(PlatformPart):
    """One file podsys/catalog/platforms/<id>.yaml.

    `expects` names the parts whose counts every machine of this model has; the counts of the
    others are the lab's example. `payload`: bytes that every accelerator path must run at.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    match: Match
    expects: tuple[Part, ...] = ()
    dmi: Dmi
    cpu: Cpu
    gpus: Gpus | None = None
    nvswitches: Devices | None = None
    nics: Nics | None = None
    nvmes: Devices | None = None
    root_ports: PciPart
    switches: PciPart | None = None
    tree: tuple[Root, ...] = Field(min_length=1)
    driver: Driver = Driver()
    payload: Payload
    source: tuple[str, ...] = Field(min_length=1)

    def parts(self) -> dict[str, Devices]:
        """The devices it has, by the kind that the tree calls them."""
        kinds: dict[str, Devices | None] = {
            "gpu": self.gpus,
            "nvswitch": self.nvswitches,
            "nic": self.nics,
            "nvme": self.nvmes,
        }
        return {kind: part for kind, part in kinds.items() if part}

    @property
    def pairs(self) -> dict[int, int]:
        """GPU index -> index of the NIC that is its nearest: same switch, same order."""
        found: dict[int, int] = {}
        for root in self.tree:
            found |= dict(zip(root.indices("gpu"), root.indices("nic"), strict=False))
        return found
