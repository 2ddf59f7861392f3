"""The command `python -m reco_core train`: simulate events and train one of the shipped models."""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Final, TextIO

from reco_core.arguments import path
from reco_core.errors import SettingError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.dataset_pass import count_events, one_dataset
from reco_core.icecube.detector import Detector
from reco_core.icecube.reconstructions.two_dots_variants import TWO_DOTS, TWO_DOTS_SEED
from reco_core.icecube.simulation.runner import PHYSICS_VERSION, Job, simulate_dataset
from reco_core.icecube.training.labelled import Labelled, labelled_blocks
from reco_core.icecube.training.trained import Trained
from reco_core.icecube.training.two_dots import train_two_dots
from reco_core.icecube.training.verdict import train_class
from reco_core.icecube.training.verdict_hard import train_hard
from reco_core.progress import Progress
from reco_core.weights import FOLDER, Card, save_booster

PACKAGE: Final = "xgboost" if sys.platform == "darwin" else "xgboost-cpu"

Train = Callable[[Iterable[Labelled], Detector, int], Trained]


@dataclass(frozen=True)
class Model:
    """One trained model.

    mix : of the simulated events.  events, seed : how many of them, and of which seed, unless told.
    """

    name: str
    mix: str
    events: int
    train: Train
    seed: int = 1


MODELS: Final = {
    row.name: row
    for row in (
        Model("two_dots", "competition", 60_000, partial(train_two_dots, TWO_DOTS)),
        Model("two_dots_seed", "competition", 60_000, partial(train_two_dots, TWO_DOTS_SEED)),
        Model("verdict_class", "competition", 600_000, train_class),
        # Other events than the first verdict's, whose answers it is told.
        Model("verdict_hard", "competition", 60_000, train_hard, seed=2),
    )
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    names = ", ".join(MODELS)
    parser.add_argument("--model", required=True, metavar="NAME", help=f"one of: {names}")
    parser.add_argument("--events", type=int, help="events to simulate (default: the model's own)")
    parser.add_argument(
        "--seed", type=int, help="of simulation and training (default: the model's own)"
    )
    parser.add_argument(
        "--out", type=path, default=FOLDER, help=f"folder of the weights (default {FOLDER})"
    )


def run(args: argparse.Namespace) -> None:
    """Train and write the weights with their card."""
    if args.model not in MODELS:
        raise SettingError(f"--model is {args.model!r}; expected one of: {', '.join(MODELS)}.")
    model = MODELS[args.model]
    events = model.events if args.events is None else args.events
    seed = model.seed if args.seed is None else args.seed
    if events < 100:
        raise SettingError(f"--events is {events}; expected 100 or more.")
    with _simulated(model.mix, events, seed, sys.stderr) as dataset:
        trained = _train(model, dataset, seed, sys.stderr)
    save_booster(trained.model, _card(model, trained, events, seed), args.out)
    for name, value in trained.numbers.items():
        print(f"{name}: {value:,.4g}")


@contextmanager
def _simulated(mix: str, events: int, seed: int, tell: TextIO) -> Iterator[Dataset]:
    with tempfile.TemporaryDirectory() as folder:
        data, indexes = Path(folder) / "data", Path(folder) / "index"
        print(f"Simulating {events:,} events of the mix {mix}", file=tell)
        simulate_dataset(data, Job(mix, seed, events), os.cpu_count() or 1, tell)
        yield one_dataset(data, indexes)


def _train(model: Model, dataset: Dataset, seed: int, tell: TextIO) -> Trained:
    with Progress(count_events(dataset), "events", tell, 0, "reading") as progress:

        def told() -> Iterator[Labelled]:
            for labelled in labelled_blocks(dataset):
                yield labelled
                progress.add(len(labelled.source))

        return model.train(told(), dataset.detector, seed)


def _card(model: Model, trained: Trained, events: int, seed: int) -> Card:
    command = f"python -m reco_core train --model {model.name} --events {events} --seed {seed}"
    return Card(
        name=model.name,
        library=f"xgboost {metadata.version(PACKAGE)}",
        command=command,
        data={"mix": model.mix, "events": events},
        seed=seed,
        simulation_version=PHYSICS_VERSION,
        features=trained.features,
        numbers={name: value for name, value in trained.numbers.items() if math.isfinite(value)},
        limits=trained.limits,
        tables=trained.tables,
    )
