"""Weights that are kept as arrays: NAME.safetensors, with a card as the other models have."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from reco_core.dataset_writing import whole
from reco_core.errors import FileFormatError
from reco_core.weights import FOLDER, Card, card_path, read_card, save_card

Arrays = dict[str, NDArray[Any]]
MADE_OF: Final = "made_of"  # of a checkpoint


def arrays_path(name: str, folder: Path = FOLDER) -> Path:
    return folder / f"{name}.safetensors"


def save_arrays(arrays: Mapping[str, NDArray[Any]], described: Card, folder: Path = FOLDER) -> None:
    """Write arrays and their card, each whole. Raises DatasetError, such as for a full disk."""
    folder.mkdir(parents=True, exist_ok=True)
    content = _bytes(arrays)
    with whole(arrays_path(described.name, folder)) as partial:
        partial.write_bytes(content)
    save_card(described, content, folder)


def read_arrays(name: str, folder: Path = FOLDER) -> tuple[Arrays, Card]:
    """The arrays of that name; FileFormatError if they are missing, damaged, or not the card's."""
    path = arrays_path(name, folder)
    card = read_card(card_path(name, folder))
    try:
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != card.sha256:
            raise FileFormatError(
                f"{path} is not the file of its card (sha256 {found}); train again."
            )
        return load(content), card
    except (OSError, SafetensorError) as error:
        raise FileFormatError(f"{path} cannot be read: {error}. Train again.") from error


def checkpoint_path(folder: Path, name: str) -> Path:
    """Where a training that is not done lies."""
    return folder / f".{name}.training.safetensors"


def save_checkpoint(path: Path, arrays: Mapping[str, NDArray[Any]], made_of: str) -> None:
    """Keep a training that is not done.  made_of : what it must be of to be gone on with."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = _bytes({**arrays, MADE_OF: np.frombuffer(made_of.encode(), np.uint8)})
    with whole(path) as partial:
        partial.write_bytes(content)


def read_checkpoint(path: Path, made_of: str) -> Arrays | None:
    """What was kept there of just that; None if there is nothing."""
    with suppress(OSError, SafetensorError):
        arrays = load(path.read_bytes())
        if arrays.pop(MADE_OF, np.zeros(0, np.uint8)).tobytes() == made_of.encode():
            return arrays
    return None


def remove_checkpoint(folder: Path, name: str) -> None:
    """The training is done."""
    checkpoint_path(folder, name).unlink(missing_ok=True)


def _bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    return save({name: np.ascontiguousarray(values) for name, values in arrays.items()})
