"""Weights trained on events of which a given share is anomalous."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

from reco_core.afp.training.run import TRAININGS, Request, train
from reco_core.errors import FileFormatError
from reco_core.weights import card_path, read_card

SWEPT: Final = ("default", "pca", "isolation_forest")  # trained in seconds, all by one training


def sweep_weights(folder: Path, seed: int, events: int, share: float, tell: TextIO) -> Path:
    """Folder of the weights; trained unless they are there.  share : of anomalous events."""
    weights = folder / f"weights-{seed}-{events}-{share:g}"
    names = ("afp_pca", "afp_isolation_forest")
    if not all(_there(card_path(name, weights)) for name in names):
        print(f"Training on {events:,} events, {share:.0%} of them anomalous", file=tell)
        row = replace(TRAININGS["default"], events=events, seed=seed, contamination=share)
        train(Request(row, weights), tell)
    return weights


def _there(path: Path) -> bool:
    try:
        return bool(read_card(path))
    except FileFormatError:
        return False
