"""A tiny app under gunicorn for tests: GET /?event=N&algorithm=KEY asks the inference process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from app.services.algorithms import find_algorithms, result_key
from app.services.answers import decode
from app.services.events import Library
from app.services.inference import Inference, Place
from app.settings import Settings, load_settings


class Worker:
    """What one web worker has."""

    def __init__(self, settings: Settings) -> None:
        self.library = Library(settings.data, settings.cache_dir / "indexes", settings.cache_bytes)
        self.algorithms = find_algorithms(settings.plugins)
        self.inference = Inference(settings, os.getppid())
        self.inference.start()

    def answer(self, algorithm: str, event_id: int) -> dict[str, Any]:
        dataset = self.library.dataset("set")
        row = self.algorithms[algorithm]
        key = result_key(row, dataset.event(event_id).pulses, dataset.detector)
        state = self.inference.ask(Place("set", event_id), {algorithm: key}, None, 0.25)[algorithm]
        values = None if state.kept is None else dict(decode(state.kept, row).values)
        pids = {"worker": os.getpid(), "process": self.inference.status().pid}
        return {"state": state.state, "message": state.message, "values": values, **pids}


@cache
def worker() -> Worker:
    return Worker(load_settings())


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    query = parse_qs(environ["QUERY_STRING"])
    answer = worker().answer(query["algorithm"][0], int(query["event"][0]))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
