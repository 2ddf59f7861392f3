import re
from pathlib import Path

from app.keys import KEYS, RESERVED_FOR_LABELS
from app.theme import OVERLAY_STYLES
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS

ACTIONS = Path(__file__).parents[2] / "assets" / "display" / "actions.mjs"


def test_no_key_means_two_things() -> None:
    keys = [key for row in KEYS for key in row.keys]
    assert len(keys) == len(set(keys))


def test_keys_for_labels_stay_free() -> None:
    assert not {key for row in KEYS for key in row.keys} & set(RESERVED_FOR_LABELS)


def test_every_key_has_its_action_in_the_browser() -> None:
    defined = set(re.findall(r"^    (\w+)(?::|\()", ACTIONS.read_text(), re.MULTILINE))
    defined |= {f"toggle_{style.key}" for style in OVERLAY_STYLES}
    assert {row.action for row in KEYS} <= defined


def test_every_overlay_has_a_style_and_its_key_if_it_has_one() -> None:
    styled = {style.key for style in OVERLAY_STYLES}
    assert {"truth", *(row.key for row in RECONSTRUCTIONS)} <= styled
    printed = {row.action: row.printed for row in KEYS}
    assert all(printed.get(f"toggle_{row.key}", "") == row.shortcut for row in OVERLAY_STYLES)


def test_every_overlay_has_a_colour_of_its_own_and_few_are_on_at_first() -> None:
    for colours in zip(*((row.colour, row.colour_light) for row in OVERLAY_STYLES), strict=True):
        assert len(set(colours)) == len(colours)
    assert sum(row.shown_at_first for row in OVERLAY_STYLES) <= 4
