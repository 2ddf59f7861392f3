"""Trained weights, and a card for each that says where they come from.

NAME.json is a model in its library's own text format, NAME.safetensors (arrays.py) one that is kept
as arrays, NAME.card.json the card of either. Nothing is pickled.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

from reco_core.dataset_writing import whole
from reco_core.errors import FileFormatError

if TYPE_CHECKING:
    import xgboost

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True)
class Card:
    """Where a model comes from and how far to trust it.

    command : that trains it again.  data : what it was trained on.  simulation_version : of the
    events (PHYSICS_VERSION).  features : of a row, in order.  numbers : measured on events that it
    was not trained on.  limits : sentences.  tables : numbers that belong to the model, such as a
    calibration.  sha256 : of the model's file.
    """

    name: str
    library: str
    command: str
    data: Mapping[str, Any]
    seed: int
    simulation_version: int
    features: tuple[str, ...]
    numbers: Mapping[str, float]
    limits: tuple[str, ...]
    tables: Mapping[str, Any]
    sha256: str = ""


@cache
def booster(name: str) -> xgboost.Booster:
    """A model of boosted trees, for one thread at a time each; FileFormatError if it is damaged."""
    return read_booster(model_path(name), card(name))


def read_booster(path: Path, described: Card) -> xgboost.Booster:
    """Boosted trees of a file anywhere; FileFormatError unless it is the one of its card.

    For one thread at a time each: the library's own threads wait for one another, 40 ms for a
    single event where all processors are at work.
    """
    xgboost = library_of_trees()
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise FileFormatError(f"{path} cannot be read: {error}. Train again.") from error
    if found != described.sha256:
        raise FileFormatError(f"{path} is not the file of its card (sha256 {found}); train again.")
    model = xgboost.Booster({"nthread": 1})
    model.load_model(path)
    return model


def library_of_trees() -> ModuleType:
    """xgboost, which takes a second to import, so not before it is needed."""
    with _as_if_missing("sklearn"):  # else importing takes three seconds more, for what is not used
        import xgboost
    return cast("ModuleType", xgboost)


@contextmanager
def _as_if_missing(module: str) -> Iterator[None]:
    """While a library is imported that takes a module along only where it is installed."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = cast(
        ModuleType, None
    )  # which is how Python marks what cannot be imported
    try:
        yield
    finally:
        del sys.modules[module]


@cache
def card(name: str) -> Card:
    """FileFormatError if it is missing or is no card."""
    return read_card(card_path(name))


def read_card(path: Path) -> Card:
    """Same of a file anywhere."""
    try:
        values = json.loads(path.read_text())
        lists = {key: tuple(values[key]) for key in ("features", "limits")}
        return Card(**{**values, **lists})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise FileFormatError(f"{path} is no card of a model: {error}.") from error


def file_digest(name: str) -> str:
    """sha256 of the model's file, hexadecimal."""
    return hashlib.sha256(model_path(name).read_bytes()).hexdigest()


def model_path(name: str, folder: Path = FOLDER) -> Path:
    return folder / f"{name}.json"


def card_path(name: str, folder: Path = FOLDER) -> Path:
    return folder / f"{name}.card.json"


def save_booster(model: xgboost.Booster, described: Card, folder: Path = FOLDER) -> None:
    """Write a model and its card, each whole. Raises DatasetError, such as for a full disk."""
    folder.mkdir(parents=True, exist_ok=True)
    path = model_path(described.name, folder)
    text = bytes(model.save_raw("json"))
    with whole(path) as partial:
        partial.write_bytes(text)
    save_card(described, text, folder)


def save_card(described: Card, model: bytes, folder: Path = FOLDER) -> None:
    """Write the card of a model, given its file's bytes. Raises DatasetError."""
    values = {**asdict(described), "sha256": hashlib.sha256(model).hexdigest()}
    with whole(card_path(described.name, folder)) as partial:
        partial.write_text(json.dumps(values, indent=1) + "\n")
