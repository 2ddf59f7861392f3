"""The simulated numbers of several seeds against the published ones, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Final, Literal

from reco_core.icecube.validation.measures import Measures
from reco_core.icecube.validation.published import QUANTITIES, Quantity

Verdict = Literal["within", "outside", "for information"]

# A difference that is exactly the tolerance must not fail by the last bit of a sum.
ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Row:
    """One quantity. simulated : of each seed, one or more; None where its sample has none."""

    quantity: Quantity
    simulated: tuple[float | None, ...]

    @property
    def known(self) -> tuple[float, ...]:
        """The values of the seeds that have one."""
        return tuple(value for value in self.simulated if value is not None)

    @property
    def mean(self) -> float | None:
        """Over the seeds; None if none has a value."""
        return fmean(self.known) if self.known else None

    @property
    def scatter(self) -> float | None:
        """Standard deviation between seeds, of a single one; None for fewer than two."""
        return stdev(self.known) if len(self.known) > 1 else None

    @property
    def ratio(self) -> float | None:
        """Simulated to real; None where the real value is zero."""
        real = self.quantity.real
        return None if self.mean is None or not real else self.mean / real

    @property
    def allowed(self) -> float | None:
        """Largest distance from the real value that is within; None for information only."""
        tolerance = self.quantity.tolerance
        return None if tolerance is None else tolerance.allowed(self.quantity.real)

    @property
    def seeds_within(self) -> int | None:
        """In how many seeds the value alone is within tolerance."""
        return None if self.allowed is None else sum(map(self._within, self.simulated))

    @property
    def verdict(self) -> Verdict:
        """Of the mean over seeds, not rounded. A seed without a value puts a judged row outside."""
        if self.allowed is None:
            return "for information"
        whole = len(self.known) == len(self.simulated)
        return "within" if whole and self._within(self.mean) else "outside"

    def _within(self, value: float | None) -> bool:
        if value is None or self.allowed is None:
            return False
        return abs(value - self.quantity.real) <= self.allowed * (1 + ROUNDING)


def compare(
    per_seed: Sequence[Measures], quantities: Iterable[Quantity] = QUANTITIES
) -> tuple[Row, ...]:
    """One row for each published quantity. per_seed : `measure` of each seed's sample."""
    return tuple(
        Row(quantity, tuple(measures.get(quantity.key) for measures in per_seed))
        for quantity in quantities
    )


def judged(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows that have a tolerance."""
    return tuple(row for row in rows if row.allowed is not None)
