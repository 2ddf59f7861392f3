"""Every key of the event page: one row gives the handler, the help sheet and the printed hint.

1-9, U, S, F, Z, B and M are kept free for labelling.
"""

from __future__ import annotations

from dataclasses import dataclass

RESERVED_FOR_LABELS = (*"123456789", *"USFZBM")


@dataclass(frozen=True)
class Key:
    """keys : values of KeyboardEvent.key, with 'Shift+' or 'Alt+' before them.

    action : name of the function in assets/display/keys.mjs.  printed : as shown to the user.
    """

    group: str
    keys: tuple[str, ...]
    action: str
    printed: str
    sentence: str


KEYS = (
    Key("Time", (" ",), "toggle_play", "Space", "play or pause"),
    Key("Time", ("ArrowLeft",), "step_back", "←", "one step back"),
    Key("Time", ("ArrowRight",), "step_forward", "→", "one step on"),
    Key("Time", ("Shift+ArrowLeft",), "big_step_back", "Shift ←", "ten steps back"),
    Key("Time", ("Shift+ArrowRight",), "big_step_forward", "Shift →", "ten steps on"),
    Key("Time", ("Home",), "to_start", "Home", "to the start of the window"),
    Key("Time", ("End",), "to_end", "End", "to the end of the window"),
    Key("Time", ("[",), "slower", "[", "play slower"),
    Key("Time", ("]",), "faster", "]", "play faster"),
    Key("Time", ("Y",), "toggle_loop", "Y", "loop or stop at the end"),
    Key("Events", ("N",), "next_event", "N", "next event"),
    Key("Events", ("P",), "previous_event", "P", "previous event"),
    Key("Events", ("R",), "random_event", "R", "random event"),
    Key("Events", ("/",), "focus_jump", "/", "jump to an event id"),
    Key("Events", ("Q",), "toggle_autoplay", "Q", "autoplay: next event every few seconds"),
    Key("Camera", ("Alt+ArrowLeft", "Alt+ArrowRight", "Alt+ArrowUp", "Alt+ArrowDown"), "orbit",
        "Alt + arrows", "orbit"),
    Key(
        "Camera",
        ("Alt+Shift+ArrowLeft", "Alt+Shift+ArrowRight", "Alt+Shift+ArrowUp", "Alt+Shift+ArrowDown"),
        "pan",
        "Alt Shift + arrows",
        "pan",
    ),
    Key("Camera", ("+", "="), "zoom_in", "+", "zoom in"),
    Key("Camera", ("-",), "zoom_out", "-", "zoom out"),
    Key("Camera", ("H",), "view_home", "H", "home view"),
    Key("Camera", ("J",), "view_top", "J", "from the top"),
    Key("Camera", ("K",), "view_side", "K", "from the side"),
    Key("Camera", ("O",), "view_along", "O", "along the chosen direction"),
    Key("Camera", ("X",), "toggle_lock", "X", "lock the camera"),
    Key("Directions", ("G",), "toggle_truth", "G", "truth or reference on and off"),
    Key("Directions", ("D",), "toggle_two_halves", "D", "two halves on and off"),
    Key("Directions", ("I",), "toggle_line_fit", "I", "line fit on and off"),
    Key("Directions", ("Shift+D",), "toggle_two_dots", "Shift D", "two dots on and off"),
    Key("Directions", ("Shift+O",), "toggle_two_dots_seed", "Shift O", "two dots as published"),
    Key("Directions", ("Shift+A",), "toggle_svd_axis", "Shift A", "principal axis on and off"),
    Key("Directions", ("Shift+P",), "toggle_spe_fit", "Shift P", "SPE fit on and off"),
    Key("Directions", ("Shift+M",), "toggle_mpe_fit", "Shift M", "MPE fit on and off"),
    Key("Directions", ("Shift+K",), "toggle_cascade_fit", "Shift K", "cascade fit on and off"),
    Key("Directions", (".",), "next_fit", ".", "choose the next direction"),
    Key("Directions", (",",), "previous_fit", ",", "choose the direction before"),
    Key("Directions", ("Shift+C",), "toggle_cones", "Shift C", "error cones of the directions"),
    Key("Directions", ("Shift+R",), "toggle_residual", "Shift R",
        "colour by time residual to the chosen direction"),
    Key("Directions", ("Shift+H",), "take_in_hand", "Shift H",
        "take a track in hand, or put it down; arrows move it, Ctrl Z takes back"),
    Key("Scene", ("V",), "toggle_region", "V", "deciding region of the verdict"),
    Key("Scene", ("A",), "toggle_auxiliary", "A", "auxiliary pulses on and off"),
    Key("Scene", ("W",), "toggle_dust", "W", "dust layer on and off"),
    Key("Scene", ("C",), "next_colour_map", "C", "change the colour scale"),
    Key("Page", ("L",), "copy_link", "L", "copy the link to this view"),
    Key("Page", ("E",), "save_png", "E", "save the view as PNG"),
    Key("Page", ("T",), "toggle_theme", "T", "dark or light"),
    Key("Page", ("Shift+S",), "toggle_jobs", "Shift S", "score a whole data set"),
    Key("Page", ("Shift+E",), "open_performance", "Shift E",
        "performance of all methods on this data set, and back"),
    Key("Page", ("?",), "toggle_help", "?", "this sheet"),
    Key("Page", ("Escape",), "escape", "Esc", "close the sheet, clear the selection"),
)  # fmt: skip
