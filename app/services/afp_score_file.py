"""The kept scores of a data set as a file, made block by block: ten million events fit a laptop."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

import polars as pl
from polars.io.plugins import register_io_source

from reco_core.afp.dataset import AfpDataset
from reco_core.afp.detectors.registry import DetectorRow
from reco_core.afp.scoring.kept import score_blocks
from reco_core.afp.scoring.rows import ROWS, SCHEMA, score_rows
from reco_core.errors import HitscopeError, ServiceError


@dataclass(frozen=True, eq=False)
class ScoreFile:
    """Of a data set that is scored with the detector.  folder : the cache's."""

    dataset: AfpDataset
    detector: DetectorRow
    folder: Path

    def begun(self, threshold: float) -> Iterator[pl.DataFrame]:
        """Rows of reco_core.afp.scoring.rows.SCHEMA, block by block. Raises DatasetError.

        The first block is made at once: what is wrong with it can still be answered in words.
        """
        frames = self._blocks(threshold)
        return chain([next(frames, SCHEMA.to_frame())], frames)

    def _blocks(self, threshold: float) -> Iterator[pl.DataFrame]:
        first = 0
        for score in score_blocks(self.dataset, self.detector, self.folder, ROWS):
            yield score_rows(self.dataset, first, score, threshold)
            first += len(score)


def csv_parts(frames: Iterator[pl.DataFrame]) -> Iterator[str]:
    """The text of a table, part by part; names of the columns once, on top."""
    for k, frame in enumerate(frames):
        yield frame.write_csv(include_header=k == 0)


def parquet_file(frames: Iterator[pl.DataFrame], folder: Path) -> IO[bytes]:
    """The table as a file without a name in the folder, at its start; gone when it is closed.

    Parquet tells at its end where its parts are, and so is written before it is sent.
    Raises what making a frame raises; ServiceError where it cannot be written.
    """
    trouble: list[HitscopeError] = []
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by whoever sends it
    try:
        source = register_io_source(lambda *_: _noting(frames, trouble), schema=SCHEMA)
        source.sink_parquet(file, row_group_size=ROWS)
        file.seek(0)
    except Exception as error:
        file.close()
        if trouble:
            raise trouble[0] from error
        if isinstance(error, OSError | pl.exceptions.PolarsError):
            told = f"The scores could not be written into {folder}: {error}."
            raise ServiceError(told) from error
        raise
    return file


def _noting(frames: Iterator[pl.DataFrame], trouble: list[HitscopeError]) -> Iterator[Any]:
    """Polars makes an error of its own of every other one."""
    try:
        yield from frames
    except HitscopeError as error:
        trouble.append(error)
        raise
