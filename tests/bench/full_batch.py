"""A batch file of the competition's full size, for benchmarks: about 33 million pulses.

    python -m tests.bench.full_batch OUT_FOLDER [--events 200000] [--row-groups 1]

Pulse counts follow the quantiles published for the competition's batch 1; times, charges and
auxiliary shares are plausible numbers, not physics.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

# Pulses per event of the competition's batch 1 (200,000 events): quantile, count.
COUNT_QUANTILES = (
    (0.0, 15), (0.001, 24), (0.01, 30), (0.05, 36), (0.1, 40), (0.25, 48), (0.5, 63), (0.75, 89),
    (0.9, 144), (0.95, 219), (0.989, 1000), (0.99, 1130), (0.995, 3320), (0.9979, 10_000),
    (0.999, 19553), (0.9999, 40_000), (0.99999, 110517), (1.0, 178250),
)  # fmt: skip
MEAN_ID_STEP = 16  # event IDs of batch 1 run from 24 to 3,266,196
TIME_BITS = 18


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--row-groups", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    n_pulses = write_full_batch(args.folder, args.events, args.row_groups, args.seed)
    print(f"{args.folder}/train/batch_1.parquet: {args.events:,} events, {n_pulses:,} pulses")


def write_full_batch(folder: Path, n_events: int, row_groups: int = 1, seed: int = 1) -> int:
    """Write train/batch_1.parquet and train_meta.parquet; the number of pulses."""
    rng = np.random.default_rng(seed)
    event_id = 24 + np.cumsum(rng.integers(1, 2 * MEAN_ID_STEP, n_events))
    count = pulse_counts(n_events, rng)
    (folder / "train").mkdir(parents=True, exist_ok=True)
    pulses = pulse_frame(event_id, count, rng)
    pulses.write_parquet(
        folder / "train" / "batch_1.parquet",
        compression="snappy",
        row_group_size=math.ceil(len(pulses) / row_groups),
    )
    meta_frame(event_id, count, rng).write_parquet(folder / "train_meta.parquet")
    return len(pulses)


def pulse_counts(n_events: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Pulses of each event, the counts at evenly spaced quantiles in random order."""
    quantiles, counts = np.array(COUNT_QUANTILES).T
    even = (np.arange(n_events) + 0.5) / n_events
    drawn = np.exp(np.interp(even, quantiles, np.log(counts)))
    drawn[-1] = counts[-1]
    return rng.permutation(drawn.astype(np.int64))


def pulse_frame(
    event_id: NDArray[np.int64], count: NDArray[np.int64], rng: np.random.Generator
) -> pl.DataFrame:
    """Pulses of all events, in order of event, then of time."""
    time, auxiliary = _times(count, rng)
    n = len(time)
    charge = np.minimum(np.exp(rng.standard_normal(n, np.float32) * 0.7), 2762.0)
    return pl.DataFrame(
        {
            "event_id": np.repeat(event_id, count),
            "sensor_id": rng.integers(0, 5160, n, np.int16),
            "time": time,
            "charge": np.round(np.floor(charge / 0.05) * 0.05 + 0.025, 3).astype(np.float64),
            "auxiliary": auxiliary,
        }
    )


def _times(
    count: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Times in ns, ascending in each event, and auxiliary flags.

    Auxiliary pulses, most of a small event and few of a bright one, spread over the whole window;
    the others crowd around 10 us. One sort of a packed number orders all events at once.
    """
    event = np.repeat(np.arange(len(count)), count)
    share = np.repeat(np.clip(0.75 * (60 / count) ** 0.3, 0.1, 0.75), count)
    auxiliary = rng.random(len(event), np.float32) < share
    early = 9_700 + rng.standard_exponential(len(event), np.float32) * 1_200
    spread = 6_000 + rng.random(len(event), np.float32) * 11_000
    time = np.where(auxiliary, spread, early).astype(np.int64)
    packed = (event << (TIME_BITS + 1)) | (time << 1) | auxiliary
    packed.sort()
    return (packed >> 1) & ((1 << TIME_BITS) - 1), (packed & 1).astype(np.bool_)


def meta_frame(
    event_id: NDArray[np.int64], count: NDArray[np.int64], rng: np.random.Generator
) -> pl.DataFrame:
    """One row per event, isotropic directions."""
    end, n = np.cumsum(count), len(count)
    return pl.DataFrame(
        {
            "batch_id": np.ones(n, np.int64),
            "event_id": event_id,
            "first_pulse_index": end - count,
            "last_pulse_index": end - 1,
            "azimuth": rng.uniform(0, 2 * np.pi, n),
            "zenith": np.arccos(rng.uniform(-1, 1, n)),
        }
    )


if __name__ == "__main__":
    main()
