"""What a feature is: a row of the table from which plan and documentation are made."""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

ALL: Final = "all"
NON_AUXILIARY: Final = "non_auxiliary"
SELECTIONS: Final = (ALL, NON_AUXILIARY)

PULSES: Final = {ALL: "all pulses", NON_AUXILIARY: "the non-auxiliary pulses"}
FEWER_THAN: Final = {
    ALL: ("no pulse", "fewer than 2 pulses", "fewer than 3 pulses"),
    NON_AUXILIARY: (
        "no non-auxiliary pulse",
        "fewer than 2 non-auxiliary pulses",
        "fewer than 3 non-auxiliary pulses",
    ),
}

NOTEBOOK: Final = "notebook"  # "pytorch linear solution" of MiMakh/ice_cube_kaggle
LINE_FIT: Final = "LineFit"  # the first step of arXiv:1308.5501
OURS: Final = "Hitscope"

AXES: Final = ("x", "y", "z")


class Feature(NamedTuple):
    """One column of the table of features.

    expression : over the rows of one event, or over the row of the event; never NaN or infinite.
    missing : when it is null; empty if never, and then nothing counts as 0.
    """

    name: str
    unit: str
    meaning: str
    expression: pl.Expr
    source: str
    missing: str = ""

    @property
    def named(self) -> pl.Expr:
        """The expression under the name of the column."""
        return self.expression.alias(self.name)

    @property
    def finished(self) -> pl.Expr:
        """The column; 0 for a count or sum over nothing."""
        return pl.col(self.name) if self.missing else pl.col(self.name).fill_null(0)


def share(part: pl.Expr, whole: str) -> pl.Expr:
    """A part of a column, null where that is 0."""
    return part / pl.when(pl.col(whole) > 0).then(pl.col(whole))
