"""Tasks done in child processes under a time limit: what hangs costs itself only.

One worker does everything as long as nothing is slow, and so reads each file once. When a task
takes its time, another worker goes on with the rest; when it takes too long, its worker dies.
The parent forks before it has loaded much, and only waits: that is what makes forking cheap.
"""

import os
import select
import time
from typing import Dict, List, Sequence

from .worker import Answer, Prepare, Worker

AT_ONCE = 4
MOST = 255  # a ticket is one byte


def run_all(names: Sequence[str], prepare: Prepare, limit_s: float) -> Dict[str, Answer]:
    """Each task's answer: {ok, text, seconds}; the text is JSON, or the reason if not ok.

    `prepare` is called in each worker, and gives the function that does a task by its name.
    """
    if len(names) > MOST:
        raise ValueError("%d tasks, %d at most" % (len(names), MOST))
    tickets, counter = os.pipe()
    os.write(counter, bytes(range(len(names))))
    os.close(counter)
    answers: Dict[str, Answer] = {}
    workers: List[Worker] = []
    try:
        while len(answers) < len(names):
            if not workers or _all_late(workers, len(names) - len(answers)):
                workers.append(Worker(names, prepare, tickets, limit_s))
            for worker in _wait(workers):
                answers.update(worker.take())
                if worker.failure:
                    answers.update({n: worker.failure for n in names if n not in answers})
            workers = [worker for worker in workers if not worker.is_gone]
    finally:
        for worker in workers:
            worker.end()
        os.close(tickets)
    return answers


def _all_late(workers: List[Worker], unfinished: int) -> bool:
    """Nobody gets on, and there is work that nobody has taken yet."""
    now = time.monotonic()
    is_room = len(workers) < min(AT_ONCE, unfinished)
    return is_room and all(now >= worker.late_at for worker in workers)


def _wait(workers: List[Worker]) -> List[Worker]:
    """Those that have said something, died, or must die."""
    now = time.monotonic()
    times = [worker.deadline for worker in workers]
    if len(workers) < AT_ONCE:
        times += [worker.late_at for worker in workers if worker.late_at > now]
    patience = max(0.0, min(times) - now)
    ready = select.select([worker.pipe for worker in workers], [], [], patience)[0]
    now = time.monotonic()
    return [worker for worker in workers if worker.pipe in ready or now >= worker.deadline]
