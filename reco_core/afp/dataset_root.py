"""ROOT files of ATLAS with the tree TreeHits: hits by station and plane, in padded slots.

    evN                 number of the event, unique only within its run
    hits                [4][4] number of hits, by station and plane
    hits_row, hits_col  [4][4][S] pixels, -1 in an empty slot
    hits_q              [4][4][S] charge, -1000001 in an empty slot

Each station with hits in an entry is one event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.dataset_pixels import Pixels
from reco_core.afp.dataset_slots import CHARGE, COL, ROW, Slots, filled_slots, refuse
from reco_core.afp.dataset_sources import Add, Blocks, ImportOptions, SourceBlock
from reco_core.afp.hits import IntArray, checked_hits
from reco_core.afp.sensor import N_PLANES, STATIONS
from reco_core.dataset_reading import system_reason
from reco_core.errors import FileFormatError

TREE: Final = "TreeHits"
COUNT: Final = "hits"
NUMBER: Final = "evN"
BRANCHES: Final = (NUMBER, COUNT, ROW, COL, CHARGE)
BY_PLANE: Final = (len(STATIONS), N_PLANES)
RUN_IN_NAME: Final = re.compile(r"(?<!\d)\d{6}(?!\d)")  # 336505_afp_newhits.root
BLOCK_BYTES: Final = 64_000_000  # of the slots of one block, in 64 bits
MAX_NAMES_TOLD: Final = 20


@dataclass
class Odd:
    """Something that is mended, and told: in how many planes, and first in which entry."""

    what: str
    planes: int = 0
    entry: int = 0

    def add(self, planes: int, entry: int) -> None:
        self.entry = self.entry if self.planes else entry
        self.planes += planes


class RootSource:
    """One ROOT file, open until close()."""

    passes = 2  # the first tells how pixels are counted

    def __init__(self, path: Path, options: ImportOptions) -> None:
        """Raises FileFormatError for a file without the tree or its branches."""
        self.path = path
        self._asked = options.first_pixel
        self._run = options.run if options.run is not None else run_of(path)
        self._file, self._tree = _opened(path)
        try:
            self.n_entries = int(self._tree.num_entries)
            n_slots = self._checked_shapes()
        except FileFormatError:
            self.close()
            raise
        entry_bytes = 8 * 3 * len(STATIONS) * N_PLANES * max(n_slots, 1)
        self._blocks = Blocks(self.n_entries, max(BLOCK_BYTES // entry_bytes, 1))
        self.n_blocks = len(self._blocks)
        self._first: Literal[0, 1] = 0
        self._why = ""
        self._odd = (
            Odd(f"{COUNT!r} is not the number of filled slots; the slots are taken"),
            Odd("a pixel is there twice; its higher charge is taken"),
        )

    def prepare(self, add: Add) -> None:
        """Look at all pixels: are they counted from 0 or from 1?"""
        pixels = Pixels()
        for k in range(self.n_blocks):
            slots = self._slots(k)
            pixels.row.add(slots.row[slots.row >= 0])
            pixels.col.add(slots.col[slots.col >= 0])
            self._look_for_odd(k, slots)
            add(self.n_entries_of(k))
        self._first, self._why = pixels.first()
        if self._asked is not None:
            self._first, self._why = self._asked, "as was asked for"

    def block(self, k: int) -> SourceBlock:
        slots = self._slots(k)
        slots.check(self.path, self._first, self._why)
        slots, _ = slots.one_per_pixel()
        place = slots.entry * len(STATIONS) + slots.station
        found, start = np.unique(place, return_index=True)
        entry, station = np.divmod(found, len(STATIONS))
        row, col = slots.row - self._first, slots.col - self._first
        hits = checked_hits(
            np.append(start, len(place)), slots.plane, row, col, slots.charge, str(self.path)
        )
        evn = self._whole(NUMBER, k)[entry - self._blocks.span(k)[0]]
        return SourceBlock(hits, self._run, evn, station.astype(np.uint8))

    def n_entries_of(self, k: int) -> int:
        first, end = self._blocks.span(k)
        return end - first

    def notes(self) -> list[str]:
        name = self.path.name
        run = "run not known" if self._run is None else f"run {self._run}"
        return [
            f"{name}: {self.n_entries:,} entries, {run}, pixels counted from {self._first}: "
            f"{self._why}."
        ] + [
            f"{name}: in {odd.planes:,} planes, first in entry {odd.entry}, {odd.what}."
            for odd in self._odd
            if odd.planes
        ]

    def close(self) -> None:
        self._file.close()

    def _checked_shapes(self) -> int:
        """Check the branches by their first entry; the number of slots."""
        present = set(self._tree.keys())
        for name in BRANCHES:
            if name not in present:
                raise FileFormatError(
                    f"{self.path}: tree {TREE!r} has no branch {name!r}; it has {_told(present)}. "
                    f"Expected {', '.join(BRANCHES)}."
                )
        shapes = {name: self._read(name, 0, min(1, self.n_entries)).shape[1:] for name in BRANCHES}
        n_slots = int(shapes[ROW][2]) if len(shapes[ROW]) == 3 else 0
        wanted = {NUMBER: (), COUNT: BY_PLANE}
        for name, shape in shapes.items():
            if shape != wanted.get(name, (*BY_PLANE, n_slots)):
                raise FileFormatError(
                    f"{self.path}: branch {name!r} has {_shape(shape)} in each entry; expected one "
                    f"number of {NUMBER}, [4][4] of {COUNT}, and [4][4][S] of the others."
                )
        return n_slots

    def _read(self, name: str, first: int, end: int) -> NDArray[Any]:
        """Values of a branch for the entries first to end - 1."""
        try:
            values: NDArray[Any] = self._tree[name].array(
                entry_start=first, entry_stop=end, library="np"
            )
        except Exception as error:  # uproot lets through what struct, zlib and its own code raise
            raise FileFormatError(
                f"{self.path}: branch {name!r} cannot be read in entries {first} to {end - 1}: "
                f"{_reason(error)}. The file may be truncated."
            ) from error
        if values.dtype.kind not in "iuf":
            raise FileFormatError(
                f"{self.path}: branch {name!r} holds values of type {values.dtype}; expected "
                "numbers in arrays of one size."
            )
        return values

    def _whole(self, name: str, k: int) -> IntArray:
        """Values of a branch of whole numbers in block k."""
        first, end = self._blocks.span(k)
        values = self._read(name, first, end)
        if values.dtype.kind == "f":
            bad = ~(np.isfinite(values) & (values == np.rint(values)) & (abs(values) < 2**62))
            if bad.any():
                entry, *at = (int(axis) for axis in np.argwhere(bad)[0])
                value = values[(entry, *at)]
                refuse(self.path, name, first + entry, at, value, "a whole number")
        return values.astype(np.int64)

    def _slots(self, k: int) -> Slots:
        """The filled slots of block k."""
        first, end = self._blocks.span(k)
        charge = self._read(CHARGE, first, end)
        return filled_slots(self._whole(ROW, k), self._whole(COL, k), charge, first)

    def _look_for_odd(self, k: int, slots: Slots) -> None:
        first, end = self._blocks.span(k)
        counted = np.zeros((end - first, *BY_PLANE), np.int64)
        np.add.at(counted, (slots.entry - first, slots.station, slots.plane), 1)
        again = slots.one_per_pixel()[1]
        repeated = np.unique(np.stack((again.entry, again.station, again.plane)), axis=1)
        wrong = np.argwhere(counted != self._whole(COUNT, k))
        for odd, entries in zip(self._odd, (first + wrong[:, 0], repeated[0]), strict=True):
            if len(entries):
                odd.add(len(entries), int(entries[0]))


def run_of(path: Path) -> int | None:
    """The run number in a file's name: the first six digits that stand by themselves."""
    match = RUN_IN_NAME.search(path.stem)
    return int(match[0]) if match else None


def _opened(path: Path) -> tuple[Any, Any]:
    """The file and its tree."""
    import uproot  # here: it takes half a second

    expected = f"Expected a ROOT file with the tree {TREE!r}"
    try:
        file = uproot.open(path, object_cache=None, array_cache=None)
        names = {name.partition(";")[0] for name in file.keys()}  # noqa: SIM118 - not a dict
        tree = file[TREE] if TREE in names else None
    except Exception as error:  # see RootSource._read
        raise FileFormatError(
            f"{path} cannot be read: {_reason(error)}. {expected}; it may be truncated."
        ) from error
    if tree is None or not hasattr(tree, "num_entries"):
        file.close()
        raise FileFormatError(f"{path} has no tree {TREE!r}; it has {_told(names)}. {expected}.")
    return file, tree


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError | PermissionError):
        return system_reason(error)
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {text[:200]}".rstrip(". :,")


def _shape(shape: tuple[int, ...]) -> str:
    return "".join(f"[{n}]" for n in shape) or "one number"


def _told(names: set[str]) -> str:
    some = sorted(names)[:MAX_NAMES_TOLD]
    more = f" and {len(names) - len(some)} more" if len(names) > len(some) else ""
    return (", ".join(map(repr, some)) or "nothing") + more
