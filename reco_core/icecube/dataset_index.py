"""Indexes of batches on disk: one folder of plain numpy arrays per batch, mapped into memory.

A folder is named after the state of the files it was made from, so a changed file finds no index.
It appears whole, by one rename, and is never changed afterwards. Readers keep what they have mapped
even when the folder is removed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reco_core.dataset_identity import Identity, identity
from reco_core.icecube.dataset_contents import CONTENTS_ARRAYS, Contents
from reco_core.icecube.dataset_files import Batch, IntArray, PulseFile, pulses_of
from reco_core.icecube.dataset_meta import MetaFile, Span, Spans
from reco_core.icecube.event import Pulses, checked_pulses

INDEX_VERSION: Final = 2
PULSE_ARRAYS: Final[Mapping[str, type[np.generic]]] = {
    "sensor_id": np.int16,
    "time_ns": np.int32,
    "charge_pe": np.float64,
    "auxiliary": np.bool_,
}
MANIFEST: Final = "meta.json"
STAMP: Final = "used"  # its time of change tells when the index was last opened
STAMP_EVERY_S: Final = 60.0
KEY: Final = re.compile(r"[0-9a-f]{32}")
SAVED_SPANS_BYTES: Final = 32_000_000  # the spans of a larger meta file are kept on disk

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Index:
    """One opened index. start : (E,) place of each event's first pulse in the pulse arrays.

    clean : (E,) False for an event with a pulse that breaks the rules; its place in the pulse
    arrays holds zeros for what cannot be stored.
    """

    batch: Batch
    contents: Contents
    start: IntArray
    clean: NDArray[np.bool_]
    sensor_id: NDArray[np.int16]
    time_ns: NDArray[np.int32]
    charge_pe: NDArray[np.float64]
    auxiliary: NDArray[np.bool_]

    def pulses(self, place: int, where: str) -> Pulses:
        """Pulses of the event at a place of `contents`; EventError if they break the rules."""
        if not self.clean[place]:
            # Values that the index cannot hold are wanted as they are, for the message.
            event_id = int(self.contents.event_id[place])
            return pulses_of(PulseFile(self.batch).rows_of(event_id), where)
        first = int(self.start[place])
        rows = slice(first, first + int(self.contents.n_pulses[place]))
        return checked_pulses(
            self.sensor_id[rows],
            self.time_ns[rows],
            self.charge_pe[rows],
            self.auxiliary[rows],
            where,
        )


class IndexStore:
    """The folder of all indexes, up to limit_bytes in all."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.folder = folder.absolute()
        self.limit_bytes = limit_bytes
        self._stamped: dict[str, float] = {}
        self._spans: dict[Path, tuple[Identity, Spans]] = {}

    def key(self, batch: Batch) -> str:
        """Name of the index of the batch file, meta file and truth file as they are now."""
        states = tuple(identity(path) for path in (batch.path, batch.meta_path, batch.truth_path))
        return _key(batch.split, batch.batch_id, states)

    def has(self, key: str) -> bool:
        """Is there a complete index?"""
        return _manifest(self.folder / key) is not None

    def open(self, batch: Batch, key: str) -> Index | None:
        """The index, or None if there is none or it is damaged."""
        folder = self.folder / key
        if _manifest(folder) is None:
            return None
        try:
            names = (*CONTENTS_ARRAYS, "start", "clean", *PULSE_ARRAYS)
            arrays: dict[str, Any] = {name: _mapped(folder / f"{name}.npy") for name in names}
        except OSError as error:  # just evicted by another process, or too many open files
            log.info("index %s cannot be opened: %s", folder, error)
            return None
        except ValueError as error:
            log.warning("index %s is damaged and is removed: %s", folder, error)
            with suppress(OSError):
                remove_folder(folder)
            return None
        self.stamp(key)
        contents = Contents(**{name: arrays.pop(name) for name in CONTENTS_ARRAYS})
        return Index(batch, contents, **arrays)

    def stamp(self, key: str) -> None:
        """Note that an index is in use, at most once a minute."""
        now = time.monotonic()
        if now - self._stamped.get(key, -STAMP_EVERY_S) < STAMP_EVERY_S:
            return
        self._stamped[key] = now
        try:
            os.utime(self.folder / key / STAMP)
        except OSError as error:  # a read-only or just evicted index still opens
            log.debug("index %s not stamped: %s", key, error)

    def failure(self, key: str) -> str | None:
        """Why the file cannot be indexed, if a builder found so."""
        try:
            return str(json.loads(self._failure_path(key).read_text())["message"])
        except (OSError, ValueError, KeyError):
            return None

    def record_failure(self, key: str, message: str) -> None:
        write_json(self._failure_path(key), {"message": message})

    def _failure_path(self, key: str) -> Path:
        return self.folder / f"{key}.failed.json"

    def spans(self, meta_path: Path) -> Spans:
        """MetaFile.spans() of a meta file as it is now; empty if there is none."""
        found = identity(meta_path)
        if found is None:
            # A link to nothing is not the same as no file: reading it raises what is wrong.
            return MetaFile(meta_path).spans() if os.path.lexists(meta_path) else {}
        known = self._spans.get(meta_path)
        if known is None or known[0] != found:
            known = (found, self._read_spans(meta_path, found))
            self._spans[meta_path] = known
        return known[1]

    def _read_spans(self, meta_path: Path, found: Identity) -> Spans:
        if found[1] < SAVED_SPANS_BYTES:
            return MetaFile(meta_path).spans()
        saved = self.folder / f"spans-{_digest([INDEX_VERSION, found])}.json"
        try:
            return {int(key): Span(*row) for key, row in json.loads(saved.read_text()).items()}
        except (OSError, ValueError, TypeError):
            spans = MetaFile(meta_path).spans()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_json(saved, spans)
        except OSError as error:
            log.debug("spans of %s not kept: %s", meta_path, error)
        return spans

    def publish(self, partial: Path, key: str, source: str) -> None:
        """Give a complete partial folder its name. The caller holds the build lock of the key."""
        (partial / STAMP).touch()
        sizes = {file.name: file.stat().st_size for file in partial.iterdir()}
        manifest = {"version": INDEX_VERSION, "source": source, "bytes": sizes}
        write_json(partial / MANIFEST, manifest)
        for file in partial.iterdir():
            _sync(file)  # else a power cut may leave files of the right size without their content
        remove_folder(self.folder / key)  # a damaged one of the same name
        partial.rename(self.folder / key)

    def evict(self, keep: frozenset[str]) -> list[str]:
        """Remove the least recently used indexes until the rest fits; never those in `keep`."""
        found = sorted(self._sizes())  # least recently used first
        total, removed = sum(size for _, _, size in found), []
        for _, key, size in found:
            if total > self.limit_bytes and key not in keep:
                remove_folder(self.folder / key)
                removed.append(key)
                total -= size
        return removed

    def _sizes(self) -> list[tuple[float, str, int]]:
        """(time of last use, key, bytes) of each index."""
        rows = []
        for folder in self.folder.iterdir():
            if not KEY.fullmatch(folder.name):
                continue
            with suppress(FileNotFoundError):  # another process may be removing it
                size = sum(file.stat().st_size for file in folder.iterdir())
                stamp = folder / STAMP
                rows.append((stamp.stat().st_mtime if stamp.exists() else 0.0, folder.name, size))
        return rows


def write_json(path: Path, value: object) -> None:
    """Replace a small file in one step."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    partial.write_text(json.dumps(value))
    partial.replace(path)


def remove_folder(folder: Path) -> None:
    """Remove an index. It vanishes under its name at once, so that none opens half of it."""
    doomed = folder.with_name(f"tmp-{folder.name}-{os.getpid()}-{time.monotonic_ns()}")
    try:
        folder.rename(doomed)
    except FileNotFoundError:
        return
    shutil.rmtree(doomed, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@lru_cache(maxsize=256)
def _key(split: str, batch_id: int, states: tuple[Identity | None, ...]) -> str:
    return _digest([INDEX_VERSION, split, batch_id, states])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a complete index, or None: not there, other version, or files changed."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        whole = manifest["version"] == INDEX_VERSION and all(
            (folder / name).stat().st_size == size for name, size in manifest["bytes"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return manifest if whole else None


def _mapped(path: Path) -> NDArray[np.generic]:
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    # A plain view is faster to slice than np.memmap, and keeps the mapping alive.
    return np.asarray(array).view(np.ndarray)
