"""The tables that the browser code of the AFP page needs, written into the page once."""

from __future__ import annotations

from typing import Any, Final

from app.colours import even_colours
from reco_core.afp.sensor import (
    COL_PITCH_MM,
    N_COLS,
    N_PLANES,
    N_ROWS,
    PLANE_PITCH_MM,
    ROW_PITCH_MM,
    TILT_RAD,
)

# Low charge to high: what is high stands out from the ground of either theme, what is low is still
# seen on it. Lightness goes one way only, so that the scale reads without its hues.
CHARGE_STOPS: Final = {
    "dark": ("#4450b8", "#2f86c9", "#35b0a6", "#8fce5f", "#f4dd6b", "#fff8d8"),
    "light": ("#8fb8de", "#4a93c4", "#2c7f86", "#2d6a3d", "#5b4a10", "#2b0f06"),
}
N_CHARGE_COLOURS: Final = 64


def afp_config() -> dict[str, Any]:
    return {
        "sensor": {
            "planes": N_PLANES, "rows": N_ROWS, "cols": N_COLS,
            "row_mm": ROW_PITCH_MM, "col_mm": COL_PITCH_MM, "plane_mm": PLANE_PITCH_MM,
            "tilt_rad": TILT_RAD,
        },
        "charge_colours": {
            theme: even_colours(stops, N_CHARGE_COLOURS) for theme, stops in CHARGE_STOPS.items()
        },
    }  # fmt: skip
