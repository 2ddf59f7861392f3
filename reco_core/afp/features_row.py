"""What the table of features says of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NO_HIT: Final = "no hit"
NO_TRACK: Final = "no track"


@dataclass(frozen=True)
class Feature:
    """One column.  missing : for which events it is NaN; "" for none."""

    name: str
    unit: str
    meaning: str
    missing: str = ""
