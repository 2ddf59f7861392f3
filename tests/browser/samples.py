"""Pictures of every event of a few data sets, with all directions, and the page that shows them:

    python -m tests.browser.samples docs/pictures/samples --data FOLDER

FOLDER holds a data set or several. Each event is looked at across its true direction (without one
across that of the MPE fit), so that tracks are seen from the side, when all its light is there.
"""

from __future__ import annotations

import argparse
import base64
import math
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.page_config import page_config
from app.report_pages import check_page
from app.routes import event_path
from app.settings import ROOT
from app.theme import OVERLAY_STYLES
from reco_core.directions import source_direction
from reco_core.errors import DatasetError, HitscopeError
from reco_core.icecube.dataset import Dataset, find_datasets
from reco_core.icecube.dataset_pass import INDEX_LIMIT_BYTES, count_events
from reco_core.icecube.selection import first_per_dom, light
from tests.browser.conftest import CHROMIUM_FLAGS, find_chromium, serve, wait_for_event
from tests.browser.samples_page import Row, Sample, add_sections, name_of, write_sections

# The scene of a window that large is 1097 x 658 pixels.
WINDOW = {"viewport": {"width": 1440, "height": 960}, "reduced_motion": "reduce"}
QUALITY = 0.75  # of the JPEG: below 100 kB a picture
MOST_EVENTS = 100  # a page of more is not read
PATIENCE_MS = 300_000  # the first event may wait until the methods are compiled
ELEVATION = math.radians(9)  # from slightly above, so that rings of strings are seen as such
NEAREST_M, FARTHEST_M = 1100.0, 2300.0  # the last shows the whole array
WIDEST_CONE = math.radians(60)  # wider error cones would cover the light, and say nothing
LEGEND_SHIFT = 0.07  # of the distance: the array stands to the left of the legend

KEYS = tuple(style.key for style in OVERLAY_STYLES if style.key != "hand")
REFERENCES = ("truth", "mpe_fit", "line_fit")  # the first that is known is looked across

SNAPSHOT = """async ({ camera, seen_ns, widest_rad, quality, config }) => {
    const { compose } = await import("/assets/display/png.mjs");
    const { store, scene } = window.hitscope;
    const { t0_ns, info } = store.get("event");
    const [start, end] = info.light_range_ns;
    const [first, last] = seen_ns.map((time) => time - t0_ns);
    const directions = store.get("directions").map((row) =>
        row.uncertainty_rad > widest_rad ? { ...row, uncertainty_rad: null } : row);
    const span = [Math.min(start, first - 1), Math.max(end, last + 1)];
    store.set({ directions, window: span, time: span[1], camera });
    return compose(scene.snapshot(1), store, config).toDataURL("image/jpeg", quality);
}"""


def main(typed: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(typed)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            take_all(arguments.out, arguments.data, arguments.page, Path(scratch))
    except HitscopeError as error:
        print(f"samples: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="folder of the pictures")
    parser.add_argument(
        "--data", type=Path, required=True, help="a data set's folder, or several's"
    )
    parser.add_argument(
        "--page", type=Path, default=ROOT / "docs" / "samples.md", help="default: docs/samples.md"
    )
    return parser


def take_all(out: Path, data: Path, page: Path, scratch: Path) -> None:
    """Pictures and page; HitscopeError, before any work, where one of the paths is of no use."""
    from playwright.sync_api import sync_playwright

    check_page(page)
    events = events_in(data, scratch / "index")
    chromium = find_chromium()
    if chromium is None:
        raise HitscopeError("No Chromium found (Debian and Ubuntu: apt-get install chromium).")
    out.mkdir(parents=True, exist_ok=True)
    samples = []
    with serve(data.absolute(), scratch / "cache") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        tab = browser.new_page(**WINDOW)
        for dataset, event_id in events:
            samples.append(take(tab, address, dataset, event_id, out))
            print(out / samples[-1].file, flush=True)
    add_sections(page, [name_of(dataset.key, event_id) for dataset, event_id in events])
    write_sections(page, samples, os.path.relpath(out, page.parent))


def events_in(data: Path, index_dir: Path) -> list[tuple[Dataset, int]]:
    """All events of all data sets of a folder, in order; DatasetError if none, or too many."""
    found = find_datasets(data, index_dir, INDEX_LIMIT_BYTES)
    n_events = sum(count_events(dataset, MOST_EVENTS + 1) for dataset in found)
    if n_events > MOST_EVENTS:
        raise DatasetError(
            f"{data} has more than {MOST_EVENTS} events; pictures of all of them are more than a "
            "page can show. Give a folder with fewer."
        )
    return [
        (dataset, int(event_id))
        for dataset in found
        for batch in dataset.batches
        for event_id in dataset.event_ids(batch)
    ]


def take(tab: Any, address: str, dataset: Dataset, event_id: int, out: Path) -> Sample:
    """Write the picture of one event into `out`; what the page showed of it."""
    tab.goto(f"{address}{event_path(dataset.key, event_id)}?theme=light&on={','.join(KEYS)}")
    wait_for_event(tab, event_id)
    tab.wait_for_function(
        """() => window.hitscope.store.get("directions")
            .every(({ state }) => state === "done" || state === "failed")""",
        timeout=PATIENCE_MS,
    )
    rows = tab.evaluate("window.hitscope.store.get('directions')")
    told = tab.locator("#event-sentence span").all_inner_texts()
    sample = Sample(dataset.key, event_id, tab.inner_text("h1"), tuple(told), tuple(rows))
    first = first_per_dom(light(dataset.event(event_id).pulses))
    camera = camera_of(rows, dataset.detector.position_m[first.sensor_id])
    seen_ns = (float(first.time_ns[0]), float(first.time_ns[-1]))
    (out / sample.file).write_bytes(snapshot(tab, camera, seen_ns))
    return sample


def snapshot(tab: Any, camera: dict[str, Any], seen_ns: tuple[float, float]) -> bytes:
    """The picture that the page saves, as JPEG, when each lit DOM has its light.

    seen_ns : first and last of their first pulses, which may be outside what the page takes to be
    the time of the light.
    """
    asked = {"camera": camera, "seen_ns": seen_ns, "widest_rad": WIDEST_CONE, "quality": QUALITY}
    url = tab.evaluate(SNAPSHOT, asked | {"config": page_config()})
    return base64.b64decode(url.partition(",")[2])


def camera_of(rows: Sequence[Row], lit_m: NDArray[np.float64]) -> dict[str, Any]:
    """Across the reference, from the side on which the light is; nearer where it is small.

    lit_m : (D, 3) m.  As the browser's view holds it: angles where the eye is, rad; metres.
    """
    centre = np.median(lit_m, axis=0)
    extent = float(np.quantile(np.linalg.norm(lit_m - centre, axis=1), 0.9))
    distance = float(np.clip(NEAREST_M + 4 * extent, NEAREST_M, FARTHEST_M))
    # the nearer the eye, the more it looks at the light instead of the middle of the array
    target = centre * (FARTHEST_M - distance) / (FARTHEST_M - NEAREST_M)
    across = _azimuth_of_reference(rows) + math.pi / 2
    if source_direction(np.pi / 2, across) @ centre < 0:
        across += math.pi
    right = np.array((-math.sin(across), math.cos(across), 0.0))
    target = target + LEGEND_SHIFT * distance * right
    return {
        "azimuth": math.remainder(across, 2 * math.pi),
        "elevation": ELEVATION,
        "distance": distance,
        "target": target.tolist(),
    }


def _azimuth_of_reference(rows: Sequence[Row]) -> float:
    azimuth = {row["key"]: row["azimuth"] for row in rows}
    known = (azimuth[key] for key in REFERENCES if azimuth.get(key) is not None)
    return float(next(known, 0.0))


if __name__ == "__main__":
    sys.exit(main())
