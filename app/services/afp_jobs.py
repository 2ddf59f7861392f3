"""Jobs that score a data set of AFP with an anomaly detector. Light to import."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.services.afp_library import AfpLibrary
from app.services.job_kinds import new_record
from app.services.job_record import Record
from reco_core.afp.detectors.registry import DETECTORS, DetectorRow, detector_row
from reco_core.afp.scoring.kept import is_kept
from reco_core.errors import HitscopeError

PREFIX: Final = "afp:"  # of the keys of detectors among those of algorithms


class AfpKind:
    """folder : the cache's, in which scores are kept."""

    def __init__(self, library: AfpLibrary, folder: Path) -> None:
        self.library, self.folder = library, folder

    def knows(self, algorithm_key: str) -> bool:
        return algorithm_key.startswith(PREFIX)

    def record(self, dataset_key: str, algorithm_key: str) -> Record:
        entry, row = self.library.dataset(dataset_key), row_of(algorithm_key)
        answers = row.fingerprint()
        with entry.opened() as opened:
            dataset = opened.dataset
            return new_record(
                entry.key, entry.path, dataset.fingerprint(), algorithm_key, answers, row.label,
                dataset.n_events,
            )  # fmt: skip

    def is_whole(self, record: Record) -> bool:
        with self.library.dataset(record.dataset).opened() as opened:
            return is_kept(opened.dataset, row_of(record.algorithm), self.folder)

    def is_open(self, record: Record) -> bool:
        return any(str(entry.path) == record.folder for entry in self.library.datasets)


def row_of(algorithm_key: str) -> DetectorRow:
    """The detector of a job; NotFoundError if there is none of that name."""
    return detector_row(algorithm_key.removeprefix(PREFIX))


def detectors_json() -> list[dict[str, str]]:
    """Detectors as the sheet of jobs lists algorithms; those whose weights cannot be used not."""
    return [
        {"key": PREFIX + row.key, "label": row.label, "source": row.about, "of": "AFP"}
        for row in DETECTORS
        if is_usable(row)
    ]


def is_usable(row: DetectorRow) -> bool:
    """Are its weights there?"""
    try:
        row.fingerprint()
    except HitscopeError:
        return False
    return True
