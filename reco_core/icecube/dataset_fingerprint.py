"""What tells one state of a data set's files from another, without reading them."""

from __future__ import annotations

from reco_core.dataset_identity import digest, identity
from reco_core.errors import DatasetError
from reco_core.icecube.dataset_files import GEOMETRY_FILE, Batch
from reco_core.icecube.dataset_index import IndexStore


def batch_fingerprint(batch: Batch, store: IndexStore) -> str:
    """(32,) hexadecimal digits, by path, size, time and inode of each file.

    Of the batch, meta, truth and geometry file. Raises DatasetError if the batch file is gone.
    """
    if identity(batch.path) is None:
        raise DatasetError(f"{batch.path} is no longer there, or cannot be reached.")
    return digest([store.key(batch), identity(batch.folder / GEOMETRY_FILE)])
