"""Fixed colours of what is overlaid on the light: one colour per direction, everywhere."""

from __future__ import annotations

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
