"""Fixed colours of what is overlaid on the light: one colour per direction, everywhere."""

from __future__ import annotations

import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class OverlayStyle:
    """How one direction is drawn. colour : on dark; colour_light : on the light theme."""

    key: str
    colour: str
    colour_light: str
    shown_at_first: bool
    shortcut: str  # the key that switches it on and off


OVERLAY_STYLES = (
    OverlayStyle("truth", "#ffffff", "#101820", True, "G"),
    OverlayStyle("two_dots", "#c98cf2", "#8a3fc0", True, "D"),
    OverlayStyle("line_fit", "#ffb04d", "#b86400", True, "I"),
)

OVERLAY_STYLE = {style.key: style for style in OVERLAY_STYLES}

# For algorithms of plug-ins, which have no row above.
_FURTHER = (
    ("#7fd1b9", "#1f7a62"), ("#f28cb0", "#a83262"), ("#c3cc55", "#6b7400"), ("#8fb8ff", "#2a5db0"),
    ("#e0a080", "#93502c"), ("#a0e08a", "#3d7d27"), ("#d9a7e0", "#7c3f86"), ("#9fc4cc", "#3d6a73"),
)  # fmt: skip


def style_of(key: str) -> OverlayStyle:
    """The style of an overlay; one of a few by its name where the table has none."""
    if key in OVERLAY_STYLE:
        return OVERLAY_STYLE[key]
    colour, colour_light = _FURTHER[zlib.crc32(key.encode()) % len(_FURTHER)]
    return OverlayStyle(key, colour, colour_light, True, "")
