"""The lab's switch: a bridge on the host, on a subnet that nothing else here uses."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path

from podsys.errors import ExitCode, PodsysError
from podsys.lab.kind import Kind
from podsys.lab.layout import Lab
from podsys.lab.locks import lock_host
from podsys.lab.settings import DEFAULT_LINK_MBPS, Settings, load_settings, save_settings
from podsys.lab.shell import run


def ensure_bridge(lab: Lab, link_mbps: int | None, kind: Kind) -> Settings:
    """The lab's bridge with its address, made or found; a new lab chooses its subnet here."""
    known = load_settings(lab)
    with lock_host():
        kept = known is not None and has_bridge(lab)
        subnet = known.subnet if known and kept else choose_subnet(known)
        speed = link_mbps or (known.link_mbps if known else DEFAULT_LINK_MBPS)
        settings = Settings(subnet, speed, kind.packages, kind.platforms, kind.vm)
        save_settings(lab, settings)
        if not has_bridge(lab):
            make_bridge(lab, settings)
    return settings


def has_bridge(lab: Lab) -> bool:
    return Path("/sys/class/net", lab.bridge).exists()


def choose_subnet(known: Settings | None) -> int:
    """A /24 that overlaps no address and no route of this host; the lab's last one if it can."""
    taken = list(find_networks())
    preferred = [known.subnet] if known else []
    for number in [*preferred, *range(256)]:
        subnet = ipaddress.IPv4Network(f"10.77.{number}.0/24")
        if not any(subnet.overlaps(network) for network in taken):
            return int(number)
    raise PodsysError(
        "Every subnet of 10.77.0.0/16 is in use on this machine.",
        "Take down labs that are not needed: `podsys lab down --name NAME`.",
        ExitCode.FAILED,
    )


def find_networks() -> Iterator[ipaddress.IPv4Network]:
    """Networks that this host has an address in or a route to."""
    for link in json.loads(run(["ip", "-4", "-j", "address"]).stdout or "[]"):
        for entry in link.get("addr_info", []):
            if "local" in entry:
                yield ipaddress.IPv4Network(f"{entry['local']}/{entry['prefixlen']}", strict=False)
    for route in json.loads(run(["ip", "-4", "-j", "route"]).stdout or "[]"):
        if route["dst"] != "default":
            yield ipaddress.IPv4Network(route["dst"], strict=False)


def make_bridge(lab: Lab, settings: Settings) -> None:
    """Make the bridge. It forwards nothing, so that nodes have no way out of the lab."""
    mac = f"02:{lab.tag[:2]}:{lab.tag[2:4]}:{lab.tag[4:]}:00:01"
    run(["ip", "link", "add", lab.bridge, "address", mac, "type", "bridge", "forward_delay", "0"])
    for family, key, value in (("ipv4", "forwarding", "0"), ("ipv6", "disable_ipv6", "1")):
        knob = Path("/proc/sys/net", family, "conf", lab.bridge, key)
        if knob.exists():
            knob.write_text(value)
    run(["ip", "address", "add", f"{settings.gateway}/24", "dev", lab.bridge])
    run(["ip", "link", "set", lab.bridge, "up"])


def remove_bridge(lab: Lab) -> None:
    if has_bridge(lab):
        run(["ip", "link", "delete", lab.bridge])
