"""A process that works on jobs until none is left: `python job_child.py DATA CACHE [BYTES]`.

BYTES : how large a file may become, as on a full disk. With "again" instead, it does nothing
itself: for each line on its input it starts a process that does, and says its number. That is
quicker than 20 fresh ones.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

from app.services import job_run
from tests.app.services.job_helpers import Counting, World

EVENT_S = 0.004


def main(data: str, cache: str, limit: str = "") -> None:
    if limit != "again":
        return work(data, cache, limit)
    for _ in sys.stdin:  # nothing was computed here, so there are no threads that a fork loses
        pid = os.fork()
        if pid == 0:
            work(data, cache, "")
            os._exit(0)
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("ended", flush=True)


def work(data: str, cache: str, limit: str) -> None:
    job_run.PART_S = 0.01  # type: ignore[misc]
    job_run.TOLD_EVERY_S = 0.01  # type: ignore[misc]
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    algorithm = Counting(before=lambda _: time.sleep(EVENT_S)).algorithm()
    world = World(Path(data), Path(cache), algorithm)
    world.finish()


if __name__ == "__main__":
    main(*sys.argv[1:])
