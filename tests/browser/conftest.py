"""A server under gunicorn and a real browser that fails a test on any console error."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.app.afp_app import write_all

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
STRICT = os.environ.get("HITSCOPE_TEST_STRICT") == "1"


def find_chromium() -> str | None:
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; without one the test is skipped, in CI it fails."""
    path = find_chromium()
    if path is None:
        reason = "no Chromium found (Debian and Ubuntu: apt-get install chromium)"
        pytest.fail(reason) if STRICT else pytest.skip(reason)
    return path


class Gunicorn:
    """The app under gunicorn with two workers on a port of its own: stopped and started at will."""

    def __init__(self, data: Path, cache: Path, app: str, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        own = {
            "HITSCOPE_DATA": str(data),
            "HITSCOPE_CACHE_DIR": str(cache),
            "PORT": str(port),
            "WEB_CONCURRENCY": "2",
            "HITSCOPE_RUNTIME_DIR": str(cache.parent / "runtime"),
        }
        self._environment = os.environ | own | environment
        cache.parent.mkdir(parents=True, exist_ok=True)
        self._log = cache.parent / f"server-{port}.log"
        self._command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", app]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=output, stderr=output
            )
        _wait_for_health(self.address, self._process, self._log)

    def stop(self) -> None:
        """Until it has ended; nothing if it is not there."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=40)
        self._process = None


@contextmanager
def serve(
    data: Path, cache: Path, app: str = "app.main:server", **environment: str
) -> Iterator[str]:
    """The app under gunicorn with two workers on a free port; yields its address."""
    server = Gunicorn(data, cache, app, **environment)
    try:
        server.start()
        yield server.address
    finally:
        server.stop()


def _wait_for_health(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server stopped:\n{log.read_text()}"
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError(f"no answer from {address}/health in 30 s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def server(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real sample events, all three data sets."""
    with serve(samples, tmp_path_factory.mktemp("served") / "cache") as address:
        yield address


@pytest.fixture(scope="session")
def afp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Small data sets of AFP of each kind, and a broken file."""
    folder = tmp_path_factory.mktemp("afp")
    with serve(write_all(folder / "data"), folder / "cache") as address:
        yield address


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the plug-in's algorithms note each event they compute."""
    return tmp_path_factory.mktemp("counts") / "counts"


@pytest.fixture(scope="module")
def gate_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gate") / "closed"


@pytest.fixture
def closed_gate(gate_path: Path) -> Iterator[Path]:
    """While this file exists the algorithm 'held' gives no answer."""
    gate_path.touch()
    yield gate_path
    gate_path.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def odd_server(
    samples: Path, counts: Path, gate_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server with algorithms that take as long as a test likes, give no answer, or raise."""
    with serve(
        samples,
        tmp_path_factory.mktemp("odd") / "cache",
        HITSCOPE_PLUGINS="tests.browser.odd_algorithms",
        HITSCOPE_TEST_GATE=str(gate_path),
        HITSCOPE_TEST_COUNTS=str(counts),
        HITSCOPE_AHEAD="0",
        PYTHONPATH=str(ROOT),
    ) as address:
        yield address


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))


class Watched:
    """A page whose console errors, exceptions and failed requests are kept."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", lambda request: self.requests.append(request.url))

    def _failed(self, request: Any) -> None:
        # the page drops what it asked for an event that is left, as it must; the browser its icon
        dropped = request.failure == "net::ERR_ABORTED" and any(
            part in request.url for part in ("/overlays?", "/api/v1/jobs", "/api/v1/afp/", "/_fav")
        )
        if not dropped:
            self.problems.append(f"failed: {request.url} {request.failure}")

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and "GPU stall" not in message.text:
            self.problems.append(f"console {message.type}: {message.text}")


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """open_page(url, **options of the context) -> page; any problem fails the test at its end."""
    contexts, watched = [], []

    def open_page(url: str, wait: bool = True, **options: Any) -> Any:
        # the first event plays by itself unless motion is unwanted, and a test wants it still
        still = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
        options = still | options
        context = browser.new_context(**options)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        contexts.append(context)
        watched.append(Watched(page))
        page.watched = watched[-1]
        page.goto(url)
        if wait:
            wait_for_event(page)
        return page

    yield open_page
    problems = [problem for one in watched for problem in one.problems]
    for context in contexts:
        context.close()
    assert not problems, problems


def wait_for_event(page: Any, event_id: int | None = None) -> None:
    """Until an event (that event) is loaded and drawn."""
    page.wait_for_function(
        """id => {
            const { store, scene } = window.hitscope ?? {};
            const shown = store?.get("event");
            if (!shown || (id !== null && shown.info.event_id !== id)) return false;
            return !scene || (store.get("camera") !== null && scene.debug().draws > 0);
        }""",
        arg=event_id,
        timeout=20_000,
    )


def wait_for_answers(page: Any) -> None:
    """Until every direction and the verdict of the event is there: the page asks no more."""
    page.wait_for_function(
        """() => {
            const { store } = window.hitscope;
            const rows = [...store.get("directions"), store.get("verdict")];
            return rows.every((row) => row === null || ["done", "failed"].includes(row.state));
        }""",
        timeout=60_000,
    )


def view(page: Any, key: str) -> Any:
    """A key of the browser's view."""
    return page.evaluate(
        "key => key === 'event' ? window.hitscope.store.get('event').info : "
        "window.hitscope.store.get(key)",
        key,
    )


def debug(page: Any) -> dict[str, Any]:
    return page.evaluate("window.hitscope.scene.debug()")
