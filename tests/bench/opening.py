"""Part 1: opening any event of a full-size batch, and what it costs in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from reco_core.icecube.dataset import find_datasets
from tests.bench.client import Client
from tests.bench.common import (
    MEGABYTE,
    Options,
    full_batch,
    private_mb,
    run_child,
    say,
    scratch,
    timed_ms,
    worker_pids,
)
from tests.bench.report import Row, Section, against_target, joined, percentiles, ratio, row_of
from tests.browser.conftest import serve

INDEX_LIMIT_BYTES = 20_000_000_000
WARM_UP = 100
TARGET_MS = 10.0
# A worker that is replaced after so many requests would hide a leak.
NO_RESTART = {"GUNICORN_CMD_ARGS": "--max-requests 0"}


def measure(options: Options) -> Section:
    folder = full_batch(options)
    meta = pl.read_parquet(folder / "train_meta.parquet")
    title = _title(folder, len(meta), int(meta["last_pulse_index"].max()) + 1)  # type: ignore[arg-type, operator]
    with scratch() as own:
        cache = own / "cache"
        rows = [*_index(folder, cache, int(meta["last_pulse_index"][-1]) + 1)]
        event_ids = _random_events(meta, options.repeats(2_000, 300) + WARM_UP)
        direct = _direct(folder, cache, event_ids)
        rows.append(row_of("Dataset.event(), indexed", direct, "ms"))
        served, memory_rows = _served(folder, cache, event_ids, _largest(meta))
        rows += [*_served_rows(served), *memory_rows]
    references = {"Dataset.event()": direct, "GET pulses.bin": served["GET pulses.bin"]}
    return Section(title, (*rows, *_rivals(folder, options, references)))


def _title(folder: Path, n_events: int, n_pulses: int) -> str:
    size_mb = (folder / "train" / "batch_1.parquet").stat().st_size / MEGABYTE
    return (
        f"open: {n_events:,} events, {n_pulses:,} pulses in one row group of {size_mb:.0f} MB; "
        "server time by the Server-Timing header, the asker's wall time beside it"
    )


def _random_events(meta: pl.DataFrame, n: int) -> list[int]:
    return np.random.default_rng(2).choice(meta["event_id"].to_numpy(), n).tolist()


def _largest(meta: pl.DataFrame) -> tuple[int, int]:
    """(event_id, number of pulses) of the event with most pulses."""
    count = (meta["last_pulse_index"] - meta["first_pulse_index"] + 1).to_numpy()
    place = int(count.argmax())
    return int(meta["event_id"][place]), int(count[place])


def _index(folder: Path, cache: Path, n_pulses: int) -> Iterator[Row]:
    say("building the index")
    command = ("index", str(folder), "--index-dir", str(cache / "indexes"))
    built = run_child("reco_core", *command)
    rate = f"{n_pulses / built.seconds / 1e6:.1f} million pulses per s"
    yield Row("index, built once in the background", built.seconds, "s", note=rate)
    if built.peak_own_mb is not None:
        yield Row("builder's peak memory, its own", built.peak_own_mb, "MB")
    yield Row("builder's peak memory, mapped files too", built.peak_mb, "MB")


def _direct(folder: Path, cache: Path, event_ids: list[int]) -> list[float]:
    say(f"Dataset.event() of {len(event_ids) - WARM_UP:,} random events")
    (dataset,) = find_datasets(folder, cache / "indexes", INDEX_LIMIT_BYTES)
    return timed_ms(dataset.event, event_ids)[WARM_UP:]


def _served(
    folder: Path, cache: Path, event_ids: list[int], largest: tuple[int, int]
) -> tuple[dict[str, list[float]], list[Row]]:
    """Times in ms of both routes for random events and for the largest, and the memory rows."""
    served: dict[str, list[float]] = {}
    with serve(folder, cache, **NO_RESTART) as address:
        client = Client(address, folder.name)
        routes = {"GET pulses.bin": client.pulses, "callback that opens": client.open_event}
        for call in routes.values():
            timed_ms(call, event_ids[:WARM_UP])
        memory = {"after warming up": private_mb(worker_pids())}
        for name, call in routes.items():
            say(f"{name}: {len(event_ids) - WARM_UP:,} random events over HTTP")
            client.server_ms.clear()
            served[f"{name}, seen by the asker"] = timed_ms(call, event_ids[WARM_UP:])
            served[name] = client.server_ms.copy()
            memory[f"after {name}"] = private_mb(worker_pids())
        timed_ms(client.open_event, event_ids[WARM_UP:])
        memory["after the same events again"] = private_mb(worker_pids())
        for name, call in routes.items():
            key = f"{name}, largest event, {largest[1]:,} pulses"
            served[key] = timed_ms(call, [largest[0]] * 10)
        client.close()
    return served, list(_memory_rows(memory))


def _served_rows(served: dict[str, list[float]]) -> Iterator[Row]:
    for name, times_ms in served.items():
        p95 = percentiles(times_ms)[1]
        aimed = "largest" not in name and "asker" not in name
        note = against_target(p95, TARGET_MS, "ms at p95") if aimed else ""
        yield row_of(f"{name}, server time" if aimed else name, times_ms, "ms", note)


def _memory_rows(memory: dict[str, dict[str, float]]) -> Iterator[Row]:
    for when, parts in memory.items():
        if parts["Private_Dirty"]:  # else no /proc on this system
            note = f"and {parts['Private_Clean']:.1f} MB of mapped files, reclaimable"
            yield Row(f"both workers' own memory, {when}", parts["Private_Dirty"], "MB", note=note)


def _rivals(folder: Path, options: Options, references: dict[str, list[float]]) -> Iterator[Row]:
    for library, repeats in (("pandas", options.repeats(5, 2)), ("polars", options.repeats(10, 3))):
        say(f"{library} on the same file")
        done = run_child("tests.bench.rivals", library, str(folder), str(repeats))
        for key, times_ms in json.loads(done.output).items():
            yield row_of(
                RIVAL_LABELS[library, key], times_ms, "ms", _compared(times_ms, references)
            )
        yield Row(f"{library}'s peak memory", done.peak_mb, "MB")


RIVAL_LABELS = {
    ("pandas", "whole"): "pandas.read_parquet, then select",
    ("pandas", "kept"): "pandas, select only, whole file kept in memory",
    ("polars", "whole"): "polars scan_parquet().filter().collect()",
}


def _compared(times_ms: list[float], references: dict[str, list[float]]) -> str:
    median = percentiles(times_ms)[0]
    return joined(
        *(f"{ratio(median, percentiles(base)[0])} {name}" for name, base in references.items())
    )
