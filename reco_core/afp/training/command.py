"""The command `python -m reco_core afp-train`: train an anomaly detector, shipped or your own."""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np

from reco_core.afp.dataset import AfpDataset, open_afp
from reco_core.afp.dataset_labels import read_labels
from reco_core.afp.simulation.chunk import PHYSICS_VERSION, Job
from reco_core.afp.simulation.mixes import DEFAULT_CONTAMINATION
from reco_core.afp.simulation.runner import simulate_afp
from reco_core.afp.training.autoencoders import RECIPES, steps_of, train_seed, train_weighted
from reco_core.afp.training.data import Events, sampled
from reco_core.afp.training.labelled import train_boosted
from reco_core.afp.training.made import Made, Material
from reco_core.afp.training.unlabelled import train_default, train_forest, train_pca
from reco_core.arguments import check_least, path
from reco_core.errors import DatasetError, SettingError
from reco_core.processors import usable_processors
from reco_core.progress import Progress
from reco_core.weights import FOLDER, Card, save_booster
from reco_core.weights.arrays import (
    checkpoint_path,
    read_checkpoint,
    remove_checkpoint,
    save_arrays,
    save_checkpoint,
)

LEAST_EVENTS: Final = 1_000


@dataclass(frozen=True)
class Training:
    """A detector's training.

    events : of the data set that are used, unless told; simulated : events made to choose them
    from, where no data set is given, so that several runs take part.  seed, contamination : of
    these.  labels : does it need them?
    """

    key: str
    train: Callable[[Material], tuple[Made, ...]]
    events: int
    simulated: int
    contamination: float = DEFAULT_CONTAMINATION
    seed: int = 1_000
    labels: bool = False


TRAININGS: Final = {
    row.key: row
    for row in (
        Training("default", train_default, 200_000, 600_000),
        Training("pca", train_pca, 200_000, 600_000),
        Training("isolation_forest", train_forest, 200_000, 600_000),
        Training("autoencoder", train_weighted, 4_000, 300_000),
        Training("autoencoder_seed", train_seed, 3_000, 300_000),
        # As many anomalies as good events: what the trees are to tell apart.
        Training("boosted", train_boosted, 40_000, 300_000, contamination=0.5, labels=True),
    )
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    keys = ", ".join(TRAININGS)
    parser.add_argument("--detector", required=True, metavar="KEY", help=f"one of: {keys}")
    parser.add_argument(
        "--data", type=path, help="data set to train on (default: simulated events)"
    )
    parser.add_argument(
        "--labels", type=path,
        help="CSV file with event_id and event_class of some events (default: the truth, if the "
        "data set has one)",
    )  # fmt: skip
    parser.add_argument("--events", type=int, help="events used, evenly over the data set")
    parser.add_argument("--seed", type=int, help="of simulation and training")
    parser.add_argument(
        "--contamination", type=float, help="share of anomalous events where they are simulated"
    )
    parser.add_argument(
        "--out", type=path, default=FOLDER, help=f"folder of the weights (default {FOLDER})"
    )
    parser.add_argument(
        "--index-dir", type=path, help="folder of indexes of --data (default: index in --out)"
    )
    parser.add_argument(
        "--workers", type=int, default=usable_processors(), help="threads of the networks' training"
    )


def run(args: argparse.Namespace) -> None:
    """Train and write the weights with their cards; a stopped training of a network goes on."""
    row = _checked(args)
    _run(args, row, sys.stderr)


def trained(
    key: str, events: int, seed: int, contamination: float, out: Path, tell: TextIO
) -> None:
    """Train a detector on simulated events, as the command does, into the folder `out`."""
    row = replace(TRAININGS[key], events=events, seed=seed, contamination=contamination)
    args = argparse.Namespace(
        data=None, labels=None, out=out, index_dir=None, workers=usable_processors()
    )
    _run(args, row, tell)


def _run(args: argparse.Namespace, row: Training, tell: TextIO) -> None:
    with _dataset(args, row, tell) as dataset:
        events = _events(args, row, dataset)
        for made in _train(args, row, dataset, events, tell):
            _save(made, _card(args, row, made, dataset, len(events.event_id)), args.out)
            remove_checkpoint(args.out, made.name)
            print(f"{made.name}:", file=tell)
            for name, value in made.numbers.items():
                print(f"  {name}: {value:,.4g}", file=tell)


def _checked(args: argparse.Namespace) -> Training:
    """The training with what was typed in place of its own."""
    if args.detector not in TRAININGS:
        raise SettingError(
            f"--detector is {args.detector!r}; expected one of: {', '.join(TRAININGS)}."
        )
    row = TRAININGS[args.detector]
    given = {name: getattr(args, name) for name in ("events", "seed", "contamination")}
    row = replace(row, **{name: value for name, value in given.items() if value is not None})
    check_least("--events", row.events, LEAST_EVENTS)
    check_least("--seed", row.seed, 0)
    check_least("--workers", args.workers, 1)
    if not 0.0 <= row.contamination <= 1.0:
        raise SettingError(
            f"--contamination is {row.contamination!r}; expected a number from 0 to 1."
        )
    for option in ("labels", "contamination"):
        if getattr(args, option) is not None and (args.data is None) == (option == "labels"):
            which = "needs" if option == "labels" else "cannot be with"
            raise SettingError(f"--{option} {which} --data.")
    return row


@contextmanager
def _dataset(args: argparse.Namespace, row: Training, tell: TextIO) -> Iterator[AfpDataset]:
    if args.data is not None:
        yield open_afp(args.data, args.index_dir or args.out / "index")
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        events = max(row.simulated, row.events)
        print(f"Simulating {events:,} events, of which {row.events:,} are used", file=tell)
        job = Job("beam", row.seed, events, row.contamination)
        simulate_afp(data, job, usable_processors(), tell)
        yield open_afp(data, Path(folder) / "index")


def _events(args: argparse.Namespace, row: Training, dataset: AfpDataset) -> Events:
    if args.labels is not None:
        ids, names = read_labels(args.labels, dataset.n_events)
        if row.labels:
            return Events(ids, names)
        known = dict(zip(ids.tolist(), names.tolist(), strict=True))
        events = sampled(dataset, row.events)
        of = [known.get(k, "") for k in events.event_id.tolist()]
        return replace(events, event_class=np.array(of, np.str_))
    if row.labels and not dataset.has_truth:
        raise SettingError(
            f"--detector {row.key} needs labels, and {dataset.path} has no truth; give --labels."
        )
    events = sampled(dataset, row.events)
    if len(events.event_id) < LEAST_EVENTS:
        raise DatasetError(
            f"{dataset.path} has {dataset.n_events:,} events; expected {LEAST_EVENTS:,} or more."
        )
    return events


def _train(
    args: argparse.Namespace, row: Training, dataset: AfpDataset, events: Events, tell: TextIO
) -> tuple[Made, ...]:
    n = len(events.event_id)
    total = n
    if row.key in RECIPES:
        _use_threads(args.workers)
        total = steps_of(row.key, n)
    made_of = _made_of(row, dataset, n)
    kept, keep = partial(_kept, args.out, made_of), partial(_keep, args.out, made_of)
    with Progress(total, "events", tell, 0, "reading") as progress:
        return row.train(Material(dataset, events, row.seed, progress.add, kept, keep))


def _use_threads(n: int) -> None:
    try:
        import torch
    except ModuleNotFoundError as error:
        raise SettingError(
            "Training a network needs torch: pip install -r requirements-dev.txt"
        ) from error
    torch.set_num_threads(n)


def _made_of(row: Training, dataset: AfpDataset, n: int) -> str:
    """What a checkpoint must have been made of to be gone on with."""
    return f"{row.key} {n} {row.seed} {row.contamination} {dataset.n_events} {dataset.n_hits}"


def _kept(out: Path, made_of: str, name: str) -> Any:
    return read_checkpoint(checkpoint_path(out, name), made_of)


def _keep(out: Path, made_of: str, name: str, arrays: Any) -> None:
    save_checkpoint(checkpoint_path(out, name), arrays, made_of)


def _save(made: Made, card: Card, folder: Path) -> None:
    if isinstance(made.model, dict):
        save_arrays(made.model, card, folder)
    else:
        save_booster(made.model, card, folder)


def _card(
    args: argparse.Namespace, row: Training, made: Made, dataset: AfpDataset, events: int
) -> Card:
    command = f"python -m reco_core afp-train --detector {row.key} --events {row.events}"
    if args.data is None:
        command += f" --seed {row.seed} --contamination {row.contamination:g}"
        data = {"mix": "beam", "events": events, "of": max(row.simulated, row.events),
                "contamination": row.contamination}  # fmt: skip
    else:
        command += f" --seed {row.seed} --data {args.data.name}"
        data = {"data": args.data.name, "fingerprint": dataset.fingerprint(), "events": events}
        if args.labels is not None:
            command += f" --labels {args.labels.name}"
    return Card(
        name=made.name,
        library=made.library,
        command=command,
        data=data,
        seed=row.seed,
        simulation_version=PHYSICS_VERSION,
        features=made.features,
        numbers={name: value for name, value in made.numbers.items() if math.isfinite(value)},
        limits=made.limits,
        tables=made.tables,
    )
