"""make bench: measure speed, memory and bytes in one run, and print them as one table.

python -m tests.bench [--quick] [--only open,playback,bytes,start,results,simulation,
                       reconstructions,afp,afp-simulation,afp-features,
                       afp-detectors,afp-page]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import traceback
from collections.abc import Callable

from tests.bench import (
    afp,
    afp_detectors,
    afp_features,
    afp_page,
    afp_simulation,
    opening,
    playback,
    reconstructions,
    results,
    simulation,
    sizes,
    starting,
)
from tests.bench.common import Options, say
from tests.bench.report import Section, table

PARTS: dict[str, Callable[[Options], Section]] = {
    "open": opening.measure,
    "playback": playback.measure,
    "bytes": sizes.measure,
    "start": starting.measure,
    "results": results.measure,
    "simulation": simulation.measure,
    "reconstructions": reconstructions.measure,
    "afp-simulation": afp_simulation.measure,
    "afp-features": afp_features.measure,
    "afp-detectors": afp_detectors.measure,
    "afp": afp.measure,
    "afp-page": afp_page.measure,
}


def main() -> int:
    args = _arguments()
    options = Options(args.quick)
    heading = machine()
    sections, failed = [], False
    for name in args.only:
        say(f"part {name}")
        try:
            sections.append(PARTS[name](options))
        except Exception as error:  # one broken part must not hide the others' figures
            traceback.print_exc()
            reason = str(error).partition("\n")[0]  # the rest is in the traceback
            sections.append(Section(name, skipped=f"failed: {type(error).__name__}: {reason}"))
            failed = True
    print(heading)
    print(table(sections))
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small data, few repetitions")
    parser.add_argument(
        "--only", type=_parts, default=list(PARTS), metavar="PARTS",
        help=f"parts to run, separated by commas: {','.join(PARTS)}",
    )  # fmt: skip
    return parser.parse_args()


def _parts(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in PARTS:
            known = ", ".join(PARTS)
            raise argparse.ArgumentTypeError(f"there is no part {name!r}; expected {known}")
    return names


def machine() -> str:
    """Where the figures were taken, and how busy it was before."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, load {load:.1f} before the run. "
        "value: the median where there is a p95."
    )


if __name__ == "__main__":
    sys.exit(main())
