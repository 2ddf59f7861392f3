"""The command `python -m reco_core afp-score`: how anomalous each event of a data set is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

import numpy as np

from reco_core.afp.dataset import AfpDataset, open_afp
from reco_core.afp.dataset_labels import read_labels
from reco_core.afp.detectors.registry import DETECTORS, DetectorRow, detector_row
from reco_core.afp.hits import BoolArray, FloatArray
from reco_core.afp.scoring.rows import BLIND_RULE, ROWS, SCHEMA, score_rows
from reco_core.afp.scoring.scores import dataset_scores
from reco_core.afp.simulation.classes import CLASSES
from reco_core.afp.thresholds import RULES, Threshold, check_labelled, chosen_rule, threshold
from reco_core.arguments import path
from reco_core.dataset_table import GrowingTable
from reco_core.errors import DatasetError, SettingError
from reco_core.weights import FOLDER

GOOD: Final = [row.name for row in CLASSES if not row.anomalous]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    keys = ", ".join(row.key for row in DETECTORS)
    rules = ", ".join(f"{rule.key}:{rule.usual:g}" for rule in RULES)
    parser.add_argument("--data", type=path, required=True, help="AFP data set")
    parser.add_argument("--detector", required=True, metavar="KEY", help=f"one of: {keys}")
    parser.add_argument("--out", type=path, required=True, help="table to write (parquet)")
    parser.add_argument(
        "--weights", type=path, default=FOLDER,
        help="folder of weights that afp-train wrote (default: those that are shipped)",
    )  # fmt: skip
    parser.add_argument(
        "--threshold", metavar="RULE",
        help=f"such as {rules} (default: that of the weights, else {BLIND_RULE})",
    )  # fmt: skip
    parser.add_argument(
        "--labels", type=path,
        help="CSV file with event_id and event_class, for false positives (default: the truth, "
        "if the data set has one)",
    )  # fmt: skip
    parser.add_argument(
        "--index-dir", type=path,
        help="folder of indexes and of scores kept for the next time (default: index beside --out)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Score and write; started again after a stop, it goes on where it was."""
    row = detector_row(args.detector)
    chosen = chosen_rule(args.threshold) if args.threshold else None
    if args.out.exists():
        raise DatasetError(f"{args.out} exists; remove it or give another name.")
    if not args.weights.is_dir():
        raise SettingError(f"--weights is {str(args.weights)!r}; expected a folder of weights.")
    cache = args.index_dir or args.out.parent / "index"
    dataset = open_afp(args.data, cache)
    for problem in dataset.problems:
        print(f"Left out: {problem}", file=sys.stderr)
    good = _good(dataset, args.labels)  # now: what is wrong with labels is told before the scoring
    if chosen is not None:
        check_labelled(chosen, good)
    score = dataset_scores(dataset, row, cache, sys.stderr, args.weights)
    if chosen is None:
        found, rule = _own_threshold(row, args.weights, score, good)
    else:
        found, rule = threshold(chosen, score, good), str(chosen)
    _write(args.out, dataset, score, found.value)
    print(summary(score, found, rule))
    print(f"Written to {args.out}")


def _own_threshold(
    row: DetectorRow, weights: Path, score: FloatArray, good: BoolArray | None
) -> tuple[Threshold, str]:
    """That which came with the weights; else by the scores alone."""
    table = row.threshold(weights)
    if table is None:
        return threshold(chosen_rule(BLIND_RULE), score, good), BLIND_RULE
    rate = table["false_positives"] or (np.nan,) * 3
    found = Threshold(table["value"], table["low"], table["high"], tuple(rate))
    return found, f"{table['rule']} of the training"


def _good(dataset: AfpDataset, labels: Path | None) -> BoolArray | None:
    """(N,) events known to be good; None where nothing is known."""
    if labels is not None:
        ids, names = read_labels(labels, dataset.n_events)
        good = np.zeros(dataset.n_events, np.bool_)
        good[ids[np.isin(names, GOOD)]] = True
        return good
    if not dataset.has_truth:
        return None
    return dataset.event_classes().is_in(GOOD).fill_null(False).to_numpy()


def _write(out: Path, dataset: AfpDataset, score: FloatArray, value: float) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    made_of = {"data": dataset.fingerprint(), "columns": SCHEMA.names()}
    table = GrowingTable(out, {**made_of, "threshold": value, "sum": float(score.sum())}, SCHEMA)
    for first in range(table.n_rows, dataset.n_events, ROWS):
        end = min(first + ROWS, dataset.n_events)
        table.add(score_rows(dataset, first, score[first:end], value))
    table.finish()


def summary(score: FloatArray, found: Threshold, rule: str) -> str:
    """What came out, in a few lines."""
    n = int((score >= found.value).sum())
    lines = [
        f"Threshold by {rule}: {found.value:.5g} ({found.low:.5g} to {found.high:.5g})",
        f"Anomalous: {n:,} of {len(score):,} events, {n / max(len(score), 1):.2%}",
    ]
    share, low, high = found.false_positives
    if np.isfinite(share):
        lines.append(f"Of good events: {share:.3%} ({low:.3%} to {high:.3%}, 95 % confidence)")
    return "\n".join(lines)
