"""Further numbers of truth files."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from reco_core.errors import FileFormatError
from reco_core.icecube.dataset_truth_numbers import truth_numbers

ASKED = np.array([5, 3, 9])
ROWS = pl.DataFrame(
    {"event_id": [3, 5, 5, 7], "muon_length_m": [1.5, None, 8.0, 4.0], "pe": [1] * 4}
)


@pytest.mark.parametrize("name", ["truth.parquet", "truth.csv"])
def test_numbers_are_in_the_order_asked_for(tmp_path, name):
    path = tmp_path / name
    ROWS.write_csv(path) if name.endswith("csv") else ROWS.write_parquet(path)
    found = truth_numbers(path, ASKED, ("muon_length_m", "pe", "absent"))
    np.testing.assert_array_equal(found["muon_length_m"], [np.nan, 1.5, np.nan])
    np.testing.assert_array_equal(found["pe"], [1, 1, np.nan])
    assert np.isnan(found["absent"]).all()


def test_without_a_file_nothing_is_known(tmp_path):
    found = truth_numbers(tmp_path / "truth.parquet", ASKED, ("pe",))
    assert np.isnan(found["pe"]).all()


def test_errors_name_event_and_value(tmp_path):
    path = tmp_path / "truth.csv"
    path.write_text("event_id,pe\n5,many\n")
    with pytest.raises(FileFormatError, match="pe of event 5 is 'many'; expected a finite number"):
        truth_numbers(path, ASKED, ("pe",))
    path.write_text("event,pe\n5,1\n")
    with pytest.raises(FileFormatError, match="has no column 'event_id'"):
        truth_numbers(path, ASKED, ("pe",))
    nested = tmp_path / "truth.parquet"
    pl.DataFrame({"event_id": [5], "pe": [[1.0]]}).write_parquet(nested)
    with pytest.raises(FileFormatError, match="column 'pe' is List"):
        truth_numbers(nested, ASKED, ("pe",))
