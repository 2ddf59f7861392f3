"""Results: the cache alone, one result through HTTP, and fifty users browsing, beside memoize."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from app.services.algorithms import find_algorithms, result_key
from app.services.answers import answer_of, decode, encode
from app.services.cache import ResultCache
from app.theme import style_of
from reco_core.icecube.dataset import find_datasets
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS
from tests.bench.client import Client
from tests.bench.common import (
    Options,
    children_of,
    full_batch,
    private_mb,
    run_child,
    say,
    scratch,
    server_pids,
    timed_ms,
    worker_pids,
)
from tests.bench.report import Row, Section, against_target, percentiles, ratio, row_of
from tests.browser.conftest import serve

ENDLESS = {"GUNICORN_CMD_ARGS": "--max-requests 0"}
PLUGIN = {"HITSCOPE_PLUGINS": "tests.bench.heavy_algorithm", **ENDLESS}
MEMOIZE = "tests.bench.memoize_app:make_server()"
USERS = 50
LOOK_S = 3.0  # mean time for which a user looks at an event
EVENTS = 400  # distinct ones that the users look through
RESULT_BYTES = 1_000_000_000
HIT_TARGET_MS = 3.0
WORKER_TARGET_MB = 250.0
STAY_S = 0.7  # on an event, before the page asks for what is not drawn (results.mjs)
SEEN = {
    "event shown": "shown_ms",
    "what is drawn over it there": "drawn_ms",
    "all that is listed there": "listed_ms",
}


def measure(options: Options) -> Section:
    folder = full_batch(options)
    event_ids = pl.read_parquet(folder / "train_meta.parquet")["event_id"].to_list()
    with scratch() as own:
        say("building the index")
        run_child("reco_core", "index", str(folder), "--index-dir", str(own / "indexes"))
        rows = [*_cache_alone(folder, own, event_ids, options)]
        rows += _one_by_one(folder, _cache(own, "one"), event_ids, options)
        seconds = float(options.repeats(30, 4))
        ours = _browsing("browsing", folder, _cache(own, "ours"), event_ids, seconds)
        plain = _browsing("memoize", folder, _cache(own, "plain"), event_ids, seconds, MEMOIZE)
    rows += [*_browsing_rows("ours", ours, None), *_browsing_rows("plain memoize", plain, ours)]
    title = (
        f"results: verdict, line fit and MPE fit drawn, six methods listed (plain memoize: without "
        f"verdict); {USERS} users, {LOOK_S:g} s per event "
        f"in the mean, forwards through {EVENTS} events, for {seconds:g} s"
    )
    return Section(title, tuple(rows))


def _cache(own: Path, name: str) -> Path:
    """A new cache folder with the one index: its building is not what is measured here."""
    folder = own / name
    folder.mkdir()
    (folder / "indexes").symlink_to(own / "indexes")
    return folder


def _cache_alone(folder: Path, own: Path, event_ids: list[int], options: Options) -> Iterator[Row]:
    say("the cache alone")
    (dataset,) = find_datasets(folder, own / "indexes", RESULT_BYTES)
    row = find_algorithms()["line_fit"]
    events = [dataset.event(event_id) for event_id in event_ids[: options.repeats(1_000, 100)]]
    keys = [result_key(row, event.pulses, dataset.detector) for event in events]
    cache = ResultCache(own / "alone", RESULT_BYTES)
    for key, computed in zip(keys, row.compute(events, dataset.detector), strict=True):
        cache.set(key, encode(answer_of(computed, row), row))

    def hit(place: int) -> None:
        key = result_key(row, events[place].pulses, dataset.detector)
        kept = cache.get(key)
        assert kept is not None
        decode(kept, row)

    times_ms = timed_ms(hit, range(len(events)))
    cache.close()
    note = against_target(percentiles(times_ms)[1], HIT_TARGET_MS, "ms at p95")
    yield row_of("cache hit: key of the event, look-up, decoding", times_ms, "ms", note)


def _one_by_one(folder: Path, cache: Path, event_ids: list[int], options: Options) -> Iterator[Row]:
    with serve(folder, cache, **PLUGIN) as address:
        client = Client(address, folder.name)
        chosen = event_ids[1_000 : 1_000 + options.repeats(200, 20)]
        client.overlays(event_ids[0], "two_halves,line_fit,heavy", wait_s=10)  # the process is up
        for key, what in (("line_fit", "line fit"), ("heavy", "fit of 50 ms")):
            say(f"one result through HTTP: {what}")
            cold = timed_ms(lambda event_id, key=key: client.all_overlays(event_id, key), chosen)
            warm = timed_ms(lambda event_id, key=key: client.all_overlays(event_id, key), chosen)
            yield row_of(f"{what} through HTTP, cold", cold, "ms")
            share = f"{ratio(percentiles(cold)[0], percentiles(warm)[0])} faster than cold"
            yield row_of(f"{what} through HTTP, kept", warm, "ms", share)
        client.close()


@dataclass
class Browsed:
    """What all users saw."""

    shown_ms: list[float] = field(default_factory=list)  # the event and its pulses
    drawn_ms: list[float] = field(default_factory=list)  # and what is drawn over it
    listed_ms: list[float] = field(default_factory=list)  # and what is only listed beside it
    errors: list[str] = field(default_factory=list)
    workers_mb: tuple[float, float] = (0.0, 0.0)  # the largest worker, before and after
    inference_mb: tuple[float, float] = (0.0, 0.0)


def _browsing(
    name: str,
    folder: Path,
    cache: Path,
    event_ids: list[int],
    seconds: float,
    app: str = "app.main:server",
) -> Browsed:
    with serve(folder, cache, app=app, **ENDLESS) as address:
        seen = Browsed()
        client = Client(address, folder.name)
        for event_id in event_ids[-100:]:  # not among those that the users see
            client.open_event(event_id)
        client.all_overlays(event_ids[-1], ",".join(row.key for row in RECONSTRUCTIONS))
        before = _memory_mb()
        say(f"{name}: {USERS} users for {seconds:g} s")
        end = time.monotonic() + seconds
        users = [
            threading.Thread(target=_user, args=(address, folder.name, event_ids, end, seed, seen))
            for seed in range(USERS)
        ]
        for user in users:
            user.start()
        for user in users:
            user.join()
        after = _memory_mb()
        seen.workers_mb, seen.inference_mb = tuple(zip(before, after, strict=True))  # type: ignore[assignment]
        client.close()
    return seen


def _user(
    address: str, key: str, event_ids: list[int], end: float, seed: int, seen: Browsed
) -> None:
    """Look at one event after the other, from a place of one's own, as the page does."""
    rng = np.random.default_rng(seed)
    place = int(rng.integers(EVENTS))
    client = Client(address, key, f"user-{seed:08d}")
    time.sleep(float(rng.uniform(0, LOOK_S)))
    while time.monotonic() < end:
        event_id = event_ids[place % EVENTS]
        place += 1
        start = time.perf_counter()
        try:
            opened = json.loads(client.open_event(event_id))
            client.pulses(event_id)
            seen.shown_ms.append(1e3 * (time.perf_counter() - start))
            left = rng.exponential(LOOK_S)
            _look(client, opened, event_id, start, left, seen)
        except (OSError, RuntimeError) as error:
            seen.errors.append(str(error))
            left = LOOK_S
        time.sleep(max(0.0, min(left - (time.perf_counter() - start), end - time.monotonic())))
    client.close()


def _look(
    client: Client, opened: dict, event_id: int, start: float, left_s: float, seen: Browsed
) -> None:
    """Ask for what is drawn, then, if the user stays, for what is only listed."""
    data = opened["response"]["event"]["data"]
    rows = [row for row in data["overlays"] if row["key"] != "truth"]
    drawn = {row["key"] for row in rows if style_of(row["key"]).shown_at_first}
    if data["verdict"] is not None:  # is on the screen whatever is drawn
        rows.append(data["verdict"])
        drawn.add(data["verdict"]["key"])
    wanted = [row["key"] for row in rows if row["state"] not in ("done", "failed")]
    client.turn += 1
    client.overlays(event_id, "", wait_s=0, ahead=",".join(sorted(drawn)))
    first, rest = [k for k in wanted if k in drawn], [k for k in wanted if k not in drawn]
    if not _have(client, event_id, first, False, start + left_s, seen):
        return
    seen.drawn_ms.append(1e3 * (time.perf_counter() - start))
    stayed_s = start + min(STAY_S, left_s) - time.perf_counter()
    time.sleep(max(0.0, stayed_s))
    if _have(client, event_id, rest, True, start + left_s, seen):
        seen.listed_ms.append(1e3 * (time.perf_counter() - start))


def _have(
    client: Client, event_id: int, keys: list[str], listed: bool, until: float, seen: Browsed
) -> bool:
    """Ask until all are there, or the user goes on (False); a failed one is an error."""
    open_keys, pause_s = keys, 0.1
    while open_keys and time.perf_counter() < until:
        rows = client.overlays(event_id, ",".join(open_keys), wait_s=0.25, listed=listed)
        seen.errors += [row["reason"] for row in rows if row["state"] == "failed"]
        still = [row["key"] for row in rows if row["state"] not in ("done", "failed")]
        pause_s = 0.1 if len(still) < len(open_keys) else min(1.0, 1.5 * pause_s)
        open_keys = still
        if open_keys:
            time.sleep(pause_s)
    return not open_keys


def _memory_mb() -> tuple[float, float]:
    """The largest web worker's own memory, and the inference process's."""
    workers = worker_pids()
    inference = [
        pid for master in server_pids() for pid in children_of("inference_process", master)
    ]
    own = [private_mb([pid])["Private_Dirty"] for pid in workers if pid not in inference]
    return max(own, default=0.0), sum(private_mb([pid])["Private_Dirty"] for pid in inference)


def _browsing_rows(name: str, seen: Browsed, reference: Browsed | None) -> Iterator[Row]:
    for what, attribute in SEEN.items():
        times_ms = getattr(seen, attribute)
        note = f"{len(times_ms):,} times"
        if reference is not None:
            p95 = percentiles(times_ms)[1], percentiles(getattr(reference, attribute))[1]
            note += f"; p95 {ratio(*p95)} ours"
        yield row_of(f"{name}: {what}", times_ms, "ms", note)
    yield Row(f"{name}: errors", len(seen.errors), "", note=seen.errors[0] if seen.errors else "")
    before, after = seen.workers_mb
    note = against_target(after, WORKER_TARGET_MB, "MB") if reference is None else ""
    yield Row(f"{name}: largest web worker's own memory, before", before, "MB")
    yield Row(f"{name}: largest web worker's own memory, after", after, "MB", note=note)
    if any(seen.inference_mb):
        yield Row(f"{name}: inference process, before", seen.inference_mb[0], "MB")
        yield Row(f"{name}: inference process, after", seen.inference_mb[1], "MB")
