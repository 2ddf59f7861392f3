"""Which events of a data set are of which class, one byte an event."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.services.event_words import one_line
from reco_core.afp.dataset import AfpDataset
from reco_core.errors import NotFoundError

IntArray = NDArray[np.int64]

MOST_CLASSES: Final = 60  # of a truth with more the rarer ones, as they come, have no name here
NOT_KNOWN: Final = 255
READ_AT_ONCE: Final = 1_000_000
MOST_CHARACTERS: Final = 60


class Classes:
    """names : the classes, in the order in which they first come.  counts : events of each."""

    def __init__(self, codes: NDArray[np.uint8], names: tuple[str, ...]) -> None:
        """codes : (N,) place in `names` of each event, or NOT_KNOWN."""
        self._codes = codes
        self.names = names
        self.counts: tuple[int, ...] = tuple(
            np.bincount(codes, minlength=NOT_KNOWN + 1)[: len(names)].tolist()
        )
        self._events = lru_cache(8)(self._found)

    def events(self, name: str) -> IntArray:
        """(n,) event_id of those of a class, ascending; NotFoundError if there is no such class."""
        if name not in self.names:
            known = ", ".join(self.names) or "none: the data set has no truth"
            raise NotFoundError(f"No class {name[:MOST_CHARACTERS]!r}. Those there are: {known}.")
        return self._events(name)

    def are_of(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """(N,) events of one of these classes."""
        codes = [self.names.index(name) for name in names if name in self.names]
        return np.isin(self._codes, codes)

    def places(self, first: int, end: int) -> IntArray:
        """(end - first,) place in `names` of the class of each event; len(names) if not known."""
        return np.minimum(self._codes[first:end], len(self.names)).astype(np.int64)

    def _found(self, name: str) -> IntArray:
        return np.flatnonzero(self._codes == self.names.index(name)).astype(np.int64)


def read_classes(dataset: AfpDataset) -> Classes:
    """Of a data set without truth there are none. Raises FileFormatError."""
    codes = np.full(dataset.n_events, NOT_KNOWN, np.uint8)
    names: dict[str, int] = {}
    for first in range(0, dataset.n_events if dataset.has_truth else 0, READ_AT_ONCE):
        end = min(first + READ_AT_ONCE, dataset.n_events)
        column = dataset.event_classes(first, end)
        unique = column.drop_nulls().unique(maintain_order=True).to_list()
        for name in map(class_name, unique):
            if len(names) < MOST_CLASSES:
                names.setdefault(name, len(names))
        code_of = {text: names.get(class_name(text), NOT_KNOWN) for text in unique}
        codes[first:end] = column.replace_strict(code_of, default=NOT_KNOWN).to_numpy()
    return Classes(codes, tuple(names))


def class_name(text: str) -> str:
    """A class of a truth file as it can be shown and stand in an address."""
    return one_line(text, MOST_CHARACTERS)
