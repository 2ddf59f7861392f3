"""Events made ready for the likelihood of what is in hand. For the inference process: heavy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from app.services.held import Answer, HandRequest, without
from reco_core.errors import ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses
from reco_core.icecube.likelihood import by_hand, cascade_by_hand
from reco_core.icecube.likelihood.by_hand import Held

PULSES: Final = ("time_ns", "sensor_id", "charge_pe", "auxiliary")


class Prepared:
    """One event for one kind of particle; ReconstructionError where it has too little light."""

    def __init__(self, pulses: Pulses, detector: Detector) -> None:
        self._pulses = pulses
        self._detector = detector

    def is_of(self, pulses: Pulses, detector: Detector) -> bool:
        """Whether it was made from these."""
        return self._detector is detector and all(
            np.array_equal(getattr(self._pulses, name), getattr(pulses, name)) for name in PULSES
        )

    def answer(self, asked: HandRequest) -> Answer:
        """See likelihood in docs/api.md."""
        raise NotImplementedError


class PreparedTrack(Prepared):
    """For tracks."""

    def __init__(self, pulses: Pulses, detector: Detector) -> None:
        super().__init__(pulses, detector)
        self._lit = by_hand.lit_doms(pulses, detector)

    def answer(self, asked: HandRequest) -> Answer:
        held = _held(asked)
        if asked.fit:
            held = by_hand.track_from(self._lit, held, asked.fit)
        told = by_hand.track_log_likelihoods(self._lit, held)
        return _done(held if asked.fit else None, told, self._lit.n_doms)


class PreparedCascade(Prepared):
    """For cascades."""

    def __init__(self, pulses: Pulses, detector: Detector) -> None:
        super().__init__(pulses, detector)
        self._around = cascade_by_hand.doms_around(pulses, detector)

    def answer(self, asked: HandRequest) -> Answer:
        look = cascade_by_hand.cascade_log_likelihood
        found = (cascade_by_hand.cascade_from if asked.fit else look)(self._around, _held(asked))
        told = {cascade_by_hand.FIT: found.log_likelihood}
        moved = found.held if asked.fit else None
        return {**_done(moved, told, self._around.n_lit), "energy_gev": found.energy_gev}


_KINDS: Final[Mapping[str, type[Prepared]]] = {"track": PreparedTrack, "cascade": PreparedCascade}


def prepared(kind: str, pulses: Pulses, detector: Detector) -> Prepared:
    """An event for 'track' or 'cascade'."""
    return _KINDS[kind](pulses, detector)


def load(kind: str) -> None:
    """Compile, or read what was compiled before."""
    (by_hand if kind == "track" else cascade_by_hand).load()


def _held(asked: HandRequest) -> Held:
    return Held(asked.zenith, asked.azimuth, asked.point_m, asked.time_ns)


def _done(held: Held | None, told: Mapping[str, float], n_doms: int) -> Answer:
    """held : what a fit came to, or None."""
    place = () if held is None else (held.zenith, held.azimuth, *held.point_m, held.time_ns)
    if not all(map(math.isfinite, (*told.values(), *place))):
        raise ReconstructionError("There is no likelihood so far from all light.")
    moved = None if held is None else held._asdict()
    done = {"log_likelihood": dict(told), "n_doms": n_doms, "held": moved}
    return {**without("done", ""), **done}
