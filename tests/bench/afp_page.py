"""Part 12: from the key to the next AFP event on the screen, in a data set of ten million."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.bench import afp
from tests.bench.chromium import MISSING, chromium, metered_page, script
from tests.bench.common import Options, say, scratch
from tests.bench.report import Row, Section, against_target, row_of
from tests.browser.conftest import find_chromium, serve

TARGET_MS = 100.0
PAUSE_MS = 500  # between two keys: who looks at events
KEYS = {"n": "key N, the next event", "p": "key P, the one before", "r": "key R, a random one"}
READY = "() => window.hitscope?.store?.get('analysis')?.final"


def measure(options: Options) -> Section:
    n_events = options.repeats(afp.FULL_EVENTS, afp.QUICK_EVENTS)
    title = f"afp-page: {n_events:,} events, from the key until the event is drawn, 1440 x 900"
    if find_chromium() is None:
        return Section(title, skipped=MISSING)
    stored = afp.stored(n_events)
    with scratch() as own:
        data = own / "data" / "protons"
        data.mkdir(parents=True)
        for file in stored.iterdir():
            _linked(file, data / file.name)
        with serve(data.parent, own / "cache") as address, chromium() as browser:
            say("going through events by key")
            rows = tuple(_rows(browser, address, options))
    return Section(title, rows)


def _linked(file: Path, at: Path) -> None:
    """A second name of the file: it is of the same disk, and large."""
    try:
        at.hardlink_to(file)
    except OSError:  # another disk, or one without links
        shutil.copy2(file, at)


def _rows(browser: Any, address: str, options: Options) -> list[Row]:
    with metered_page(browser, f"{address}/afp", options.quick) as page:
        page.wait_for_function(READY, timeout=120_000)
        rows = []
        for key, name in KEYS.items():
            n, warm_up = options.repeats(60, 5), options.repeats(5, 1)
            given = {"key": key, "n": warm_up + n, "pause_ms": PAUSE_MS}
            times_ms = page.evaluate(script("afp_keys.js"), given)[warm_up:]
            p95 = row_of(name, times_ms, "ms").p95 or max(times_ms)
            told = "" if key == "r" else against_target(p95, TARGET_MS, "ms at p95")
            rows.append(row_of(name, times_ms, "ms", told))
    return rows
