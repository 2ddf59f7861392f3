"""A data set of AFP being opened, in a thread of its own: the first time that may take minutes."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from app.services.afp_classes import Classes, read_classes
from reco_core.afp.dataset import AfpDataset, open_afp, state_of
from reco_core.afp.hits import BINARY_CHARGE
from reco_core.errors import DatasetError, HitscopeError, ServiceError

CHARGES_OF: Final = 20_000  # events that the ends of the colour scale are taken from
SHARE_ON_SCALE: Final = 0.999  # of their hits

log = logging.getLogger(__name__)


class ReadingError(ServiceError):
    """The data set is being read.  fraction : how much of it is, None where that is not known."""

    def __init__(self, message: str, fraction: float | None) -> None:
        super().__init__(message)
        self.fraction = fraction


@dataclass(frozen=True, eq=False)
class Opened:
    """charges : ends of the colour scale, electrons; None where the files hold only hits."""

    dataset: AfpDataset
    classes: Classes
    charges: tuple[float, float] | None


class Opening:
    """Begins at once. Safe to share among threads."""

    def __init__(self, path: Path, index_dir: Path, before: Opening | None = None) -> None:
        """before : the one that this takes the place of; what it told is not logged again."""
        self._path, self._index_dir = path, index_dir
        self._told = before and before.error_text
        self.state = state_or_none(path)
        self.began_s = time.monotonic()
        self._opened: Opened | None = None
        self._error: HitscopeError | None = None
        self._progress = (0, 0)
        self._done = threading.Event()
        self.ended_s = float("inf")
        threading.Thread(target=self._run, daemon=True, name="afp opening").start()

    @property
    def has_failed(self) -> bool:
        return self._error is not None

    @property
    def error_text(self) -> str | None:
        """What went wrong, if anything did."""
        return None if self._error is None else str(self._error)

    def wait(self, seconds: float) -> Opened:
        """Raises ReadingError if it is not there after so many seconds; else what went wrong."""
        if not self._done.wait(seconds):
            done, total = self._progress
            fraction = done / total if total else None
            raise ReadingError(f"{self._path} is being read, the first time only.", fraction)
        if self._error is not None:
            raise self._error
        assert self._opened is not None
        return self._opened

    def _run(self) -> None:
        try:
            dataset = open_afp(self._path, self._index_dir, tell=self._tell)
            self._opened = Opened(dataset, read_classes(dataset), charge_scale(dataset))
        except HitscopeError as error:
            self._error = error
            if self.error_text != self._told:
                log.warning("%s", error)
        except Exception as error:  # told to whoever asks; nobody else would hear of it
            self._error = DatasetError(f"{self._path} cannot be opened: {error!r}. See the log.")
            if self.error_text != self._told:
                log.exception("%s cannot be opened", self._path)
        finally:
            self.ended_s = time.monotonic()
            self._done.set()

    def _tell(self, done: int, total: int) -> None:
        self._progress = (done, total)


def state_or_none(path: Path) -> str | None:
    """The state of the files as `state_of`; None where there is no data set."""
    try:
        return state_of(path)
    except DatasetError:
        return None


def charge_scale(dataset: AfpDataset) -> tuple[float, float] | None:
    """Ends of the colours of a data set's hits: what all but the very highest charges lie in.

    Taken from its first events, so that the same charge has the same colour in all of them. None
    where there are only hits, or none at all.
    """
    try:
        _, batch = next(iter(dataset.blocks(CHARGES_OF)))
    except (StopIteration, DatasetError):  # no events; or bad hits, which their event tells
        return None
    charge = batch.charge
    if not len(charge) or (charge == BINARY_CHARGE).all():
        return None
    high = float(np.quantile(charge, SHARE_ON_SCALE, method="higher"))
    return float(charge.min()), high
