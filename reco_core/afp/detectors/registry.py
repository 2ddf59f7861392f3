"""All anomaly detectors, one row each. A new one is a new row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from reco_core.afp.detectors.kinds import THRESHOLD, Reasons, Scorer
from reco_core.afp.hits import FloatArray, HitBatch
from reco_core.dataset_identity import digest, identity
from reco_core.errors import NotFoundError
from reco_core.weights import FOLDER, card_path, read_card

if TYPE_CHECKING:  # not for those that only look scores up: it is compiled code
    from reco_core.afp.alignment import Alignment

MODULES: Final = "reco_core.afp.detectors"
LOADED: Final = 16  # detectors with their weights that stay in memory
BLOCK: Final = 20_000


@dataclass(frozen=True)
class DetectorRow:
    """One anomaly detector.  key : in addresses and commands.  label, about : for the page.

    version : raised whenever a score changes, so that kept scores of the old one are not used.
    weights : names of its weights (reco_core/weights).  module : where it is, if not in that of its
    key.  block : events that are scored at once.  images : does it reconstruct images?  limit : its
    threshold, where that is part of it and not of weights.
    """

    key: str
    label: str
    about: str
    version: int
    weights: tuple[str, ...] = ()
    module: str = ""
    block: int = BLOCK
    images: bool = False
    limit: float | None = None

    def load(self, folder: Path = FOLDER) -> Scorer:
        """The detector with the weights of a folder; FileFormatError if they cannot be used.

        Weights that are replaced are read again.
        """
        return _loaded(self, folder, self.fingerprint(folder))

    def fingerprint(self, folder: Path = FOLDER) -> str:
        """(32,) hexadecimal digits of all that its scores depend on, beside the hits."""
        cards = [read_card(card_path(name, folder)).sha256 for name in self.weights]
        return digest([self.key, self.version, cards])

    def score(
        self, hits: HitBatch, alignment: Alignment | None = None, folder: Path = FOLDER
    ) -> FloatArray:
        """(E,) finite, higher is more anomalous.  alignment : where planes are, for each event."""
        return self.load(folder).score(hits, alignment)

    def reasons(
        self, hits: HitBatch, alignment: Alignment | None = None, folder: Path = FOLDER
    ) -> Sequence[Reasons]:
        """Up to three sentences for each event; none where nothing is unusual."""
        return self.load(folder).reasons(hits, alignment)

    def threshold(self, folder: Path = FOLDER) -> dict[str, Any] | None:
        """What it comes with: rule, value, low, high, false_positives; None for none."""
        if self.limit is not None:
            return {
                "rule": "own limit", "value": self.limit, "low": self.limit, "high": self.limit,
                "false_positives": None,
            }  # fmt: skip
        tables = [
            read_card(card_path(name, folder)).tables.get(f"{THRESHOLD} {self.key}")
            for name in self.weights
        ]
        return next((dict(table) for table in tables if table), None)


@lru_cache(LOADED)
def _loaded(row: DetectorRow, folder: Path, _fingerprint: str) -> Scorer:
    module = import_module(f"{MODULES}.{row.module or row.key}")
    if not row.weights:
        return cast(Scorer, module)
    # Two detectors of one module are told apart by their key.
    arguments = (row.key, folder) if row.module else (folder,)
    return cast(Scorer, module.load(*arguments))


DETECTORS: Final = (
    DetectorRow(
        "default", "PCA and isolation forest",
        "Mean rank of the distance and the isolation forest on cluster and track features.",
        1, ("afp_pca", "afp_isolation_forest"),
    ),
    DetectorRow(
        "pca", "PCA distance",
        "Distance from usual features along their principal components.", 1, ("afp_pca",),
    ),
    DetectorRow(
        "isolation_forest", "Isolation forest",
        "How few random cuts in its features set an event apart.", 1, ("afp_isolation_forest",),
    ),
    DetectorRow(
        "autoencoder", "Autoencoder, hits weighted",
        "The published network trained until it reconstructs hits; mean surprise about a hit.",
        1, ("afp_autoencoder",), "autoencoder", 2_000, True,
    ),
    DetectorRow(
        "autoencoder_seed", "Autoencoder, as published",
        "The published network, training and score: the mean square error of all pixels.",
        1, ("afp_autoencoder_seed",), "autoencoder", 2_000, True,
    ),
    DetectorRow(
        "rules", "Rules",
        "What one proton through four good planes looks like, and how far an event breaks that.",
        1, limit=1.0,
    ),
    DetectorRow(
        "boosted", "Boosted trees, with labels",
        "Trees that learned the classes from labelled events.", 1, ("afp_boosted",),
    ),
)  # fmt: skip


def detector_row(key: str) -> DetectorRow:
    """The row of that key; NotFoundError lists the keys if there is none."""
    for row in DETECTORS:
        if row.key == key:
            return row
    keys = ", ".join(row.key for row in DETECTORS)
    raise NotFoundError(f"Unknown anomaly detector {key!r}. Available: {keys}.")


def weights_identity(row: DetectorRow, folder: Path) -> list[Any]:
    """What tells one state of a detector's weights from another, without reading them."""
    return [identity(card_path(name, folder)) for name in row.weights]
