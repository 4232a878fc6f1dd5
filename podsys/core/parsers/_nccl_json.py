"""What nccl-tests writes with -J (version 3). Its `env` may hold secrets and is never shown."""

from __future__ import annotations

from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._nccl_notes import Notes
from podsys.core.parsers._nccl_run import Run
from podsys.core.parsers._nccl_table import Cell, Row
from podsys.core.parsers._strict import read_json, take_count, take_number, take_object

VERSIONS = (3,)
WAYS = {"out_of_place": "out-of-place", "in_place": "in-place"}


def looks_like_json(text: str) -> bool:
    head = text[:4000].lstrip()
    return head.startswith("{") and '"nccl_version"' in text and '"results"' in text


def read_json_run(text: str, tool: str) -> Run:
    document = read_json(text, tool)
    if document.get("version") not in VERSIONS:
        raise Unreadable(f"{tool} JSON of version {document.get('version')!r} is not known")
    run = Run(_read_notes(document), version=str(document.get("nccl_version", "")))
    results = document.get("results")
    if not isinstance(results, list):
        raise Unreadable("no results in the output")
    for result in results:
        run.rows.append(_read_row(result))
    bounds = take_object(document, "out_of_bounds")
    run.out_of_bounds = take_count(bounds, "count")
    if bounds.get("okay") != "true":
        run.faults.append("the tool says that values are out of bounds")
    average = take_object(document, "average_bus_bandwidth")
    run.average = take_number(average, "bandwidth")
    if average.get("okay") not in ("unchecked", "true"):
        run.faults.append("the average is below the bound that the tool was given")
    errors = document.get("errors")
    if not isinstance(errors, list) or errors:
        run.faults.append(f"the tool reports errors: {str(errors)[:200]}")
    if not document.get("end_time"):
        run.gaps.append("no end_time: the test did not run to its end")
    return run


def _read_notes(document: dict[str, Any]) -> Notes:
    notes = Notes()
    config = take_object(document, "config")
    least, most = take_count(config, "minimum_bytes"), take_count(config, "maximum_bytes")
    by_factor = isinstance(config.get("step_factor"), int) and config["step_factor"] > 1
    step = take_count(config, "step_factor" if by_factor else "step_bytes")
    notes.sweep = (least, most, step, by_factor)
    notes.validated = config.get("validation") == 1
    devices = config.get("devices")
    for device in devices if isinstance(devices, list) else ():
        if isinstance(device, dict):
            notes.ranks[take_count(device, "rank")] = str(device.get("hostname", ""))
            notes.devices.update({str(device["device_info"])} if "device_info" in device else ())
    if notes.ranks:
        notes.setup["gpus"] = max(notes.ranks) + 1
    if notes.hosts:
        notes.setup["nodes"] = len(notes.hosts)
    for result in document.get("results") or ():
        name = result.get("experiment_name") if isinstance(result, dict) else None
        notes.programs.add(str(name or "").removesuffix("_perf"))
    for entry in document.get("env") or ():
        if str(entry).startswith("NCCL_ALGO="):
            notes.setup["algorithm"] = str(entry).partition("=")[2][:40]
    return notes


def _read_row(result: Any) -> Row:
    if not isinstance(result, dict):
        raise Unreadable("a result is no object")
    kind = tuple(str(result.get(key, "")).strip() for key in ("type", "redop", "root"))
    cells = {way: _read_cell(take_object(result, key)) for key, way in WAYS.items()}
    return Row(take_count(result, "size"), kind, cells)


def _read_cell(cell: dict[str, Any]) -> Cell:
    micros = take_number(cell, "cpu_time" if "cpu_time" in cell else "time")
    algbw, busbw = take_number(cell, "alg_bw"), take_number(cell, "bus_bw")
    if "nwrong" not in cell:
        raise Unreadable("no nwrong in the output")
    wrong = None if cell["nwrong"] is None else take_number(cell, "nwrong")
    return Cell(micros, algbw, busbw, wrong, 0.005, 1e-4)
