"""Hours under load: do collectives stay right and fast, and do error counters stay still?"""

from pathlib import Path

import pytest

from podsys.commands.collectives import takes
from podsys.commands.sent_programs import read_program
from podsys.commands.watch_counters import watch_counters
from podsys.model.forecast import Forecast

PROGRAM = read_program(Path(__file__).with_name("collectives.py"))
# Beyond the time it soaks: starting, and the last window.
OVERHEAD_S = 120
NOTHING = Forecast(0.1, 60, "accept.soak_minutes asks for none")


def forecast(cluster):
    seconds = cluster.spec.accept.soak_minutes * 60
    return takes(seconds, seconds + OVERHEAD_S) if seconds else NOTHING


@pytest.mark.check(
    id="network.soak",
    level=4,
    suite="network",
    takes=forecast,
    remedy="podsys accept --level 3: who is slow by itself; then cable, optics and switch port",
)
def test_soak(cluster, fleet, run_collective):
    seconds = round(cluster.spec.accept.soak_minutes * 60)
    if not seconds:
        pytest.skip("accept.soak_minutes asks for none")
    with watch_counters(fleet, cluster.nodes) as risen:
        run_collective(PROGRAM, "soak", str(seconds), limit_s=seconds + OVERHEAD_S)
    assert not risen, "error counters rose: " + "; ".join(risen)
