"""Part 2: what a step of playback costs the browser, beside Plotly with the same pulses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench.chromium import MISSING, chromium, graphics, metered_page, script
from tests.bench.common import BRIGHT_PULSES, Options, bright_events, say, scratch
from tests.bench.report import (
    Row,
    Section,
    against_target,
    joined,
    percentiles,
    ratio,
    row_of,
)
from tests.browser.conftest import find_chromium, serve, wait_for_event

KEY = "bright"
TARGET_MS = 1.0
AT_MOST_TEN = "target <= 10"
PLOTLY = "/_dash-component-suites/plotly/package_data/plotly.min.js"
SCENE_SIZE = """() => {
    const { width, height } = document.querySelector(".scene-canvas");
    return { width, height };
}"""


def measure(options: Options) -> Section:
    title = "playback: one step of the clock, main thread of headless Chromium"
    if find_chromium() is None:
        return Section(title, skipped=MISSING)
    rows: list[Row] = []
    with (
        scratch() as folder,
        serve(bright_events(folder), folder / "cache") as address,
        chromium() as browser,
    ):
        for event_id, n_pulses in BRIGHT_PULSES.items():
            ours = _scene(browser, address, event_id, options)
            theirs = _plotly(browser, address, event_id, ours["size"], options)
            rows += _rows(f"{n_pulses:,} pulses", ours, theirs)
    size = ours["size"]
    return Section(
        f"{title}; {size['width']} x {size['height']} pixels, {ours['graphics']}", tuple(rows)
    )


def _scene(browser: Any, address: str, event_id: int, options: Options) -> dict[str, Any]:
    say(f"playback of {BRIGHT_PULSES[event_id]:,} pulses")
    warm_up = options.repeats(10, 1)
    n_steps = warm_up + options.repeats(40, 5)
    with metered_page(browser, f"{address}/event/{KEY}/{event_id}", options.quick) as page:
        wait_for_event(page, event_id)
        steps = page.evaluate(script("scene_steps.js"), {"n": n_steps})
        return {
            "main": steps["main"][warm_up:],
            "drawn": steps["drawn"][warm_up:],
            "size": page.evaluate(SCENE_SIZE),
            "graphics": graphics(page),
            **_played(page, options.repeats(10, 3)),
        }


def _played(page: Any, seconds: int) -> dict[str, Any]:
    """What page_playback.js gives, and told_per_s: how often Dash heard of the time."""
    played: dict[str, Any] = page.evaluate(script("page_playback.js"), {"seconds": seconds})
    return played | {"told_per_s": played["told"] / seconds}


def _plotly(
    browser: Any, address: str, event_id: int, size: dict[str, int], options: Options
) -> dict[str, Any]:
    say(f"Plotly.restyle of {BRIGHT_PULSES[event_id]:,} pulses")
    with metered_page(browser, f"{address}/health", options.quick) as page:
        page.add_script_tag(url=PLOTLY)
        wanted = {"key": KEY, "event_id": event_id, "n": options.repeats(8, 1), **size}
        found = page.evaluate(script("plotly_steps.js"), wanted)
    if found["pixels"] != [size["width"], size["height"]]:
        raise RuntimeError(f"Plotly drew {found['pixels']} pixels, our scene {size}")
    return found


def _rows(of_pulses: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Row]:
    def compared(key: str) -> str:
        times = percentiles(theirs[key])[0], percentiles(ours[key])[0]
        return f"{ratio(*times)} scene.step()"

    step_ms, page_ms = percentiles(ours["main"])[0], percentiles(ours["frames"])[0]
    drawn = f"{len(ours['frames'])} frames, {ours['steps']} steps drawn"
    yield row_of(
        f"scene.step(), {of_pulses}", ours["main"], "ms", against_target(step_ms, TARGET_MS, "ms")
    )
    yield row_of(
        f"the whole page, per frame of playback, {of_pulses}", ours["frames"], "ms",
        joined(against_target(page_ms, TARGET_MS, "ms"), drawn),
    )  # fmt: skip
    yield Row(f"Dash is told the time, {of_pulses}", ours["told_per_s"], "/s", note=AT_MOST_TEN)
    yield row_of(f"Plotly.restyle, {of_pulses}", theirs["main"], "ms", compared("main"))
    yield row_of(f"scene.step() until drawn, wall, {of_pulses}", ours["drawn"], "ms")
    yield row_of(
        f"Plotly.restyle until drawn, wall, {of_pulses}", theirs["drawn"], "ms", compared("drawn")
    )
