"""Work done in child processes under a time limit: what hangs costs itself only.

One worker does everything as long as nothing is slow, and so reads each file once. When a task
takes its time, another worker goes on with the rest; when it takes too long, its worker dies.
"""

import select
import time
from typing import Any, Callable, Dict, List, Sequence, Tuple

from .worker import Worker

AT_ONCE = 4
# A task that takes longer than this no longer keeps the others waiting.
LATE_S = 0.25
Task = Tuple[str, Callable[[], Any]]
Result = Dict[str, Any]


def run_all(tasks: Sequence[Task], limit_s: float) -> Dict[str, Result]:
    """Results by name: {ok, value, seconds} or {ok, reason, seconds}."""
    waiting = list(reversed(tasks))
    workers: List[Worker] = []
    results: Dict[str, Result] = {}
    try:
        while len(results) < len(tasks):
            _hand_out(waiting, workers, tasks, limit_s)
            for worker in _wait(workers, bool(waiting)):
                name, result = worker.result()
                results[name] = result
                if worker.is_gone:
                    workers.remove(worker)
    finally:
        for worker in workers:
            worker.end()
    return results


def _hand_out(
    waiting: List[Task], workers: List[Worker], tasks: Sequence[Task], limit_s: float
) -> None:
    """Idle workers get work; a new one is started only when all others are late."""
    for worker in workers:
        if waiting and worker.is_idle:
            worker.give(waiting.pop()[0], limit_s)
    now = time.monotonic()
    if waiting and len(workers) < AT_ONCE and all(now >= w.started + LATE_S for w in workers):
        workers.append(Worker(dict(tasks), workers))
        workers[-1].give(waiting.pop()[0], limit_s)


def _wait(workers: List[Worker], more: bool) -> List[Worker]:
    """Workers that have answered, died, or must die; none when it is time to start another."""
    busy = [worker for worker in workers if not worker.is_idle]
    times = [worker.deadline for worker in busy]
    if more and len(workers) < AT_ONCE:
        times.append(max(worker.started for worker in busy) + LATE_S)
    patience = max(0.0, min(times) - time.monotonic())
    ready = select.select([worker.answers for worker in busy], [], [], patience)[0]
    done = [worker for worker in busy if worker.answers in ready and worker.take()]
    late = [w for w in busy if w not in done and time.monotonic() >= w.deadline]
    for worker in late:
        worker.end("no answer within %g s" % worker.limit_s)
    return done + late
