"""Take the pictures of docs/pictures/afp: python -m tests.browser.screenshots_afp OUT --data DATA.

One of each class of events, neither its most nor its least anomalous one, and a few more.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.browser.conftest import CHROMIUM_FLAGS, find_chromium, serve
from tests.browser.screenshots import DESKTOP, PHONE

DETECTOR = "default"
PATIENCE_S = 300
MORE = (  # file, query, options of the browser
    ("autoencoder.png", "images=autoencoder", DESKTOP),
    ("light.png", "theme=light", DESKTOP),
    ("phone.png", "", PHONE),
)
EVENT_IS_DRAWN = """() => {
    const store = window.hitscope?.store;
    const there = (key) => store.get(key) !== null;
    return store?.get("analysis")?.final && there("summary")
        && (store.get("maker") === null || there("made") || store.get("made_told") !== "");
}"""
RUN_IS_DRAWN = "() => window.hitscope?.store?.get('counted')"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="a simulated AFP data set")
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
        take_all(chromium, address, arguments.out)
    return 0


def take_all(chromium: str, address: str, out: Path) -> None:
    from playwright.sync_api import sync_playwright

    dataset = asked(f"{address}/api/v1/afp")[0]["key"]
    api = f"{address}/api/v1/afp/{dataset}"
    classes = [row["name"] for row in asked(api)["classes"]]
    score(address, api, dataset)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        for name in classes:
            take(
                browser,
                f"{address}/afp/{dataset}/{typical(api, name)}",
                DESKTOP,
                out / f"{name}.png",
            )
        for file, query, options in MORE:
            event = typical(api, "two_protons")
            take(browser, f"{address}/afp/{dataset}/{event}?{query}", options, out / file)
        run = f"{address}/afp/{dataset}/run?"
        take(browser, run, DESKTOP, out / "run.png", RUN_IS_DRAWN)


def asked(url: str, body: Any = None) -> Any:
    """JSON of the server, once the data set is read."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    while True:
        with urllib.request.urlopen(request, timeout=60) as answer:
            told = json.load(answer)
        if not isinstance(told, dict) or told.get("state") != "reading":
            return told
        time.sleep(0.2)


def score(address: str, api: str, dataset: str) -> None:
    asked(f"{address}/api/v1/jobs", {"dataset": dataset, "algorithm": f"afp:{DETECTOR}"})
    end_s = time.monotonic() + PATIENCE_S
    while {row["key"]: row["state"] for row in asked(f"{api}/scores")}[DETECTOR] != "ready":
        if time.monotonic() > end_s:
            raise SystemExit("The data set could not be scored.")
        time.sleep(0.5)


def typical(api: str, name: str) -> int:
    """An event of the class, of its more anomalous ones."""
    top = asked(f"{api}/scores/{DETECTOR}/top?n=60&class={name}")
    return int(top[len(top) // 2]["event_id"])


def take(
    browser: Any, url: str, options: dict[str, Any], file: Path, ready: str = EVENT_IS_DRAWN
) -> None:
    context = browser.new_context(**options)
    page = context.new_page()
    joined = "&" if "?" in url else "?"
    page.goto(f"{url}{joined}detector={DETECTOR}")
    page.wait_for_function(ready, timeout=120_000)
    page.wait_for_timeout(500)
    page.screenshot(path=file)
    context.close()
    print(file, flush=True)


if __name__ == "__main__":
    sys.exit(main())
