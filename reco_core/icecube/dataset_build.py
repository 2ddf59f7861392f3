"""Builder of a batch's index, in bounded memory: slices of rows go straight to files on disk.

One builder per index, in whatever process: it holds the kernel's lock (flock) on KEY.lock. The
kernel frees it when the holder ends, however it ends, so a killed builder blocks nobody. What a
killed builder leaves is a folder tmp-KEY-PID, which the next builder removes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.dataset_lock import LOCK_PATIENCE_S, build_lock, is_building
from reco_core.errors import FileFormatError, HitscopeError
from reco_core.icecube.dataset_contents import (
    Contents,
    Runs,
    contents_of_runs,
    find_runs,
    meta_rows,
)
from reco_core.icecube.dataset_files import Batch, IntArray, PulseFile
from reco_core.icecube.dataset_index import PULSE_ARRAYS, IndexStore
from reco_core.icecube.dataset_progress import ProgressFile
from reco_core.icecube.detector import N_SENSORS
from reco_core.icecube.event import MAX_CHARGE_PE, MAX_TIME_NS, MIN_TIME_NS

ZEROS: Final = bytes(1 << 20)

OnRows = Callable[[int, int], None]  # rows done, rows in all


def build_index(
    store: IndexStore,
    batch: Batch,
    on_rows: OnRows = lambda done, total: None,
    patience_s: float = LOCK_PATIENCE_S,
) -> bool:
    """Build the index of a batch unless it is there; False if another builder is at it.

    Reads the file twice: event_id alone, then all columns. Rows of an event that lie scattered in
    the file are gathered, which takes more memory, about 100 bytes per run.
    Raises FileFormatError, also recorded, if the files are bad; OSError if the disk is full.
    """
    store.folder.mkdir(parents=True, exist_ok=True)
    key = store.key(batch)
    with build_lock(store.folder, key, patience_s) as held:
        if not held:
            return False
        if not store.has(key):
            _remove_leftovers(store.folder, key)
            told = ProgressFile(store.folder, key)
            try:
                _build(store, batch, key, _both(told, on_rows))
            finally:
                told.remove()
    store.evict(frozenset((key,)))
    return True


def _both(one: OnRows, other: OnRows) -> OnRows:
    """Tell the progress to two."""

    def told(done: int, total: int) -> None:
        one(done, total)
        other(done, total)

    return told


def _build(store: IndexStore, batch: Batch, key: str, on_rows: OnRows) -> None:
    partial = store.folder / f"tmp-{key}-{os.getpid()}"
    partial.mkdir()
    try:
        pulses = PulseFile(batch)
        on_rows(0, pulses.n_pulses)
        runs = find_runs(pulses)
        meta = meta_rows(batch, store.spans(batch.meta_path))
        contents = contents_of_runs(batch, runs, meta)
        _write_pulses(partial, pulses, runs, contents, on_rows)
        for name, array in contents.arrays().items():
            np.save(partial / f"{name}.npy", array, allow_pickle=False)
        _check_unchanged(store, batch, key)
        store.publish(partial, key, batch.label)
    except HitscopeError as error:
        # What the system refuses, such as permission, may be granted without a change of the file.
        if not isinstance(error.__cause__, OSError) and store.key(batch) == key:
            store.record_failure(key, str(error))
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _check_unchanged(store: IndexStore, batch: Batch, key: str) -> None:
    """FileFormatError if what was read may be half of one file and half of another."""
    if store.key(batch) != key:
        raise FileFormatError(
            f"{batch.path}, or its meta or truth file, changed while it was indexed; open it again."
        )


def _write_pulses(
    folder: Path, pulses: PulseFile, runs: Runs, contents: Contents, on_rows: OnRows
) -> None:
    """Write start, clean and the pulse arrays, events one after the other."""
    start = np.cumsum(contents.n_pulses) - contents.n_pulses
    clean = np.ones(len(contents), np.bool_)
    target = _targets(runs, contents, start)
    for name, dtype in PULSE_ARRAYS.items():
        _new_array(folder / f"{name}.npy", pulses.n_pulses, np.dtype(dtype))
    last_event = np.count_nonzero(contents.n_pulses) or None  # events without pulses come last
    for first, count in pulses.slices():
        rows = target(first, count)
        values, bad = _storable(pulses.rows(first, count))
        for name in PULSE_ARRAYS:
            # Mapped anew each time, so that what was written does not stay in this process.
            np.load(folder / f"{name}.npy", mmap_mode="r+", allow_pickle=False)[rows] = values[name]
        places = np.arange(first, first + count)[bad] if isinstance(rows, slice) else rows[bad]
        clean[np.searchsorted(start[:last_event], places, "right") - 1] = False
        on_rows(first + count, pulses.n_pulses)
    np.save(folder / "start.npy", start, allow_pickle=False)
    np.save(folder / "clean.npy", clean, allow_pickle=False)


def _targets(
    runs: Runs, contents: Contents, start: IntArray
) -> Callable[[int, int], slice | IntArray]:
    """Where rows [first, first + count) of the file go in the pulse arrays."""
    if len(runs.event_id) == np.count_nonzero(contents.n_pulses):
        return lambda first, count: slice(first, first + count)
    place = contents.sorted_place[np.searchsorted(contents.sorted_id, runs.event_id)]
    order = np.argsort(place, kind="stable")
    shift = np.empty(len(order), np.int64)
    length = runs.length[order]
    shift[order] = np.cumsum(length) - length
    shift -= runs.first  # from the row in the file to the place in the arrays

    def scattered(first: int, count: int) -> IntArray:
        rows = np.arange(first, first + count)
        moved: IntArray = rows + shift[np.searchsorted(runs.first, rows, "right") - 1]
        return moved

    return scattered


def _storable(frame: pl.DataFrame) -> tuple[dict[str, NDArray[Any]], NDArray[np.bool_]]:
    """Pulse arrays of a slice, and which rows break the rules; their values are zeroed."""
    sensor_id = frame["sensor_id"].fill_null(-1).to_numpy()
    time_ns = frame["time"].fill_null(MAX_TIME_NS + 1).to_numpy()
    charge_pe = frame["charge"].fill_null(float("nan")).to_numpy()
    good = (sensor_id >= 0) & (sensor_id < N_SENSORS)
    good &= (time_ns >= MIN_TIME_NS) & (time_ns <= MAX_TIME_NS)
    good &= (charge_pe >= 0) & (charge_pe <= MAX_CHARGE_PE)  # false for NaN
    good &= frame["auxiliary"].is_not_null().to_numpy()
    values = {
        "sensor_id": np.where(good, sensor_id, 0),
        "time_ns": np.where(good, time_ns, 0),
        "charge_pe": np.where(good, charge_pe, 0.0),
        "auxiliary": frame["auxiliary"].fill_null(False).to_numpy(),
    }
    return values, ~good


def _new_array(path: Path, length: int, dtype: np.dtype[Any]) -> None:
    """Write an array file of zeros, to be mapped.

    The zeros are written out first: on a full disk that raises OSError, where writing to a mapped
    hole in a file would end the process.
    """
    with path.open("wb") as file:
        header = {"descr": dtype.str, "fortran_order": False, "shape": (length,)}
        np.lib.format.write_array_header_1_0(file, header)
        for done in range(0, length * dtype.itemsize, len(ZEROS)):
            file.write(ZEROS[: length * dtype.itemsize - done])


def _remove_leftovers(folder: Path, own_key: str) -> None:
    """Remove partial folders whose builder has ended; the caller holds the lock of own_key."""
    for left in folder.glob("tmp-*"):
        key = left.name.split("-")[1]
        if key == own_key or not is_building(folder, key):
            shutil.rmtree(left, ignore_errors=True)
