"""p2pBandwidthLatencyTest of the CUDA samples: six matrices and more, found by their titles.

Both ways at once healthy pairs differ by their place (416 and 519 GB/s on one A100 node).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from podsys.core.parsers import Unreadable
from podsys.core.parsers._matrix import Matrix, read_matrix
from podsys.core.parsers._numbers import split_lines
from podsys.core.parsers._slow_peers import find_slow_peers
from podsys.model.output import Figure, ToolOutput

TOOL = "p2pBandwidthLatencyTest"
BANNER = "[P2P (Peer-to-Peer) GPU Bandwidth Latency Test]"
CONNECTIVITY = "P2P Connectivity Matrix"
LATENCY = re.compile(r"P2P=(Enabled|Disabled) Latency (?:\(P2P (?:Writes|Reads)\) )?Matrix \(us\)")
BANDWIDTH = re.compile(
    r"(Unidirectional|Bidirectional) P2P=(Enabled|Disabled) Bandwidth "
    r"(?:\(P2P (?:Writes|Reads)\) )?Matrix \(GB/s\)"
)
METRICS = {
    ("Unidirectional", "Enabled"): "p2p_bw",
    ("Unidirectional", "Disabled"): "p2p_bw_staged",
    ("Bidirectional", "Enabled"): "p2p_bw_bidir",
    ("Bidirectional", "Disabled"): "p2p_bw_bidir_staged",
}
LATENCY_METRICS = {"Enabled": "p2p_lat", "Disabled": "p2p_lat_staged"}
_TROUBLE = re.compile(r"Cuda failure|CUDA error|code=[0-9]+\(cuda", re.IGNORECASE)
_DEVICE = re.compile(r"Device: ([0-9]{1,4}), (.+?), pciBusID")
Matrices = dict[str, Matrix]


def recognises(text: str) -> bool:
    return BANNER in text or bool(BANDWIDTH.search(text))


def parse(text: str) -> ToolOutput:
    lines = [line.rstrip() for line in split_lines(text)]
    matrices, gaps = _read_matrices(lines)
    faults = [line.strip()[:200] for line in lines if _TROUBLE.search(line)]
    if not matrices and not faults:
        raise Unreadable("no matrix of p2pBandwidthLatencyTest in the output")
    wanted = [CONNECTIVITY, *METRICS.values(), *LATENCY_METRICS.values(), "cpu_lat"]
    missing = [name for name in wanted if name not in matrices]
    if missing:
        gaps.append(f"matrices are missing: {', '.join(missing)}")
    gaps += _find_wrong_sizes(lines, matrices)
    if lines and lines[-1].strip() and not lines[-1].startswith("NOTE: The CUDA Samples"):
        gaps.append("the output ends within a line")
    peers = matrices.get(CONNECTIVITY)
    figures = tuple(_figures(matrices, peers))
    faults += find_slow_peers(figures)
    devices = tuple(sorted({found[2] for found in map(_DEVICE.match, lines) if found}))
    return ToolOutput(
        tool=TOOL, figures=figures, faults=tuple(faults[:5]), gaps=tuple(gaps), devices=devices
    )


def _read_matrices(lines: Sequence[str]) -> tuple[Matrices, list[str]]:
    found: Matrices = {}
    gaps: list[str] = []
    for number, line in enumerate(lines):
        name, corner, at = _read_title(line.strip()), "D\\D", number + 1
        if name is None:
            continue
        try:
            if name in LATENCY_METRICS.values():
                corner = "GPU"
            found[name] = read_matrix(lines, at, corner)
            if corner == "GPU":
                after = found[name].next + 1
                found["cpu_lat" if name == "p2p_lat" else "cpu_lat_staged"] = read_matrix(
                    lines, after, "CPU"
                )
        except Unreadable as error:
            gaps.append(f"{line.strip()}: {error.reason}")
    return found, gaps


def _read_title(line: str) -> str | None:
    if line == CONNECTIVITY:
        return CONNECTIVITY
    bandwidth, latency = BANDWIDTH.fullmatch(line), LATENCY.fullmatch(line)
    if bandwidth:
        return METRICS[bandwidth[1], bandwidth[2]]
    return LATENCY_METRICS[latency[1]] if latency else None


def _find_wrong_sizes(lines: Sequence[str], matrices: Matrices) -> Iterator[str]:
    devices = {int(found[1]) for found in map(_DEVICE.match, lines) if found}
    wanted = max(devices) + 1 if devices else max((m.columns for m in matrices.values()), default=0)
    if wanted < 2:
        yield "fewer than two devices: there is no peer to measure"
    for name, matrix in matrices.items():
        if matrix.columns != wanted or matrix.rows != wanted:
            yield f"{name}: {matrix.rows} x {matrix.columns} for {wanted} devices"


def _figures(matrices: Matrices, peers: Matrix | None) -> Iterator[Figure]:
    """Where two GPUs cannot reach each other, what is called P2P is a copy through the host."""
    for name, matrix in matrices.items():
        if name == CONNECTIVITY or name.startswith("cpu_lat"):
            continue
        for (row, column), value in matrix.cells.items():
            if row != column and (name.endswith("staged") or _is_peer(peers, row, column)):
                yield Figure(
                    metric=name,
                    value=value,
                    unit="us" if "_lat" in name else "GB/s",
                    subject=f"gpu {row} -> gpu {column}",
                    rows=matrix.rows,
                    problem="" if value is not None else "N/A",
                )


def _is_peer(peers: Matrix | None, row: int, column: int) -> bool:
    return peers is None or bool(peers.cells.get((row, column)))


def _matrix(title: str, value: str, own: str, corner: str = "D\\D") -> str:
    rows = [f"   {corner}     0      1\n", f"     0 {own} {value}\n", f"     1 {value} {own}\n"]
    return (f"{title}\n" if title else "\n") + "".join(rows)


KNOWN_GOOD = (
    BANNER
    + "\nDevice: 0, Some GPU, pciBusID: 11, pciDeviceID: 0, pciDomainID:0\n"
    + "Device: 1, Some GPU, pciBusID: 21, pciDeviceID: 0, pciDomainID:0\n"
    + _matrix(CONNECTIVITY, "1", "1")
    + _matrix("Unidirectional P2P=Disabled Bandwidth Matrix (GB/s)", "31.10", "2100.10")
    + _matrix("Unidirectional P2P=Enabled Bandwidth (P2P Writes) Matrix (GB/s)", "371.20", "2100.1")
    + _matrix("Bidirectional P2P=Disabled Bandwidth Matrix (GB/s)", "41.10", "2100.10")
    + _matrix("Bidirectional P2P=Enabled Bandwidth Matrix (GB/s)", "741.20", "2100.10")
    + _matrix("P2P=Disabled Latency Matrix (us)", "21.10", "2.10", "GPU")
    + _matrix("", "6.10", "2.10", "CPU")
    + _matrix("P2P=Enabled Latency (P2P Writes) Matrix (us)", "3.10", "2.10", "GPU")
    + _matrix("", "1.90", "2.10", "CPU")
)
KNOWN_BAD = (
    "",
    KNOWN_GOOD[: KNOWN_GOOD.index("Unidirectional")],
    KNOWN_GOOD[: KNOWN_GOOD.index("P2P=Enabled Latency")],
    KNOWN_GOOD[:-2],
    KNOWN_GOOD.replace("     1 371.20 2100.1\n", ""),
    KNOWN_GOOD.replace("     1 371.20 2100.1\n", "     1 371.20\n"),
    KNOWN_GOOD.replace("371.20", "9.90"),
    KNOWN_GOOD.replace("371.20", "N/A"),
    KNOWN_GOOD.replace("Unidirectional P2P=Enabled", "Some"),
    KNOWN_GOOD + "Cuda failure p2pBandwidthLatencyTest.cu:190: 'unknown error'\n",
)
