"""The tables of numbers are complete, and those of docs/afp.md are made of them."""

from __future__ import annotations

from pathlib import Path

from reco_core.afp.simulation.classes import CLASSES
from reco_core.afp.simulation.document import simulation_tables
from reco_core.afp.simulation.parameters import NUMBERS, Parameters
from reco_core.afp.simulation.severities import SEVERITIES, Severities

PAGE = Path(__file__).resolve().parents[4] / "docs" / "afp.md"


def test_the_page_shows_the_tables_in_use():
    _, _, after = PAGE.read_text().partition("<!-- simulation tables: begin -->\n")
    assert after.partition("\n<!-- simulation tables: end -->")[0] == simulation_tables()


def test_every_number_has_a_row_with_its_source():
    assert set(NUMBERS) == set(Parameters._fields)
    assert all(row.meaning and row.source for row in NUMBERS.values())
    assert set(SEVERITIES) == set(Severities._fields)
    names = {row.name for row in CLASSES if row.anomalous}
    assert {row.event_class for row in SEVERITIES.values()} == names - {"missing_plane"}


def test_severities_are_those_that_were_fixed_before_training():
    """Changing one for a better score is what this test is here to stop."""
    assert {name: row.value for name, row in SEVERITIES.items()} == {
        "tracks_least": 2,
        "tracks_most": 4,
        "background_slope_rad": 3e-3,
        "shower_log_mean": 2.7,
        "shower_log_sigma": 0.5,
        "shower_growth": 0.4,
        "shower_width_mm": 0.5,
        "shower_charge": 0.5,
        "noisy_least": 10,
        "noisy_most": 60,
        "hot_share": 0.8,
        "hot_least": 10,
        "hot_most": 100,
        "prongs_least": 2,
        "prongs_most": 7,
        "prong_slope_rad": 30e-3,
        "edge_rows": 1.5,
        "edge_cols": 1,
        "scatter_least_rad": 10e-3,
        "scatter_most_rad": 100e-3,
    }
