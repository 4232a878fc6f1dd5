"""The links between GPUs: each by itself, and the fabric that the fabric manager makes of them."""

from typing import Any, Dict, List, Optional

from ..values import bounded
from .questions import COUNT, Questions, name_error

MOST_LINKS = 72
MOST_MBPS = 10000000
STATES = ("", "Not Started", "In Progress", "Completed")
SUCCESS = 0


def read_links(gpu: Questions) -> Optional[List[Dict[str, Any]]]:
    """None for a GPU that has no NVLink; also links that are not active are listed."""
    nvml = gpu.nvml
    count = bounded(gpu.fields(nvml.NVML_FI_DEV_NVLINK_LINK_COUNT, [0])[0], MOST_LINKS)
    if not count:
        return None
    links = range(count)
    columns = (
        [_flag(state) for state in gpu.fields(nvml.NVML_FI_DEV_NVLINK_GET_STATE, links)],
        [_gbps(speed) for speed in gpu.fields(nvml.NVML_FI_DEV_NVLINK_GET_SPEED, links)],
        gpu.fields(nvml.NVML_FI_DEV_NVLINK_ERROR_DL_CRC, links),
        gpu.fields(nvml.NVML_FI_DEV_NVLINK_ERROR_DL_REPLAY, links),
        gpu.fields(nvml.NVML_FI_DEV_NVLINK_ERROR_DL_RECOVERY, links),
    )
    names = ("link", "active", "speed_gbps", "crc_errors", "replay_errors", "recovery_errors")
    return [_ask_again(gpu, dict(zip(names, row))) for row in zip(links, *columns)]


def _ask_again(gpu: Questions, link: Dict[str, Any]) -> Dict[str, Any]:
    """Before Hopper a link tells by questions of its own what it does not tell as fields."""
    nvml, number = gpu.nvml, link["link"]
    if link["active"] is None:
        link["active"] = _flag(gpu.number(1, nvml.nvmlDeviceGetNvLinkState, number))
    for name, counter in (
        ("crc_errors", nvml.NVML_NVLINK_ERROR_DL_CRC_FLIT),
        ("replay_errors", nvml.NVML_NVLINK_ERROR_DL_REPLAY),
        ("recovery_errors", nvml.NVML_NVLINK_ERROR_DL_RECOVERY),
    ):
        if link[name] is None and link["active"]:
            link[name] = gpu.number(COUNT, nvml.nvmlDeviceGetNvLinkErrorCounter, number, counter)
    if link["speed_gbps"] is None and link["active"]:
        link["speed_gbps"] = _gbps(gpu.fields(nvml.NVML_FI_DEV_NVLINK_SPEED_MBPS_COMMON, [0])[0])
    return link


def _flag(number: Optional[int]) -> Optional[bool]:
    return bool(number) if number in (0, 1) else None


def _gbps(mbps: Optional[int]) -> Optional[float]:
    """GB/s in one direction, as nvidia-smi shows it."""
    mbps = bounded(mbps, MOST_MBPS)
    return None if mbps is None else mbps / 1000


def read_fabric(gpu: Questions) -> Optional[Dict[str, Any]]:
    """None for a GPU that is not on an NVSwitch; words as nvidia-smi has them."""
    info = _ask_fabric(gpu)
    state = info.state if info is not None and 0 < info.state < len(STATES) else 0
    if not state:
        return None
    success = info.status == SUCCESS
    return {
        "state": STATES[state],
        "status": "Success" if success else name_error(gpu.nvml, gpu.nvml.NVMLError(info.status)),
        "clique": int(info.cliqueId),
        "uuid": _uuid(bytes(info.clusterUuid).hex()),
    }


def _uuid(digits: str) -> str:
    ends = (0, 8, 12, 16, 20, 32)
    return "-".join(digits[start:end] for start, end in zip(ends, ends[1:]))


def _ask_fabric(gpu: Questions) -> Any:
    """Drivers before 535 know only the question without a version."""
    nvml = gpu.nvml
    for shape, question in (
        (nvml.c_nvmlGpuFabricInfoV_t, nvml.nvmlDeviceGetGpuFabricInfoV),
        (nvml.c_nvmlGpuFabricInfo_t, nvml.nvmlDeviceGetGpuFabricInfo),
    ):
        info = shape()
        if gpu.ask(question, nvml.byref(info)) is not None:
            return info
    return None
