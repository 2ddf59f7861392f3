"""Headless Chromium for measurements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.conftest import CHROMIUM_FLAGS, find_chromium

MISSING = "no Chromium found (Debian and Ubuntu: apt-get install chromium)"
VIEWPORT = {"width": 1440, "height": 900}
SMALL_VIEWPORT = {"width": 900, "height": 560}
# With these a page's clock ticks every 5 us in place of every 100 us.
FINE_CLOCK = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
}


def script(name: str) -> str:
    """Text of a .js file of this folder."""
    return (Path(__file__).parent / name).read_text()


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser; each new context has an empty cache."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def metered_page(browser: Any, url: str, small: bool = False) -> Iterator[Any]:
    """A page with frame_meter.js and a fine clock; the server's own headers stay."""
    context = browser.new_context(viewport=SMALL_VIEWPORT if small else VIEWPORT)
    try:
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.add_init_script(script("frame_meter.js"))
        page.route(url, _with_fine_clock)
        page.goto(url)
        if not page.evaluate("crossOriginIsolated"):
            raise RuntimeError(f"{url} has no fine clock: the two headers did not arrive")
        yield page
    finally:
        context.close()


def _with_fine_clock(route: Any) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, headers=answer.headers | FINE_CLOCK)


def graphics(page: Any) -> str:
    """Name of what draws WebGL in a page."""
    return page.evaluate(
        """() => {
            const gl = document.createElement("canvas").getContext("webgl2");
            const known = gl.getExtension("WEBGL_debug_renderer_info");
            const name = gl.getParameter(known ? known.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
            gl.getExtension("WEBGL_lose_context")?.loseContext();
            return name;
        }"""
    )
