"""What the server counts and measures, for Prometheus (docs/operation.md, Metrics).

A process counts for itself, in memory, until it joins the other processes of its server.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    values,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from app import metrics_files
from app.settings import metrics_folder
from reco_core.errors import HitscopeError

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
NO_ROUTE: Final = "none"
LOOKUPS: Final = ("hit", "miss", "error")

_REQUEST_LIMITS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_INFERENCE_LIMITS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 120.0)

disable_created_metrics()  # times of creation, which several processes cannot add up
values.ValueClass = values.MutexValue
REGISTRY: Final = CollectorRegistry()

REQUESTS = Counter(
    "hitscope_requests", "Requests answered.", ("route", "method", "status"), registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "hitscope_request_seconds",
    "Time from a request's arrival in the app to its answer.",
    ("route",),
    registry=REGISTRY,
    buckets=_REQUEST_LIMITS_S,
)
REQUESTS_UNDER_WAY = Gauge(
    "hitscope_requests_under_way",
    "Requests being answered now.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
CACHE_LOOKUPS = Counter(
    "hitscope_cache_lookups", "Results looked up in the cache.", ("result",), registry=REGISTRY
)
QUEUE_LENGTH = Gauge(
    "hitscope_queue_length",
    "Results that wait to be computed.",
    ("priority",),
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
INFERENCE_SECONDS = Histogram(
    "hitscope_inference_seconds",
    "Time to compute one result; of a batch, its share.",
    ("algorithm",),
    registry=REGISTRY,
    buckets=_INFERENCE_LIMITS_S,
)
INFERENCE_EVENTS = Counter(
    "hitscope_inference_events",
    "Results computed, by how it went.",
    ("algorithm", "outcome"),
    registry=REGISTRY,
)
INFERENCE_RESTARTS = Counter(
    "hitscope_inference_restarts",
    "Starts of the inference process after it had ended.",
    registry=REGISTRY,
)
JOB_EVENTS = Counter(
    "hitscope_job_events", "Events done by jobs.", ("algorithm",), registry=REGISTRY
)

_log = logging.getLogger(__name__)
_joined = False


def join(identity: str) -> None:
    """Keep this process's numbers with those of its server, from now on; before the first is made.

    identity : of one living process at a time (app/metrics_files.py). Without a server, and where
    the numbers cannot be kept, the process goes on counting for itself.
    """
    global _joined
    folder = metrics_folder()
    if folder is None:
        return
    try:
        metrics_files.prepare(folder, identity)
    except (OSError, HitscopeError) as error:
        _log.warning("metrics of this process are not added to the server's: %s", error)
        return
    values.ValueClass = values.MultiProcessValue(lambda: identity)
    _joined = True
    _open_files()


def note_request(route: str, method: str, status: int, seconds: float) -> None:
    """A request was answered.  route : the rule of the address, never the address."""
    REQUESTS.labels(route, method, str(status)).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)


def note_cache_lookup(result: str) -> None:
    """A result was looked up in the cache.  result : one of LOOKUPS."""
    CACHE_LOOKUPS.labels(result).inc()


def note_queue(lengths: Mapping[str, int]) -> None:
    """How many results wait, by priority.  Told by the inference process alone."""
    for priority, length in lengths.items():
        QUEUE_LENGTH.labels(priority).set(length)


def note_computed(algorithm: str, outcomes: Mapping[str, int], seconds: float) -> None:
    """A batch was computed.  outcomes : how many ended how; seconds : for all of them."""
    n_events = sum(outcomes.values())
    for outcome, count in outcomes.items():
        INFERENCE_EVENTS.labels(algorithm, outcome).inc(count)
    for _ in range(n_events):
        INFERENCE_SECONDS.labels(algorithm).observe(seconds / n_events)


def text(inference_state: str) -> bytes:
    """All numbers of the server, in Prometheus' text format."""
    return generate_latest(_Numbers(inference_state == "ready"))


class _Numbers(Collector):
    """Those of all processes, and whether the inference process is there."""

    def __init__(self, inference_ready: bool) -> None:
        self._inference_ready = inference_ready

    def collect(self) -> Iterator[Metric]:
        folder = metrics_folder()
        if _joined and folder is not None:
            found = metrics_files.files(folder, self._inference_ready)
            yield from MultiProcessCollector.merge(found)
        else:
            yield from REGISTRY.collect()
        yield GaugeMetricFamily(
            "hitscope_inference_ready",
            "1 while the inference process takes work, else 0.",
            value=float(self._inference_ready),
        )


def _open_files() -> None:
    """Open a file of each kind now, and show what is still zero.

    Metrics without labels made their value, in memory, when this module was imported.
    """
    for metric in (REQUESTS_UNDER_WAY, INFERENCE_RESTARTS):
        metric._metric_init()
    REQUEST_SECONDS.labels(NO_ROUTE)
    for result in LOOKUPS:
        CACHE_LOOKUPS.labels(result)
