"""The tables that the browser code needs, written into the page once."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.colours import COLOUR_MAPS, resampled
from app.keys import KEYS
from app.theme import OVERLAY_STYLES
from reco_core.units import GROUP_INDEX, PHASE_INDEX, SPEED_OF_LIGHT


def page_config() -> dict[str, Any]:
    return {
        "colour_maps": {
            row.key: {
                "label": row.label,
                "sentence": row.sentence,
                "stops": resampled(row.key),
                "of": row.of,
                "ends_ns": row.ends_ns,
            }
            for row in COLOUR_MAPS
        },
        "light": {
            "speed_m_per_ns": SPEED_OF_LIGHT,
            "phase_index": PHASE_INDEX,
            "group_index": GROUP_INDEX,
        },
        "overlays": [asdict(style) for style in OVERLAY_STYLES],
        "keys": [{"keys": row.keys, "action": row.action} for row in KEYS],
    }
