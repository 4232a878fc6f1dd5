"""`python -m bench`: all comparisons, one after the other. The Makefile says what it needs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from types import FrameType

from bench import raw, report
from bench.machine import describe_machine
from bench.raw import Run, Sample
from bench.scenarios import carry_out, converge
from bench.site import HERE, WORK, BenchError, Site
from bench.steps import SCENARIOS, Forecast, Step, Wishes, list_steps

SCALE = "bench.scale"


def main() -> None:
    wishes = read_wishes(os.environ)
    run = begin(goes_on="--continue" in sys.argv)
    done = {sample.step for sample in run.samples if sample.ok}
    steps = [step for step in list_steps(wishes) if step not in done]
    signal.signal(signal.SIGTERM, interrupt)
    try:
        carry_out_all(run, steps, wishes.lab)
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("bench: interrupted; `make bench CONTINUE=1` goes on from here")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        report.main()
        Site(wishes.lab, 0).take_down()


def read_wishes(environment: Mapping[str, str]) -> Wishes:
    """BENCH_NODES, SCENARIOS, RUNS, STOCK_RUNS, BENCH_LAB; empty means the default."""
    given = {name: text for name, text in environment.items() if text}
    runs = int(given.get("RUNS", "5"))
    scenarios = tuple(given.get("SCENARIOS", " ".join(SCENARIOS)).split())
    wrong = sorted(set(scenarios) - set(SCENARIOS))
    if wrong:
        sys.exit(f"bench: no scenario {' '.join(wrong)}; there are {' '.join(SCENARIOS)}")
    return Wishes(
        nodes=tuple(int(word) for word in given.get("BENCH_NODES", "8 16 32").split()),
        scenarios=scenarios,
        runs=runs,
        stock_runs=int(given.get("STOCK_RUNS", runs)),
        lab=given.get("BENCH_LAB", "peers"),
    )


def begin(*, goes_on: bool) -> Run:
    """A new run, or the last one again."""
    known = list(raw.read_runs().values())
    if goes_on and known:
        return known[-1]
    run = Run(datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ"))
    raw.append(run.id, "machine", describe_machine())
    return run


def interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def carry_out_all(run: Run, steps: list[Step], lab: str) -> None:
    forecast = Forecast()
    converged: Site | None = None
    for number, step in enumerate(steps):
        say(number, steps, step, forecast)
        if step.scenario == "scale":
            Site(lab, 0).take_down()
            measure_scale(run)
            continue
        site = Site(lab, step.nodes)
        if step.scenario == "first":
            converged = None
        elif converged != site:
            raw.append(run.id, "fact", {f"converged on {site.nodes:2} nodes": converge(site)})
            converged = site
        sample = carry_out(step, site)
        raw.append_sample(run.id, sample)
        forecast.learn(step, sample.wall_s)
        tell(sample)


def say(number: int, steps: list[Step], step: Step, forecast: Forecast) -> None:
    left = forecast.predict(steps[number:]) / 60
    end = time.strftime("%H:%M", time.localtime(time.time() + left * 60))
    what = f"{step.scenario}, {step.nodes} nodes, round {step.round}, {step.tool}"
    sys.stderr.write(f"[{number + 1}/{len(steps)}] {what}; {left:.0f} min left, until {end}\n")


def tell(sample: Sample) -> None:
    said = f"  {sample.wall_s:.2f} s, {sample.cpu_s:.2f} s of CPU, {sample.peak_mib:.0f} MiB"
    sys.stderr.write(f"{said}{'' if sample.ok else '  NOT OK: ' + sample.note}\n")


def measure_scale(run: Run) -> None:
    """It prints its own table, which is taken as it is; it needs no node."""
    if not find_spec(SCALE):
        sys.stderr.write("  there is no bench.scale here\n")
        return
    WORK.mkdir(exist_ok=True)
    numbers = WORK / "scale.json"
    numbers.unlink(missing_ok=True)
    words = [sys.executable, "-m", SCALE, "--json", str(numbers)]
    done = subprocess.run(words, cwd=HERE.parent, capture_output=True, text=True, check=False)
    rows = json.loads(numbers.read_text()) if numbers.exists() else []
    fact = {"code": done.returncode, "table": done.stdout, "rows": rows}
    raw.append(run.id, "fact", {"scale": fact})


if __name__ == "__main__":
    main()
