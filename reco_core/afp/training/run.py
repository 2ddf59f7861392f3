"""A training from its events to weights with their cards: rows of TRAININGS."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np

from reco_core.afp.dataset import AfpDataset, open_afp
from reco_core.afp.dataset_labels import read_labels
from reco_core.afp.simulation.chunk import Job
from reco_core.afp.simulation.mixes import DEFAULT_CONTAMINATION
from reco_core.afp.simulation.runner import simulate_afp
from reco_core.afp.simulation.version import PHYSICS_VERSION
from reco_core.afp.training.autoencoders import RECIPES, steps_of, train_seed, train_weighted
from reco_core.afp.training.data import Events, sampled
from reco_core.afp.training.labelled import train_boosted
from reco_core.afp.training.made import Made, Material
from reco_core.afp.training.unlabelled import train_default, train_forest, train_pca
from reco_core.errors import DatasetError, SettingError
from reco_core.processors import usable_processors
from reco_core.progress import Progress
from reco_core.weights import Card, save_booster
from reco_core.weights.arrays import (
    Arrays,
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


@dataclass(frozen=True)
class Request:
    """What is trained on, and where the weights go.

    data : None for simulated events.  labels : None for the truth, if there is one.  threads : of
    the training of a network.
    """

    row: Training
    out: Path
    data: Path | None = None
    labels: Path | None = None
    index_dir: Path | None = None
    threads: int = 1


def train(request: Request, tell: TextIO) -> list[Made]:
    """Train, and write weights and cards. A stopped training of a network goes on.

    Raises DatasetError for the files, SettingError for what cannot be asked for.
    """
    with _dataset(request, tell) as dataset:
        events = _events(request, dataset)
        found = list(_trained(request, dataset, events, tell))
        for made in found:
            _save(made, _card(request, made, dataset, len(events.event_id)), request.out)
            remove_checkpoint(request.out, made.name)
    return found


@contextmanager
def _dataset(request: Request, tell: TextIO) -> Iterator[AfpDataset]:
    if request.data is not None:
        dataset = open_afp(request.data, request.index_dir or request.out / "index")
        for problem in dataset.problems:
            print(f"Left out: {problem}", file=tell)
        yield dataset
        return
    row = request.row
    with tempfile.TemporaryDirectory() as folder:
        events = max(row.simulated, row.events)
        print(f"Simulating {events:,} events, of which {row.events:,} are used", file=tell)
        job = Job("beam", row.seed, events, row.contamination)
        simulate_afp(Path(folder) / "data", job, usable_processors(), tell)
        yield open_afp(Path(folder) / "data", Path(folder) / "index")


def _events(request: Request, dataset: AfpDataset) -> Events:
    """Those to train on: all labelled ones where labels are needed, else a sample."""
    row = request.row
    if row.labels and request.labels is None and not dataset.has_truth:
        raise SettingError(
            f"--detector {row.key} needs labels, and {dataset.path} has no truth; give --labels."
        )
    if request.labels is not None:
        ids, names = read_labels(request.labels, dataset.n_events)
        if row.labels:
            return Events(ids, names)
    events = sampled(dataset, row.events)
    if len(events.event_id) < LEAST_EVENTS:
        raise DatasetError(
            f"{dataset.path} has {dataset.n_events:,} events; expected {LEAST_EVENTS:,} or more."
        )
    if request.labels is None:
        return events
    known = dict(zip(ids.tolist(), names.tolist(), strict=True))
    of = [known.get(k, "") for k in events.event_id.tolist()]
    return replace(events, event_class=np.array(of, np.str_))


def _trained(
    request: Request, dataset: AfpDataset, events: Events, tell: TextIO
) -> tuple[Made, ...]:
    row, n = request.row, len(events.event_id)
    network = row.key in RECIPES
    total = steps_of(row.key, n) if network else n
    made_of = f"{row.key} {n} {row.seed} {row.contamination} {dataset.n_events} {dataset.n_hits}"
    kept = partial(_kept, request.out, made_of)
    keep = partial(_keep, request.out, made_of)
    arithmetic = _arithmetic(request.threads) if network else nullcontext()
    with arithmetic, Progress(total, "events", tell, 0, "reading") as progress:
        return row.train(Material(dataset, events, row.seed, progress.add, kept, keep))


@contextmanager
def _arithmetic(threads: int) -> Iterator[None]:
    """How a network computes while it is trained: so many threads, and numbers below 1e-38 as 0.

    Products with weights that shrank to 1e-40 are slow. The mode is the processor's, for whatever
    the thread computes: whoever comes after must find all numbers again.
    """
    try:
        import torch
    except ModuleNotFoundError as error:
        raise SettingError(
            "Training a network needs torch: pip install -r requirements-dev.txt"
        ) from error
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before)


def _kept(out: Path, made_of: str, name: str) -> Arrays | None:
    return read_checkpoint(checkpoint_path(out, name), made_of)


def _keep(out: Path, made_of: str, name: str, arrays: Arrays) -> None:
    save_checkpoint(checkpoint_path(out, name), arrays, made_of)


def _save(made: Made, card: Card, folder: Path) -> None:
    if isinstance(made.model, dict):
        save_arrays(made.model, card, folder)
    else:
        save_booster(made.model, card, folder)


def _card(request: Request, made: Made, dataset: AfpDataset, events: int) -> Card:
    row = request.row
    command = (
        f"python -m reco_core afp-train --detector {row.key} --events {row.events} "
        f"--seed {row.seed}"
    )
    data: dict[str, Any] = {"events": events}
    if request.data is None:
        command += f" --contamination {row.contamination:g}"
        data |= {"mix": "beam", "of": max(row.simulated, row.events),
                 "contamination": row.contamination}  # fmt: skip
    else:
        command += f" --data {request.data.name}"
        data |= {"data": request.data.name, "fingerprint": dataset.fingerprint()}
    if request.labels is not None:
        command += f" --labels {request.labels.name}"
        data |= {"labels": request.labels.name}
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
