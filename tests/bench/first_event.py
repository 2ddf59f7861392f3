"""Time to the first simulated event, in a process of its own.

    python -m tests.bench.first_event FOLDER

FOLDER : where compiled code is looked for and kept. Prints seconds.
"""

from __future__ import annotations

import sys
import time

from reco_core import compiled


def main() -> None:
    folder = sys.argv[1]
    compiled._cache_folder = lambda module: folder
    start = time.perf_counter()
    # Only now: the functions look for their compiled code as they are defined.
    from reco_core.icecube.simulation.chunk import compile_part, simulate_chunk

    compile_part(0, 1)  # as the command does before its first event
    simulate_chunk("competition", 1, 0, 1)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
