"""What every kind of file that is not in the stored form has in common, for the import.

A source is one file. It is read a block of entries at a time, any block by its number, so that an
import that was stopped can go on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.hits import HitBatch, IntArray
from reco_core.errors import SettingError

Add = Callable[[int], None]  # so many more are done
Tell = Callable[[int, int], None]  # so many are done, of so many in all

LARGEST_RUN: Final = 2**31 - 1


class SourceBlock(NamedTuple):
    """Events of one block (E).  run : of all of them.  evn, station : (E,).  None : not known."""

    hits: HitBatch
    run: int | None
    evn: IntArray | None
    station: NDArray[np.uint8] | None


class Source(Protocol):
    """One file with n_entries, of which prepare() and the blocks tell the rest.

    Everything here raises FileFormatError that names file, branch and entry.
    """

    path: Path
    n_entries: int
    n_blocks: int
    passes: int  # how often each entry is read in all

    def prepare(self, add: Add) -> None:
        """Find out what takes a look at the whole file."""

    def block(self, k: int) -> SourceBlock:
        """The events of block k, 0 for the first."""

    def n_entries_of(self, k: int) -> int:
        """How many entries block k has."""

    def notes(self) -> list[str]:
        """What a user should know of how the file was read."""

    def close(self) -> None:
        """Let go of the file."""


@dataclass(frozen=True)
class ImportOptions:
    """What files do not tell of themselves. None : from the file's name, or its content.

    run : number of the run.  first_pixel : number of the first row and column in ROOT files.
    """

    run: int | None = None
    first_pixel: Literal[0, 1] | None = None

    def __post_init__(self) -> None:
        if self.run is not None and not 0 <= self.run <= LARGEST_RUN:
            raise SettingError(f"The run is {self.run!r}; expected a number of 0 to {LARGEST_RUN}.")
        if self.first_pixel not in (None, 0, 1):
            raise SettingError(f"The first pixel is {self.first_pixel!r}; expected 0 or 1.")

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class Blocks:
    """Cuts n_entries into blocks of `size`."""

    def __init__(self, n_entries: int, size: int) -> None:
        self.n_entries, self.size = n_entries, size

    def __len__(self) -> int:
        return -(-self.n_entries // self.size)

    def span(self, k: int) -> tuple[int, int]:
        """First entry of block k, and the first after it."""
        return k * self.size, min((k + 1) * self.size, self.n_entries)
