"""All reconstructions, one row each. A new method is a new row."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Final, Literal, Protocol, cast

from reco_core.errors import NotFoundError, ReconstructionError
from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses
from reco_core.icecube.pulse_batch import PulseBatch, pack
from reco_core.icecube.reconstructions.fits import Fits, Reason
from reco_core.icecube.reconstructions.result import Reconstruction, row_of
from reco_core.weights import card

MODULES: Final = "reco_core.icecube.reconstructions"


class Method(Protocol):
    """What a method's module holds; `load`, which reads weights and compiles, may be missing."""

    def fit(self, batch: PulseBatch, detector: Detector) -> Fits: ...


@dataclass(frozen=True)
class ReconstructionRow:
    """One method: its name in addresses and tables, where it comes from, and its module.

    version : raised whenever an answer changes, so that kept answers of the old one are not used.
    kind : what its direction is drawn as.  quality : what its quality is made of, in words.
    fits_time : is its time fitted to the light? Else it puts the particle amid its light, so that
    half of the light would come before it can.  model : name of its weights, if it has any
    (reco_core/weights).
    evaluated : events of an evaluation, unless told.  block : events that one thread takes at once.
    The module is imported when it is used: some compile, or bring a library.
    """

    key: str
    label: str
    source: str
    version: int
    kind: Literal["track", "cascade"]
    description: str
    quality: str
    fits_time: bool = False
    model: str = ""
    evaluated: int = 20_000
    block: int = 2_000

    @property
    def method(self) -> Method:
        return cast(Method, import_module(f"{MODULES}.{self.key}"))

    @property
    def weights(self) -> str:
        """Digest of the weights; empty if it has none."""
        return card(self.model).sha256 if self.model else ""

    def load(self) -> None:
        """What takes time once: compiling, reading weights."""
        getattr(self.method, "load", lambda: None)()


RECONSTRUCTIONS: Final = (
    ReconstructionRow(
        "two_halves",
        "Two halves",
        "Simplified from the two-dots notebook of MiMakh/ice_cube_kaggle",
        3,
        "track",
        "The line from the charge-weighted centre of the earlier half of the non-auxiliary pulses "
        "to that of the later half.",
        "half the distance of the two centres over the extent of the light, times 1 - 1/strings",
    ),
    ReconstructionRow(
        "two_dots_seed",
        "Two dots, as published",
        "Two-dots notebook of MiMakh/ice_cube_kaggle",
        1,
        "track",
        "The best of a sample of pairs of hit DOMs, auxiliary ones too, by a regressor trained on "
        "simulated events; the azimuth is acos(x / sin zenith), which loses the sign of y.",
        "1 - predicted error / pi",
        model="two_dots_seed",
    ),
    ReconstructionRow(
        "two_dots",
        "Two dots",
        "Two-dots notebook of MiMakh/ice_cube_kaggle, repaired",
        1,
        "track",
        "The best of a sample of pairs of DOMs with non-auxiliary light, by a regressor trained on "
        "simulated events, with the sign of the azimuth.",
        "1 - predicted error / pi",
        model="two_dots",
    ),
    ReconstructionRow(
        "svd_axis",
        "Principal axis",
        "Notebook 3d-line-fitting of momomuchu/KqggleNoteBOok",
        2,
        "track",
        "The axis of largest spread of the non-auxiliary pulses, travelled from the first quarter "
        "in time to the last.",
        "linearity: the largest variance less the second, over the largest; times 1 - 1/strings",
    ),
    ReconstructionRow(
        "line_fit",
        "Line fit",
        "Improved LineFit, arXiv:1308.5501",
        3,
        "track",
        "A point that moves uniformly through the non-auxiliary pulses, fitted so that scattered "
        "and noise pulses pull little.",
        "how near the speed of the light is to c, times 1 - 1/strings",
    ),
    ReconstructionRow(
        "spe_fit",
        "SPE fit",
        "SPEFit with Pandel's law, arXiv:astro-ph/0407044, in local ice",
        1,
        "track",
        "The muon track for which the first pulses of the DOMs are likeliest, each as one "
        "photo-electron that scattered in the ice on its way; auxiliary pulses count where they "
        "are near others.",
        "5 degrees over 5 degrees plus the uncertainty",
        fits_time=True,
        evaluated=2_000,
        block=200,
    ),
    ReconstructionRow(
        "mpe_fit",
        "MPE fit",
        "MPEFit with Pandel's law, arXiv:astro-ph/0407044, in local ice",
        1,
        "track",
        "As the SPE fit, from its track, with the first pulse of a DOM as the earliest of as many "
        "photo-electrons as its charge tells.",
        "5 degrees over 5 degrees plus the uncertainty",
        fits_time=True,
        evaluated=2_000,
        block=200,
    ),
    ReconstructionRow(
        "cascade_fit",
        "Cascade fit",
        "Own; light of cascades as in docs/simulation.md, delays by Pandel's law, "
        "arXiv:astro-ph/0407044",
        1,
        "cascade",
        "The vertex, time, energy and direction of a cascade for which the first pulses and the "
        "charges of the DOMs around it, lit or not, are likeliest.",
        "1 over 1 plus the square of the uncertainty over 15 degrees",
        fits_time=True,
        evaluated=2_000,
        block=200,
    ),
)


def reconstruction_row(key: str) -> ReconstructionRow:
    """The row of that key; NotFoundError lists the keys if there is none."""
    for row in RECONSTRUCTIONS:
        if row.key == key:
            return row
    keys = ", ".join(row.key for row in RECONSTRUCTIONS)
    raise NotFoundError(f"Unknown reconstruction {key!r}. Available: {keys}.")


def reconstruct_batch(key: str, batch: PulseBatch, detector: Detector) -> Fits:
    """The answers of the method of that key; NotFoundError lists the keys if there is none."""
    return reconstruction_row(key).method.fit(batch, detector)


def reconstruct(key: str, pulses: Pulses, detector: Detector) -> Reconstruction:
    """Same for one event. Raises ReconstructionError, with the reason, if there is no answer."""
    fits = reconstruct_batch(key, pack([pulses]), detector)
    if fits.reason[0] != Reason.OK:
        raise ReconstructionError(reason_text(fits, 0))
    return row_of(fits, 0, key)


def reason_text(fits: Fits, k: int) -> str:
    """'ok', or why the k-th event has no answer."""
    return Reason(int(fits.reason[k])).text
