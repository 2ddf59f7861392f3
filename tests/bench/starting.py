"""Part 4: from starting the server to the first event on the screen, cold and warm."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from tests.bench.chromium import MISSING, VIEWPORT, chromium
from tests.bench.client import Client
from tests.bench.common import Options, full_batch, say, scratch
from tests.bench.report import Row, Section, percentiles, ratio
from tests.browser.conftest import find_chromium, serve, wait_for_event

INDEX_PATIENCE_S = 300
BATCH = "/batches/train/1/index"
ALL_THERE = """() => {
    const rows = window.hitscope.store.get("directions");
    return rows.length > 1 && rows.every((row) => row.state === "done");
}"""
STEPS = {
    "health": "to /health 200, asked every 50 ms",
    "html": "to the first page's HTML",
    "drawn": "to the first event drawn in the browser",
    "overlays": "to all its overlays there",
}


def measure(options: Options) -> Section:
    folder = full_batch(options)
    found = find_chromium() is not None
    if not found:
        say(f"the browser's figures are left out: {MISSING}")
    cold, warm = [], []
    with chromium() if found else nullcontext() as browser:
        for _ in range(options.repeats(3, 1)):
            with scratch() as own:
                cache = own / "cache"
                say("starting with an empty cache folder")
                cold.append(_start(folder, cache, browser))
                say("starting with the index there")
                warm.append(_start(folder, cache, browser))
    title = (
        f"start: from starting gunicorn (2 workers), median of {len(cold)}; cold = no index of the "
        "batch, built meanwhile; the browser runs already, its cache is empty"
    )
    return Section(title if found else f"{title}; {MISSING}", tuple(_rows(cold, warm)))


def _start(folder: Path, cache: Path, browser: Any) -> dict[str, float]:
    """Seconds of each of STEPS. Waits, not counted, until the index is there."""
    start = time.perf_counter()
    found = {}
    with serve(folder, cache) as address:
        found["health"] = time.perf_counter() - start
        with closing(Client(address, folder.name)) as client:
            client.get("/")
        found["html"] = time.perf_counter() - start
        if browser:
            with _drawn(browser, f"{address}/") as page:
                found["drawn"] = time.perf_counter() - start
                page.wait_for_function(ALL_THERE)
                found["overlays"] = time.perf_counter() - start
        with closing(Client(address, folder.name)) as client:
            _wait_for_index(client, folder.name)
    return found


@contextmanager
def _drawn(browser: Any, url: str) -> Iterator[Any]:
    """The page with its event drawn."""
    context = browser.new_context(viewport=VIEWPORT)
    try:
        page = context.new_page()
        page.goto(url)
        wait_for_event(page)
        yield page
    finally:
        context.close()


def _wait_for_index(client: Client, key: str) -> None:
    """Until the index is ready; RuntimeError if it fails."""
    deadline = time.monotonic() + INDEX_PATIENCE_S
    while time.monotonic() < deadline:
        told = json.loads(client.get(f"/api/v1/datasets/{key}{BATCH}"))
        if told["state"] == "ready":
            return
        if told["state"] != "building":
            raise RuntimeError(f"the index is {told['state']}: {told['message']}")
        time.sleep(0.2)
    raise RuntimeError(f"the index was not there after {INDEX_PATIENCE_S} s")


def _rows(cold: list[dict[str, float]], warm: list[dict[str, float]]) -> Iterator[Row]:
    for key in cold[0]:
        cold_s, warm_s = (percentiles([times[key] for times in runs])[0] for runs in (cold, warm))
        yield Row(f"cold, {STEPS[key]}", cold_s, "s", note=f"{ratio(cold_s, warm_s)} warm")
        yield Row(f"warm, {STEPS[key]}", warm_s, "s")
