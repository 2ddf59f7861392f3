"""AFP events scored per second by each anomaly detector, beside the dense autoencoder."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from reco_core.afp.alignment import Alignment
from reco_core.afp.dataset import AfpDataset, open_afp
from reco_core.afp.dataset_alignment import dataset_alignment
from reco_core.afp.detectors.registry import DETECTORS, detector_row
from reco_core.afp.features import features
from reco_core.afp.hits import HitBatch
from reco_core.afp.scoring.scores import dataset_scores
from reco_core.afp.simulation.chunk import Job
from reco_core.afp.simulation.mixes import DEFAULT_CONTAMINATION
from reco_core.afp.simulation.runner import simulate_afp
from reco_core.processors import usable_processors
from reco_core.weights.arrays import read_arrays
from tests.bench.common import Options, say, scratch
from tests.bench.report import Row, Section, against_target, percentiles, ratio, row_of

EVENTS, QUICK_EVENTS = 1_000_000, 50_000
AT_ONCE, IMAGES, DENSE, FOREST = 100_000, 1_000, 64, 20_000
TARGET_S = 60.0  # for a million events
SEED = 3_000


def measure(options: Options) -> Section:
    n_events = options.repeats(EVENTS, QUICK_EVENTS)
    with scratch() as folder:
        say(f"simulating {n_events:,} AFP events")
        job = Job("beam", SEED, n_events, DEFAULT_CONTAMINATION)
        simulate_afp(folder / "data", job, usable_processors(), io.StringIO())
        dataset = open_afp(folder / "data", folder / "index")
        at = dataset_alignment(dataset)
        n = min(AT_ONCE, n_events)
        hits, places = dataset.hits(0, n), at.of(0, n)
        rows = (
            *_rates(hits, places, options), *_networks(hits, options), _forest(hits, places),
            _whole(dataset, folder, options),
        )  # fmt: skip
    return Section(f"afp-detectors: {usable_processors()} threads, features included", rows)


def _rates(hits: HitBatch, places: Alignment, options: Options) -> Iterator[Row]:
    dense = _dense_rate(hits)
    yield Row("autoencoder in torch, whole images", dense, "/s", note="the reference of the others")
    for row in DETECTORS:
        if row.images:
            continue
        say(f"scoring with {row.key}")
        scorer = row.load()
        scorer.score(hits.part(0, 10), places.part(0, 10))
        rates = _rates_of(lambda s=scorer: s.score(hits, places), hits.n_events, options)
        yield row_of(row.key, rates, "/s", _times(rates, dense))


def _networks(hits: HitBatch, options: Options) -> Iterator[Row]:
    dense = _dense_rate(hits)
    chosen = hits.part(0, min(IMAGES, hits.n_events))
    for row in DETECTORS:
        if not row.images:
            continue
        say(f"scoring with {row.key}")
        scorer = row.load()
        scorer.score(hits.part(0, 2))
        rates = _rates_of(lambda s=scorer: s.score(chosen), chosen.n_events, options)
        yield row_of(f"{row.key}, where hits change it", rates, "/s", _times(rates, dense))


def _times(rates: list[float], dense: float) -> str:
    return f"{ratio(percentiles(rates)[0], dense)} the dense autoencoder"


def _rates_of(score: Callable[[], object], n: int, options: Options) -> list[float]:
    found = []
    for _ in range(options.repeats(5, 2)):
        begun = time.perf_counter()
        score()
        found.append(n / (time.perf_counter() - begun))
    return found


def _dense_rate(hits: HitBatch) -> float:
    """The published network as anyone would run it: torch, batches of 16 whole images."""
    import torch

    from reco_core.afp.training.network import binary_images, logits, torch_network

    layers = torch_network(read_arrays("afp_autoencoder_seed")[0])
    batches = [binary_images(hits, np.arange(k, k + 16)) for k in range(0, DENSE + 16, 16)]
    say("the dense autoencoder")
    with torch.inference_mode():
        logits(layers, torch.from_numpy(batches[0]))
        begun = time.perf_counter()
        for batch in batches[1:]:
            error = torch.sigmoid(logits(layers, torch.from_numpy(batch))) - torch.from_numpy(batch)
            error.square().mean(dim=(1, 2, 3))
        return DENSE / (time.perf_counter() - begun)


def _forest(hits: HitBatch, places: Alignment) -> Row:
    """The compiled trees beside scikit-learn's, of the same size and features."""
    from sklearn.ensemble import IsolationForest

    from reco_core.afp.detectors.isolation_forest import SAMPLES, TREES, followed, trees_of

    n = min(FOREST, hits.n_events)
    told = np.nan_to_num(features(hits.part(0, n), places.part(0, n))[:, :15]).astype(np.float32)
    forest = IsolationForest(n_estimators=TREES, max_samples=SAMPLES, random_state=1).fit(told)
    trees = trees_of(forest)
    followed(trees, told[:10])
    seconds = []
    for score in (forest.score_samples, lambda told: followed(trees, told)):
        begun = time.perf_counter()
        score(told)
        seconds.append(time.perf_counter() - begun)
    note = f"{ratio(seconds[0], seconds[1])} scikit-learn's rate, same scores"
    return Row("trees of the forest alone", n / seconds[1], "/s", note=note)


def _whole(dataset: AfpDataset, folder: Path, options: Options) -> Row:
    say("scoring the data set with default")
    begun = time.perf_counter()
    dataset_scores(dataset, detector_row("default"), folder / "scores", io.StringIO())
    seconds = time.perf_counter() - begun
    what = f"{dataset.n_events:,} events by default, read, scored and kept"
    note = "" if options.quick else against_target(seconds, TARGET_S, "s")
    return Row(what, seconds, "s", note=note)
