"""A small app with the routes of app/health.py, for tests under gunicorn; slow and faulty."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import Any

from flask import Flask

from app import health, metrics, timing


class Inference:
    """Stands for the web worker's side of the inference process."""

    state = "down"

    def start(self, parent_pid: int) -> None:
        self.state = "ready"


def create() -> Flask:
    server = Flask("app")
    inference = Inference()
    server.config["inference"] = inference
    timing.measure(server)
    health.register(server, lambda: inference.state, lambda: 3)
    server.add_url_rule("/pid", "pid", lambda: str(os.getpid()))
    server.add_url_rule("/slow/<key>/<int:event_id>", "slow", slow)
    server.add_url_rule("/fail", "fail", fail)
    server.add_url_rule("/hang", "hang", hang)
    server.add_url_rule("/restart", "restart", restart)
    return server


def slow(key: str, event_id: int) -> str:
    logging.getLogger("app.test").info("two\nlines")
    time.sleep(timing.SLOW_S + 0.05)
    return "slow"


def fail() -> str:
    raise ValueError("a mistake\nof two lines")


def hang() -> str:
    """Say which process, then never end."""
    Path(os.environ["HITSCOPE_TEST_HANG"]).write_text(str(os.getpid()))
    time.sleep(600)
    return "never"


def restart() -> str:
    metrics.INFERENCE_RESTARTS.inc()
    return "counted"


def __getattr__(name: str) -> Any:
    if name == "server":
        return create()
    raise AttributeError(name)
