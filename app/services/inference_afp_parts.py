"""What the inference process finds of whole data sets of AFP, once, each in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.dataset import AfpDataset
from reco_core.errors import HitscopeError

ALIGNMENT: Final = "reco_core.afp.dataset_alignment"  # imported late: they are heavy
MOST_DATASETS: Final = 16

log = logging.getLogger(__name__)


class PlanePlaces:
    """Where the planes of a data set's runs are; found in a thread, which begins at once.

    group : (N,) which run and station each event is of.  message : why there is none, once found.
    """

    def __init__(self, dataset: AfpDataset) -> None:
        self._dataset = dataset
        self._found: Any = None
        self.is_found = False
        self.message = ""
        threading.Thread(target=self._find, daemon=True, name="afp planes").start()

    @property
    def group(self) -> NDArray[np.int32] | None:
        return None if self._found is None else self._found.group

    def of(self, event_id: int) -> Any:
        """Alignment of the event's run, None until it is found, or where it cannot be."""
        return None if self._found is None else self.rows(event_id, event_id + 1)

    def rows(self, first: int, end: int) -> Any:
        """Alignment of the events first to end - 1; only where it is found."""
        return self._found.of(first, end)

    def _find(self) -> None:
        try:
            self._found = import_module(ALIGNMENT).dataset_alignment(self._dataset)
        except HitscopeError as error:  # such as bad hits: tracks are less sharp then
            log.warning("The places of the planes stay unknown: %s", error)
            self.message = str(error)
        except Exception as error:
            log.exception("the places of the planes of %s", self._dataset.path)
            self.message = f"The runs could not be read: {error!r}."
        self.is_found = True


class Places:
    """By data set. Safe to share among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, PlanePlaces] = OrderedDict()  # by fingerprint

    def of(self, dataset: AfpDataset) -> PlanePlaces:
        key = dataset.fingerprint()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = PlanePlaces(dataset)
                while len(self._kept) > MOST_DATASETS:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]
