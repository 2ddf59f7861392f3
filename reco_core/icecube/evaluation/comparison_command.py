"""The command `python -m reco_core compare`: angles event by event, to truth and published fits."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from reco_core.arguments import path
from reco_core.errors import NotFoundError, SettingError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.dataset_pass import count_events, one_dataset
from reco_core.icecube.dataset_published import PUBLISHED, published_directions
from reco_core.icecube.evaluation.comparison import comparison
from reco_core.icecube.evaluation.comparison_text import comparison_text
from reco_core.icecube.evaluation.run import write
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, reconstruction_row

MOST_EVENTS: Final = 1_000  # of a data set that are compared without being named


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--data", type=path, required=True, help="folder of a data set")
    parser.add_argument(
        "--published", type=path, metavar="FILE",
        help="table of fits that others published: event_id, reco (name), zenith, azimuth (rad)",
    )  # fmt: skip
    parser.add_argument(
        "--event", type=int, action="append", metavar="ID",
        help="one event; may be repeated (all of FILE, else all of the data set)",
    )  # fmt: skip
    parser.add_argument(
        "--fit", action="append", metavar="NAME", help="a fit of FILE; may be repeated (all)"
    )
    keys = ", ".join(row.key for row in RECONSTRUCTIONS)
    parser.add_argument(
        "--algorithm", action="append", metavar="KEY", help=f"may be repeated (all: {keys})"
    )
    parser.add_argument("--out", type=path, metavar="FILE", help="write the angles there (parquet)")
    parser.add_argument(
        "--index-dir", type=path,
        help="folder of indexes (default: build/evaluation/NAME of the data set/index)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Compare, print, write."""
    keys = dict.fromkeys(args.algorithm or (row.key for row in RECONSTRUCTIONS))
    methods = [reconstruction_row(key) for key in keys]
    name = args.data.absolute().name
    dataset = one_dataset(args.data, args.index_dir or Path("build/evaluation") / name / "index")
    published = _published(args)
    rows = comparison(dataset, _event_ids(args, dataset, published), methods, published)
    print(comparison_text(rows))
    if args.out:
        write(args.out, rows)
        print(f"Written to {args.out}")


def _published(args: argparse.Namespace) -> pl.DataFrame:
    """Those of the fits that are asked for."""
    if args.published is None:
        if args.fit:
            raise SettingError("--fit names fits of --published FILE, which is not given.")
        return pl.DataFrame(schema=PUBLISHED)
    found = published_directions(args.published)
    for name in args.fit or ():
        if name not in found["reco"]:
            names = ", ".join(found["reco"].unique(maintain_order=True))
            raise NotFoundError(f"{args.published} has no fit {name!r}. Available: {names}.")
    return found.filter(pl.col("reco").is_in(args.fit)) if args.fit else found


def _event_ids(
    args: argparse.Namespace, dataset: Dataset, published: pl.DataFrame
) -> Sequence[int]:
    if args.event:
        return list(dict.fromkeys(args.event))
    if args.published is not None:
        return published["event_id"].unique(maintain_order=True).to_list()
    n_events = count_events(dataset)
    if n_events > MOST_EVENTS:
        raise SettingError(
            f"{dataset.folder} has {n_events:,} events, more than {MOST_EVENTS:,}; name some with "
            "--event ID."
        )
    return [int(k) for batch in dataset.batches for k in dataset.event_ids(batch)]
