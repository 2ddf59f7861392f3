"""What every anomaly detector is once its weights are read, and what their cards must say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from reco_core.afp.hits import FloatArray, HitBatch
from reco_core.errors import FileFormatError
from reco_core.weights import Card

if TYPE_CHECKING:  # not for those that only look scores up: it is compiled code
    from reco_core.afp.alignment import Alignment

Reasons = tuple[str, ...]  # sentences about one event, the strongest first
MOST_REASONS: Final = 3
VERSIONS: Final = "versions"  # entry of a card's tables: of detector and features, by name
THRESHOLD: Final = "threshold"  # likewise: rule, value and what is known of it
RANK: Final = "rank"  # beginning of the names of arrays of a rank table


class Scorer(Protocol):
    """A detector with its weights. Safe to use from several threads."""

    def score(self, hits: HitBatch, alignment: Alignment | None = None) -> FloatArray:
        """(E,) finite, higher is more anomalous.  alignment : as features() wants it."""

    def reasons(self, hits: HitBatch, alignment: Alignment | None = None) -> Sequence[Reasons]:
        """Up to MOST_REASONS sentences for each event; none where nothing is unusual."""


def check_card(card: Card, path: Path, versions: Mapping[str, int], names: Sequence[str]) -> None:
    """FileFormatError for weights that were trained for another state of the code.

    versions : of the code, as the card should have them.  names : of the features.
    """
    found: Any = card.tables.get(VERSIONS)
    if found != dict(versions):
        raise FileFormatError(
            f"{path} was trained for versions {found}; this is {dict(versions)}. Train again: "
            f"{card.command}"
        )
    if list(card.features) != list(names):
        raise FileFormatError(
            f"{path} was trained with other features than there are now. Train again: "
            f"{card.command}"
        )
