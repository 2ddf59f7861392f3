"""Images of events in a .npy file, as the seed has them: (N, 336, 80, 4) or (N, 4, 336, 80).

The file is mapped, never loaded whole. What is not 0 is a hit; 1 says only that there was one,
other values are charges.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.dataset_sources import Add, Blocks, SourceBlock
from reco_core.afp.hits import HitBatch, IntArray, checked_hits, joined
from reco_core.afp.sensor import N_COLS, N_PIXELS, N_PLANES, N_ROWS
from reco_core.dataset_reading import system_reason
from reco_core.errors import FileFormatError

PLANES_LAST: Final = (N_ROWS, N_COLS, N_PLANES)
PLANES_FIRST: Final = (N_PLANES, N_ROWS, N_COLS)
EXPECTED: Final = f"(N, {N_ROWS}, {N_COLS}, {N_PLANES}) or (N, {N_PLANES}, {N_ROWS}, {N_COLS})"
FILE_OF_IMAGES: Final = f"a .npy file of images {EXPECTED}"
SHORT: Final = "it is shorter than its header says"
# Were every pixel lit, as a network's output may have it, a block would take 0.7 GB.
IMAGES_PER_BLOCK: Final = 256
IMAGES_AT_A_TIME: Final = 16  # 3.4 MB of float16
WORD: Final = np.dtype(np.uint64)


class ImageSource:
    """One .npy file; event k is image k."""

    passes = 1

    def __init__(self, path: Path, run: int | None) -> None:
        """Raises FileFormatError for what is no array of such images."""
        self.path, self._run = path, run
        self._images = _mapped(path)
        self._size = path.stat().st_size
        self.n_entries = len(self._images)
        self._blocks = Blocks(self.n_entries, IMAGES_PER_BLOCK)
        self.n_blocks = len(self._blocks)

    def prepare(self, add: Add) -> None:
        """Nothing to find out."""

    def block(self, k: int) -> SourceBlock:
        first, end = self._blocks.span(k)
        parts = [
            self._hits(begin, min(begin + IMAGES_AT_A_TIME, end))
            for begin in range(first, end, IMAGES_AT_A_TIME)
        ]
        return SourceBlock(joined(parts), self._run, None, None)

    def n_entries_of(self, k: int) -> int:
        first, end = self._blocks.span(k)
        return end - first

    def notes(self) -> list[str]:
        where = "last" if self._images.shape[1:] == PLANES_LAST else "first"
        return [f"{self.path.name}: {self.n_entries:,} images, the planes {where}."]

    def close(self) -> None:
        del self._images

    def _check_whole(self) -> None:
        """Of a file that has been cut short the system kills who reads what was mapped."""
        try:
            size = self.path.stat().st_size
        except OSError:  # gone, and a file without a name keeps its content
            return
        if size < self._size:
            raise FileFormatError(f"{self.path} cannot be read: {SHORT}, since it was opened.")

    def _hits(self, first: int, end: int) -> HitBatch:
        """Hits of the images first to end - 1."""
        self._check_whole()
        images = np.ascontiguousarray(self._images[first:end])
        lit = _not_zero(images)
        value = images.reshape(-1)[lit]
        entry, pixel = np.divmod(lit, N_PIXELS)
        index = np.unravel_index(pixel, images.shape[1:])
        row, col, plane = index if images.shape[1:] == PLANES_LAST else (*index[1:], index[0])
        with np.errstate(over="ignore"):  # what float32 cannot hold is refused as infinite
            charge = value.astype(np.float32)
        _check(self.path, value, charge, first + entry, (plane, row, col))
        start = np.searchsorted(entry, np.arange(end - first + 1))
        return checked_hits(start, plane, row, col, charge, str(self.path), first)


def _mapped(path: Path) -> NDArray[Any]:
    try:
        images: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise FileFormatError(
            f"{path} cannot be read: {system_reason(error)}. Expected {FILE_OF_IMAGES}."
        ) from error
    except Exception as error:  # numpy parses the header as Python: tokens, syntax, numbers
        raise FileFormatError(
            f"{path} cannot be read: {_reason(error)}. Expected {FILE_OF_IMAGES}; it may be "
            "truncated."
        ) from error
    if not isinstance(images, np.ndarray):  # an archive of arrays opens as something else
        raise FileFormatError(f"{path} is no .npy file; expected one array of images {EXPECTED}.")
    if images.dtype.kind not in "biuf":
        raise FileFormatError(f"{path} holds values of type {images.dtype}; expected numbers.")
    if images.shape[1:] not in (PLANES_LAST, PLANES_FIRST):
        raise FileFormatError(f"{path} has the shape {images.shape}; expected {EXPECTED}.")
    return images


def _reason(error: Exception) -> str:
    told = str(error)
    if "pickle" in told or "Python objects" in told:
        return "it is no such file, or holds Python objects"
    if "mmap length" in told:
        return SHORT
    # The words are numpy's own only of these, and of them not what tells of a line of Python.
    if type(error) in (ValueError, EOFError) and "malformed node" not in told:
        return told.partition("\n")[0].rstrip(".")
    return f"its header is damaged ({type(error).__name__})"


def _not_zero(images: NDArray[Any]) -> IntArray:
    """Where values are not 0, in the flattened images.

    Nearly all are 0: words of eight bytes are looked at first, which is many times faster.
    """
    flat = images.reshape(-1)
    per_word = WORD.itemsize // flat.itemsize
    if not per_word:
        return np.flatnonzero(flat)
    words = np.flatnonzero(flat.view(WORD))
    near = (words[:, None] * per_word + np.arange(per_word)).reshape(-1)
    found: IntArray = near[flat[near] != 0]
    return found


def _check(
    path: Path,
    value: NDArray[Any],
    charge: NDArray[np.float32],
    entry: IntArray,
    pixel: tuple[IntArray, IntArray, IntArray],
) -> None:
    bad = ~np.isfinite(charge) | (charge <= 0)
    if bad.any():
        k = int(np.argmax(bad))
        plane, row, col = (int(axis[k]) for axis in pixel)
        raise FileFormatError(
            f"{path}: image {entry[k]} has the value {value[k]} in plane {plane}, row {row}, "
            f"column {col}; expected 0, 1 or a charge above 0."
        )
