"""Turning files of other forms into the stored form, once, in bounded memory.

Parts lie in the folder .NAME.parts beside the one to be written until it is complete, and the same
import goes on from them. The finished folder appears whole, by one rename.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from reco_core.afp.dataset_images import ImageSource
from reco_core.afp.dataset_root import RootSource
from reco_core.afp.dataset_sources import Add, ImportOptions, Source, SourceBlock, Tell
from reco_core.afp.dataset_stored import (
    EVENT_SCHEMA,
    EVENTS_FILE,
    HIT_SCHEMA,
    HITS_FILE,
    HITS_PER_ROW_GROUP,
    NOTES_FILE,
    is_stored,
)
from reco_core.dataset_identity import digest, identity
from reco_core.dataset_lock import build_lock
from reco_core.dataset_names import is_file_or_broken_link
from reco_core.dataset_writing import whole, writing
from reco_core.errors import DatasetError, FileFormatError

IMPORT_VERSION: Final = 1
MADE_OF: Final = "made_of.json"
EVENTS_PER_ROW_GROUP: Final = 100_000
OPENERS: Final[dict[str, Callable[[Path, ImportOptions], Source]]] = {
    ".root": RootSource,
    ".npy": lambda path, options: ImageSource(path, options.run),
}
DAMAGE: Final = (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)


def source_files(path: Path) -> list[Path]:
    """The file itself, or the ROOT files of a folder by name, or else its .npy files.

    Raises DatasetError if there is none.
    """
    if path.suffix in OPENERS and is_file_or_broken_link(path):
        return [path]
    for suffix in OPENERS:
        names = sorted(path.glob(f"[!.]*{suffix}")) if path.is_dir() else []
        if found := [name for name in names if is_file_or_broken_link(name)]:
            return found
    what = "is no AFP data" if path.exists() else "does not exist"
    raise DatasetError(
        f"{path} {what}; expected a folder with {HITS_FILE}, a .npy file of images, a ROOT file "
        "with the tree TreeHits, or a folder of such files."
    )


def import_key(paths: list[Path], options: ImportOptions) -> str:
    """(32,) hexadecimal digits that change with the files, the options and the form."""
    return digest([IMPORT_VERSION, [identity(path) for path in paths], options.as_json()])


def import_files(paths: list[Path], target: Path, options: ImportOptions, tell: Tell) -> None:
    """Write the stored form of the files to the folder `target`, unless another process does.

    A bad file among several is left out, and told in import.json. Raises FileFormatError if none is
    good; DatasetError, such as for a full disk.
    """
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with build_lock(target.parent, target.name, float("inf")):
            if not is_stored(target):
                Import(target, import_key(paths, options)).run(paths, options, tell)


@dataclass
class Import:
    """One import: its parts and what it has come to."""

    target: Path
    key: str
    n_events: int = 0
    n_hits: int = 0

    def __post_init__(self) -> None:
        self.parts = self.target.with_name(f".{self.target.name}.parts")
        self.notes: list[str] = []
        self._bad: dict[int, FileFormatError] = {}  # by place of the file

    def run(self, paths: list[Path], options: ImportOptions, tell: Tell) -> None:
        with writing(self.parts):
            self._begin()
        sources = self._opened(paths, options)
        count = _Count(sum(source.n_entries * source.passes for _, source in sources), tell)
        for place, source in sources:
            with closing(source):
                self._take(place, source, count.add)
        if len(self._bad) == len(paths):
            shutil.rmtree(self.parts, ignore_errors=True)
            raise self._bad[0]
        self._finish()

    def _begin(self) -> None:
        made_of = self.parts / MADE_OF
        if not made_of.is_file() or made_of.read_text() != self.key:
            shutil.rmtree(self.parts, ignore_errors=True)
            self.parts.mkdir(parents=True)
            with whole(made_of) as partial:
                partial.write_text(self.key)

    def _opened(self, paths: list[Path], options: ImportOptions) -> list[tuple[int, Source]]:
        sources = []
        for place, path in enumerate(paths):
            try:
                sources.append((place, OPENERS[path.suffix](path, options)))
            except FileFormatError as error:
                self._bad[place] = error
        return sources

    def _take(self, place: int, source: Source, add: Add) -> None:
        """All of a source, or nothing of it if it is bad somewhere."""
        before = self.n_events, self.n_hits
        try:
            source.prepare(add)
            for k in range(source.n_blocks):
                self._take_block(f"{place:06d}-{k:08d}", lambda k=k: source.block(k))  # type: ignore[misc]
                add(source.n_entries_of(k))
            self.notes += source.notes()
        except FileFormatError as error:
            self._bad[place] = error
            self.n_events, self.n_hits = before
            for part in self.parts.glob(f"{place:06d}-*"):
                part.unlink()

    def _take_block(self, name: str, block: Callable[[], SourceBlock]) -> None:
        """Write the parts of a block, unless an earlier run has."""
        events_part, hits_part = (self.parts / f"{name}.{what}.parquet" for what in _PARTS)
        events = _read(events_part)  # it is written last
        if events is None:
            events = self._write(block(), hits_part, events_part)
        self.n_events += len(events)
        self.n_hits += int(events["n_hits"].sum())

    def _write(self, block: SourceBlock, hits_part: Path, events_part: Path) -> pl.DataFrame:
        hits = block.hits
        event_id = self.n_events + np.arange(hits.n_events)
        rows = {"event_id": event_id[hits.event]} | hits._asdict()
        rows.pop("start")
        _write(pl.DataFrame(rows, schema=HIT_SCHEMA), hits_part)
        events = pl.DataFrame({"event_id": event_id}).with_columns(
            pl.lit(block.run, pl.Int64).alias("run"),
            pl.Series("evn", block.evn, pl.Int64) if block.evn is not None else _NONE["evn"],
            pl.Series("station", block.station, pl.UInt8)
            if block.station is not None
            else _NONE["station"],
            pl.Series("n_hits", np.diff(hits.start).astype(np.int32)),
            pl.Series("first_row", self.n_hits + hits.start[:-1]),
        ).select(EVENT_SCHEMA.names())  # fmt: skip
        _write(events, events_part)
        return events

    def _finish(self) -> None:
        folder = self.parts / "whole"
        with writing(self.target):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for what, schema, name, size in (
                ("hits", HIT_SCHEMA, HITS_FILE, HITS_PER_ROW_GROUP),
                ("events", EVENT_SCHEMA, EVENTS_FILE, EVENTS_PER_ROW_GROUP),
            ):
                parts = sorted(self.parts.glob(f"*.{what}.parquet"))
                rows = pl.scan_parquet(parts, glob=False) if parts else pl.LazyFrame(schema=schema)
                rows.sink_parquet(folder / name, compression="lz4", row_group_size=size)
            problems = [str(error) for _, error in sorted(self._bad.items())]
            told = {"key": self.key, "notes": self.notes, "problems": problems}
            (folder / NOTES_FILE).write_text(json.dumps(told, indent=1))
            folder.replace(self.target)
        shutil.rmtree(self.parts, ignore_errors=True)


_PARTS: Final = ("events", "hits")
_NONE: Final = {name: pl.lit(None, EVENT_SCHEMA[name]).alias(name) for name in ("evn", "station")}


class _Count:
    """Adds up what is done."""

    def __init__(self, total: int, tell: Tell) -> None:
        self._done, self._total, self._tell = 0, total, tell

    def add(self, count: int) -> None:
        self._done += count
        self._tell(self._done, self._total)


def _read(part: Path) -> pl.DataFrame | None:
    try:
        return pl.read_parquet(part, glob=False) if part.is_file() else None
    except DAMAGE:
        return None


def _write(rows: pl.DataFrame, part: Path) -> None:
    with whole(part) as partial:
        rows.write_parquet(partial, compression="lz4")
