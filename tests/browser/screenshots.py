"""Take the pictures of docs/pictures: python -m tests.browser.screenshots OUT --data FOLDER.

Each row is one picture: its file, the event's place in the data set, the size, what is pressed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.conftest import (
    CHROMIUM_FLAGS,
    find_chromium,
    serve,
    wait_for_answers,
    wait_for_event,
)

DESKTOP = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "reduced_motion": "reduce",
}


@dataclass(frozen=True)
class Picture:
    """file; name of the event as it begins; options of the browser; share of the window played."""

    file: str
    event: str
    options: dict[str, Any] = field(default_factory=lambda: DESKTOP)
    played: float = 1.0
    keys: tuple[str, ...] = ()
    query: str = ""
    tab: str | None = None


PICTURES = (
    Picture("event-dark.png", "Up-going track", played=0.5),
    Picture("event-light.png", "Muon bundle", query="theme=light"),
    Picture("cascade.png", "A cascade", played=0.45),
    Picture("region.png", "Inclined track", keys=("v", "w")),
    Picture("colour-blind-safe.png", "Starting track", query="map=even", keys=("o",)),
    Picture("hand.png", "Muon bundle", keys=("Shift+H",)),
    Picture("keys.png", "Pure noise", keys=("?",)),
    Picture("phone.png", "Up-going track", PHONE, played=0.5),
    Picture("phone-directions.png", "A cascade", PHONE, tab="tab-directions"),
)
PERFORMANCE = "performance.png"
SCORED = ("two_halves", "svd_axis", "line_fit", "verdict")  # the fast ones


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the demo data set's folder")
    parser.add_argument("--only", help="the one file to take")
    arguments = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        print("No Chromium found (Debian and Ubuntu: apt-get install chromium)", file=sys.stderr)
        return 2
    arguments.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as cache,
        serve(arguments.data.absolute(), Path(cache) / "cache") as address,
    ):
        take_all(chromium, address, arguments.out, arguments.only)
    return 0


def take_all(chromium: str, address: str, out: Path, only: str | None) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        places = find_events(browser, address)
        for picture in PICTURES:
            if only in (None, picture.file):
                take(browser, f"{address}{places[picture.event]}", picture, out)
                print(out / picture.file, flush=True)
        if only in (None, PERFORMANCE):
            take_performance(browser, address, out / PERFORMANCE)
            print(out / PERFORMANCE, flush=True)


def find_events(browser: Any, address: str) -> dict[str, str]:
    """Path of the first event whose title begins with each picture's event."""
    page = browser.new_page(reduced_motion="reduce")
    page.goto(address)
    wait_for_event(page)
    wanted = {picture.event for picture in PICTURES}
    found: dict[str, str] = {}
    for _ in range(40):
        info = page.evaluate("window.hitscope.store.get('event').info")
        for name in wanted - found.keys():
            if info["title"].startswith(name):
                found[name] = info["path"]
        if found.keys() == wanted or info["next_id"] is None:
            break
        page.keyboard.press("n")
        wait_for_event(page, info["next_id"])
    page.close()
    if missing := wanted - found.keys():
        raise SystemExit(f"The data set has no event named {', '.join(sorted(missing))}.")
    return found


def take(browser: Any, url: str, picture: Picture, out: Path) -> None:
    context = browser.new_context(**picture.options)
    page = context.new_page()
    page.goto(f"{url}?{picture.query}")
    wait_for_event(page)
    wait_for_answers(page)
    page.evaluate(
        """share => {
            const { store } = window.hitscope;
            const [start, end] = store.get("window");
            store.set({ time: start + share * (end - start) });
        }""",
        picture.played,
    )
    for key in picture.keys:
        page.keyboard.press(key)
    if picture.tab:
        page.click(f"[data-tab={picture.tab}]")
    page.wait_for_timeout(1500)  # for the last frame of a renderer in software
    page.screenshot(path=str(out / picture.file))
    context.close()


def take_performance(browser: Any, address: str, file: Path) -> None:
    """The page Performance, after jobs have scored the data set with SCORED."""
    page = browser.new_page(**DESKTOP)
    page.goto(address)
    wait_for_event(page)
    dataset = page.evaluate("window.hitscope.store.get('event').info.dataset")
    for algorithm in SCORED:
        page.request.post(
            f"{address}/api/v1/jobs", data={"dataset": dataset, "algorithm": algorithm}
        )
    while any(job["state"] != "done" for job in jobs(page, address)):
        page.wait_for_timeout(500)
    page.goto(f"{address}/performance/{dataset}")
    page.wait_for_timeout(5000)
    page.screenshot(path=str(file))
    page.close()


def jobs(page: Any, address: str) -> list[dict[str, Any]]:
    return page.request.get(f"{address}/api/v1/jobs").json()["jobs"]


if __name__ == "__main__":
    sys.exit(main())
