import numpy as np
import pytest

from app.afp_config import CHARGE_STOPS, N_CHARGE_COLOURS
from app.colours import COLOUR_MAPS, N_COLOURS, even_colours, oklab, resampled

# Deuteranopia, severity 1 (Machado, Oliveira, Fernandes 2009, table 1), on linear RGB.
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)


def rgb(key: str) -> np.ndarray:
    return np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in resampled(key)])


@pytest.mark.parametrize("key", [row.key for row in COLOUR_MAPS if row.of == "time"])
def test_steps_of_colour_are_equal(key: str) -> None:
    steps = np.linalg.norm(np.diff(oklab(rgb(key)), axis=0), axis=1)
    # over 16 colours the rounding to 8 bits no longer matters
    blocks = np.add.reduceat(steps, np.arange(0, N_COLOURS - 1, 16))[:-1]
    assert blocks.std() / blocks.mean() < 0.05


@pytest.mark.parametrize("row", COLOUR_MAPS, ids=lambda row: row.key)
def test_ends_are_the_stops(row) -> None:  # type: ignore[no-untyped-def]
    assert (resampled(row.key)[0], resampled(row.key)[-1]) == (row.stops[0], row.stops[-1])


@pytest.mark.parametrize(("theme", "direction"), [("dark", 1), ("light", -1)])
def test_charges_go_from_the_ground_of_the_theme_to_its_opposite(
    theme: str, direction: int
) -> None:
    colours = even_colours(CHARGE_STOPS[theme], N_CHARGE_COLOURS)
    assert len(colours) == N_CHARGE_COLOURS
    values = [[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in colours]
    assert np.all(direction * np.diff(oklab(np.array(values))[:, 0]) > -1e-3)


def test_the_map_of_residuals_has_its_middle_at_zero_and_darkens_both_ways() -> None:
    (row,) = (row for row in COLOUR_MAPS if row.of == "residual")
    assert row.ends_ns is not None
    zero = round(N_COLOURS * -row.ends_ns[0] / (row.ends_ns[1] - row.ends_ns[0]))
    assert resampled(row.key)[zero] == row.stops[len(row.stops) // 2]
    lightness = oklab(rgb(row.key))[:, 0]
    assert np.all(np.diff(lightness[: zero + 1]) > -1e-3)
    assert np.all(np.diff(lightness[zero:]) < 1e-3)


def test_deuteranopes_tell_early_from_late() -> None:
    seen = oklab(np.clip(rgb("residual") ** 2.2 @ DEUTERANOPIA.T, 0, 1) ** (1 / 2.2))
    early, zero, late = seen[0], seen[43], seen[-1]
    assert min(np.linalg.norm(early - late), np.linalg.norm(zero - late)) > 0.2
    assert np.linalg.norm(early - zero) > 0.2


def test_lightness_of_the_safe_map_only_falls() -> None:
    assert np.all(np.diff(oklab(rgb("even"))[:, 0]) < 1e-3)


def test_the_safe_map_keeps_its_order_for_deuteranopes() -> None:
    seen = np.clip(rgb("even") ** 2.2 @ DEUTERANOPIA.T, 0, 1) ** (1 / 2.2)
    assert np.all(np.diff(oklab(seen)[::16, 0]) < 0)
