"""What can be computed for an event: one row per algorithm, whatever its kind.

The reconstructions of reco_core are rows, and its learned verdict; so are those of the modules
named in HITSCOPE_PLUGINS.
Services know nothing else of an algorithm: they key, compute, keep and tabulate its answers.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np
import polars as pl

from reco_core.errors import NotFoundError, ReconstructionError, SettingError
from reco_core.icecube.classification.learned_names import (
    HARD_DEGREES,
    PROBABILITIES,
    VERSION,
    weights_digest,
)
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Event, Pulses
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.reconstructions.fits import Fits
from reco_core.icecube.reconstructions.registry import (
    RECONSTRUCTIONS,
    ReconstructionRow,
    reason_text,
    reconstruct_batch,
)
from reco_core.icecube.reconstructions.result import row_of

LAYOUT: Final = 1  # of kept answers (answers.py); raised when their bytes change
FEW: Final = 32  # events that a reconstruction takes together: what it costs to begin is shared
KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

Row = Mapping[str, Any]  # one value per column, None where there is none
Option = bool | int | float | str


@dataclass(frozen=True, eq=False)
class Algorithm:
    """One row.

    columns : of an answer, beside event_id, algorithm and status; with zenith and azimuth (rad) it
    is drawn over the event.  compute : answers of up to `batch` events, in their order; where there
    is none, the ReconstructionError that says why.  It runs in the inference process only, so heavy
    imports belong inside it.  load : reads weights, once, before the first event.
    version, weights (a digest), options : whatever changes an answer besides the event; part of the
    key under which it is kept.  kind : what its direction is drawn as.  fits_time : is
    its time fitted to the light, so that residuals can be taken to it?
    """

    key: str
    label: str
    source: str
    version: int
    columns: Mapping[str, pl.DataType | type[pl.DataType]]
    compute: Callable[[Sequence[Event], Detector], Sequence[Row | ReconstructionError]]
    batch: int = 1
    load: Callable[[], None] = lambda: None
    weights: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)
    kind: Literal["track", "cascade"] = "track"
    fits_time: bool = True

    @property
    def gives_direction(self) -> bool:
        return {"zenith", "azimuth"} <= set(self.columns)


DIRECTION_COLUMNS: Final[Mapping[str, type[pl.DataType]]] = {
    "zenith": pl.Float64,  # rad, where it came from
    "azimuth": pl.Float64,
    "point_x_m": pl.Float64,  # a point of the line
    "point_y_m": pl.Float64,
    "point_z_m": pl.Float64,
    "time_ns": pl.Float64,  # when the particle is there, on the event's clock
    "n_doms_used": pl.Int64,
    "speed_m_per_ns": pl.Float64,
    "uncertainty_rad": pl.Float64,
    "quality": pl.Float64,
    "energy_gev": pl.Float64,
}


# Of the learned verdict. The probabilities of the four classes sum to 1; p_hard is apart from them:
# that `best` is off by more than the angle of the setting.
VERDICT_COLUMNS: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    **dict.fromkeys(PROBABILITIES, pl.Float64),
    "best": pl.String,  # key of the reconstruction that suits an event of its class best
    "class_reasons": pl.List(pl.String),  # sentences: what moved the most probable class most
    "hard_reasons": pl.List(pl.String),
}
VERDICT: Final = "verdict"  # key


def find_algorithms(
    plugins: Sequence[str] = (), hard_degrees: float = HARD_DEGREES
) -> dict[str, Algorithm]:
    """All algorithms by key: the registry's in order, the verdict, those of plug-in modules.

    hard_degrees : errors above it make an event hard. Raises SettingError if a module cannot be
    imported, has no list, or repeats a key.
    """
    rows = [*(_of_reconstruction(row) for row in RECONSTRUCTIONS), _of_verdict(hard_degrees)]
    for name in plugins:
        rows += _of_plugin(name)
    found: dict[str, Algorithm] = {}
    for row in rows:
        if row.key in found or not KEY.fullmatch(row.key):
            raise SettingError(
                f"HITSCOPE_PLUGINS: the key {row.key!r} is taken or no lower-case word; "
                "give each algorithm its own."
            )
        found[row.key] = row
    return found


def algorithm_of(algorithms: Mapping[str, Algorithm], key: str) -> Algorithm:
    """The row of that key, or NotFoundError that lists the keys."""
    if key in algorithms:
        return algorithms[key]
    raise NotFoundError(f"Unknown algorithm {key[:80]!r}. Available: {', '.join(algorithms)}.")


def _of_reconstruction(row: ReconstructionRow) -> Algorithm:
    def compute(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
        fits = reconstruct_batch(row.key, pack([event.pulses for event in events]), detector)
        return [_answer(fits, k, row.key) for k in range(len(events))]

    return Algorithm(
        row.key, row.label, row.source, row.version, DIRECTION_COLUMNS, compute, FEW, row.load,
        row.weights, kind=row.kind, fits_time=row.fits_time,
    )  # fmt: skip


def _answer(fits: Fits, k: int, key: str) -> Row | ReconstructionError:
    if fits.reason[k]:
        return ReconstructionError(reason_text(fits, k))
    fit = row_of(fits, k, key)
    x_m, y_m, z_m = (float(value) for value in fit.point_m)
    return {
        "zenith": fit.zenith, "azimuth": fit.azimuth,
        "point_x_m": x_m, "point_y_m": y_m, "point_z_m": z_m, "time_ns": fit.time_ns,
        "n_doms_used": fit.n_doms_used, "speed_m_per_ns": fit.speed_m_per_ns,
        "uncertainty_rad": fit.uncertainty_rad, "quality": fit.quality,
        "energy_gev": fit.energy_gev,
    }  # fmt: skip


def _of_verdict(hard_degrees: float) -> Algorithm:
    def compute(events: Sequence[Event], detector: Detector) -> list[Row | ReconstructionError]:
        from reco_core.icecube.classification.learned import best_method, verdicts_of
        from reco_core.icecube.classification.learned_features import told_numbers
        from reco_core.icecube.classification.learned_reasons import reasons_of

        limit = math.radians(hard_degrees)
        told = told_numbers(pack([event.pulses for event in events]), detector)
        learned = verdicts_of(told, limit)
        best = best_method(learned.p_class)
        why = reasons_of(told, limit)
        p = np.column_stack((learned.p_class, learned.p_hard))
        return [
            {
                **dict(zip(PROBABILITIES, of_event.tolist(), strict=True)),
                "best": str(method),
                "class_reasons": list(told_why.of_class),
                "hard_reasons": list(told_why.of_hard),
            }
            for of_event, method, told_why in zip(p, best, why, strict=True)
        ]

    def load() -> None:
        from reco_core.icecube.classification.learned import load as load_learned

        load_learned()

    return Algorithm(
        VERDICT,
        "Verdict",
        "Boosted trees trained on simulated events",
        VERSION,
        VERDICT_COLUMNS,
        compute,
        FEW,
        load,
        weights_digest(),
        {"hard_degrees": hard_degrees},
    )


def _of_plugin(name: str) -> list[Algorithm]:
    try:
        rows = list(importlib.import_module(name).ALGORITHMS)
    except Exception as error:  # whatever a module of the user's does while it is imported
        raise SettingError(f"HITSCOPE_PLUGINS: {name!r} cannot be used: {error!r}.") from error
    wrong = next((row for row in rows if not isinstance(row, Algorithm)), None)
    if wrong is not None:
        raise SettingError(f"HITSCOPE_PLUGINS: {name}.ALGORITHMS holds {wrong!r}, no Algorithm.")
    return rows


def hard_degrees_of(verdict: Algorithm) -> float:
    """The error from which an event is hard."""
    return float(verdict.options["hard_degrees"])


def result_key(algorithm: Algorithm, pulses: Pulses, detector: Detector) -> str:
    """Name of an answer: a digest of all that it depends on, (64,) hexadecimal digits.

    The same pulses have the same key in whatever file they lie.
    """
    return result_keys([algorithm], pulses, detector)[algorithm.key]


def result_keys(
    algorithms: Iterable[Algorithm], pulses: Pulses, detector: Detector
) -> dict[str, str]:
    """result_key() by the algorithm's key; the pulses are read once for all of them."""
    of_event = _event_digest(pulses, detector)
    return {
        row.key: hashlib.sha256(algorithm_bytes(row) + of_event).hexdigest() for row in algorithms
    }


def _event_digest(pulses: Pulses, detector: Detector) -> bytes:
    digest = hashlib.sha256(_detector_digest(detector))
    for array in (pulses.sensor_id, pulses.time_ns, pulses.charge_pe, pulses.auxiliary):
        digest.update(array.dtype.str.encode())
        digest.update(len(array).to_bytes(8, "little"))
        digest.update(array.tobytes())
    return digest.digest()


def algorithm_bytes(algorithm: Algorithm) -> bytes:
    """All that an answer depends on besides the event and the detector."""
    named = [LAYOUT, algorithm.key, algorithm.version, algorithm.weights, dict(algorithm.options)]
    named.append([f"{name} {dtype}" for name, dtype in algorithm.columns.items()])
    return json.dumps(named, sort_keys=True).encode() + b"\n"


@lru_cache(maxsize=16)
def _detector_digest(detector: Detector) -> bytes:
    """Detectors compare by identity; a data set keeps its own until its file changes."""
    digest = hashlib.sha256(detector.position_m.tobytes())
    digest.update(detector.is_deepcore.tobytes())
    return digest.digest()
