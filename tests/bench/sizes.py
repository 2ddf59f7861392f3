"""Part 3: bytes that the server sends for an event, beside the same event as a Plotly figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from reco_core.icecube.dataset import Dataset, find_datasets
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses
from tests.bench.client import Client
from tests.bench.common import (
    BRIGHT_PULSES,
    SAMPLES,
    Options,
    bright_events,
    run_child,
    say,
    scratch,
)
from tests.bench.report import Row, Section, percentiles, ratio, row_of
from tests.browser.conftest import ROOT, serve

DEMO = ROOT / "data" / "demo"
DEMO_EVENTS = 60
LIMIT_BYTES = 1_000_000_000


def measure(options: Options) -> Section:
    del options  # quick as it is
    with scratch() as folder:
        data, name = _event_data(folder)
        say(f"bytes of {name}")
        found = _sizes(data, folder / "cache")
        rows = [*_rows(f"{len(found)} {name}", found)]
        largest = max(BRIGHT_PULSES.values())
        bright = _sizes(bright_events(folder), folder / "cache")[-1:]
        rows += _rows(f"{largest:,} pulses", bright)
        rows.append(Row("geometry.bin, once per visit", _geometry_bytes(data, folder), "bytes"))
    return Section("bytes: sent per event, uncompressed", tuple(rows))


def _event_data(folder: Path) -> tuple[Path, str]:
    """The real sample events, else the demo set, else one made for the occasion."""
    if SAMPLES.is_dir():
        return SAMPLES, "real sample events"
    if DEMO.is_dir():
        return DEMO, "demo events"
    made = folder / "demo"
    say(f"simulating {DEMO_EVENTS} events")
    run_child("reco_core", "simulate", "--out", str(made), "--events", str(DEMO_EVENTS))
    return made, "demo events"


def _sizes(data: Path, cache: Path) -> list[tuple[int, int, int]]:
    """Bytes of pulses.bin, of the callback's answer and of Plotly's JSON, for every event."""
    datasets = find_datasets(data, cache / "indexes", LIMIT_BYTES)
    found = []
    with serve(data, cache) as address:
        for dataset in datasets:
            client = Client(address, dataset.key)
            for event_id in _event_ids(dataset):
                pulses = dataset.event(event_id).pulses
                sizes = client.pulses(event_id), client.open_event(event_id)
                figure = plotly_json(pulses, dataset.detector)
                found.append((len(sizes[0]), len(sizes[1]), len(figure)))
            client.close()
    return found


def _event_ids(dataset: Dataset) -> Iterator[int]:
    event_id: int | None = dataset.first_event_id()
    while event_id is not None:
        yield event_id
        event_id = dataset.neighbours(event_id)[1]


def _geometry_bytes(data: Path, folder: Path) -> int:
    (dataset, *_) = find_datasets(data, folder / "cache" / "indexes", LIMIT_BYTES)
    with serve(data, folder / "cache") as address:
        client = Client(address, dataset.key)
        size = len(client.geometry())
        client.close()
    return size


def plotly_json(pulses: Pulses, detector: Detector) -> str:
    """The event as Dash would send it for a dcc.Graph: float32 arrays, the sensors beside them."""
    time_ns = (pulses.time_ns - pulses.time_ns[0]).astype(np.float32)
    marker = {"size": pulses.charge_pe.astype(np.float32), "color": time_ns}
    traces = (
        _points(detector.position_m[pulses.sensor_id], marker),
        _points(detector.position_m, {"size": 1, "color": "#888888"}),
    )
    text: str = go.Figure(traces).to_json()
    return text


def _points(position_m: np.ndarray, marker: dict[str, object]) -> go.Scatter3d:
    x, y, z = np.asarray(position_m, np.float32).T
    return go.Scatter3d(x=x, y=y, z=z, mode="markers", marker=marker)


def _rows(of_events: str, found: Sequence[tuple[int, int, int]]) -> Iterator[Row]:
    pulses, answers, figures = zip(*found, strict=True)
    sent = [a + b for a, b in zip(pulses, answers, strict=True)]
    compared = f"{ratio(percentiles(figures)[0], percentiles(sent)[0])} what we send"
    yield _row(f"pulses.bin, {of_events}", pulses)
    yield _row(f"callback's answer, {of_events}", answers)
    yield _row(f"both, {of_events}", sent)
    yield _row(f"Plotly figure as JSON, {of_events}", figures, compared)


def _row(what: str, sizes: Sequence[int], note: str = "") -> Row:
    if len(sizes) == 1:
        return Row(what, sizes[0], "bytes", note=note)
    return row_of(what, sizes, "bytes", note)
