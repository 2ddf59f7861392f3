"""Fixed colours of what is overlaid on the light: one colour per direction, everywhere."""

from __future__ import annotations

import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class OverlayStyle:
    """How one direction is drawn. colour : on dark; colour_light : on the light theme.

    shown_at_first : few are, or the lines hide the light; the others are a click away.
    """

    key: str
    colour: str
    colour_light: str
    shown_at_first: bool
    shortcut: str  # the key that switches it on and off; "" for none


OVERLAY_STYLES = (
    OverlayStyle("truth", "#ffffff", "#101820", True, "G"),
    OverlayStyle("two_halves", "#c98cf2", "#8a3fc0", False, "D"),
    OverlayStyle("two_dots_seed", "#d0a184", "#8a5230", False, "Shift O"),
    OverlayStyle("two_dots", "#b9dc5a", "#55780a", False, "Shift D"),
    OverlayStyle("svd_axis", "#7fd1b9", "#1f7a62", False, "Shift A"),
    OverlayStyle("line_fit", "#ffb04d", "#b86400", True, "I"),
    OverlayStyle("spe_fit", "#8aa8ff", "#2f54c8", False, "Shift P"),
    OverlayStyle("mpe_fit", "#ff7f8e", "#c0243c", True, "Shift M"),
    OverlayStyle("cascade_fit", "#f2e27a", "#7d6a00", False, "Shift K"),
    OverlayStyle("hand", "#ff5ce1", "#b8008f", False, ""),
)

OVERLAY_STYLE = {style.key: style for style in OVERLAY_STYLES}

# Of anomaly detectors, by key: on dark, on light.
DETECTOR_COLOURS = {
    "default": ("#6fd3ff", "#0b6fa4"),
    "pca": ("#ffb04d", "#b86400"),
    "isolation_forest": ("#63cf78", "#1f7a35"),
    "autoencoder": ("#c98cf2", "#8a3fc0"),
    "autoencoder_seed": ("#a9b4bf", "#5f6c79"),
    "rules": ("#f2e27a", "#7d6a00"),
    "boosted": ("#ff7f8e", "#c0243c"),
}

# For algorithms of plug-ins, which have no row above.
_FURTHER = (
    ("#6fd3ff", "#0b6fa4"), ("#f29ade", "#a8328a"), ("#63cf78", "#1f7a35"), ("#9fc4cc", "#3d6a73"),
    ("#c9c0a2", "#6a6248"), ("#e88a5a", "#a04510"),
)  # fmt: skip


def style_of(key: str) -> OverlayStyle:
    """The style of an overlay; one of a few by its name where the table has none."""
    if key in OVERLAY_STYLE:
        return OVERLAY_STYLE[key]
    colour, colour_light = _FURTHER[zlib.crc32(key.encode()) % len(_FURTHER)]
    return OverlayStyle(key, colour, colour_light, True, "")


def detector_colours(key: str) -> tuple[str, str]:
    """On dark and on light; one of a few by its name where the table has none."""
    other = style_of(key)
    return DETECTOR_COLOURS.get(key, (other.colour, other.colour_light))
