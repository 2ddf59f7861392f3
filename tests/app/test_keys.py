import re
from pathlib import Path

import pytest

from app.afp_keys import AFP_KEYS
from app.afp_performance_keys import PERFORMANCE_KEYS
from app.afp_run_keys import RUN_KEYS
from app.keys import KEYS, RESERVED_FOR_LABELS, Key
from app.theme import OVERLAY_STYLES
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS

DISPLAY = Path(__file__).parents[2] / "assets" / "display"
PAGES = (KEYS, AFP_KEYS, RUN_KEYS, PERFORMANCE_KEYS)


@pytest.mark.parametrize("rows", PAGES)
def test_no_key_means_two_things(rows: tuple[Key, ...]) -> None:
    keys = [key for row in rows for key in row.keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("rows", PAGES)
def test_keys_for_labels_stay_free(rows: tuple[Key, ...]) -> None:
    assert not {key for row in rows for key in row.keys} & set(RESERVED_FOR_LABELS)


@pytest.mark.parametrize(
    ("rows", "module"),
    [
        (KEYS, "actions"),
        (AFP_KEYS, "afp/actions"),
        (RUN_KEYS, "afp_run/page"),
        (PERFORMANCE_KEYS, "afp_performance/page"),
    ],
)
def test_every_key_has_its_action_in_the_browser(rows: tuple[Key, ...], module: str) -> None:
    text = (DISPLAY / f"{module}.mjs").read_text()
    defined = set(re.findall(r"^    (\w+)(?::|\()", text, re.MULTILINE))
    defined |= {f"toggle_{style.key}" for style in OVERLAY_STYLES}
    assert {row.action for row in rows} <= defined


def test_every_overlay_has_a_style_and_its_key_if_it_has_one() -> None:
    styled = {style.key for style in OVERLAY_STYLES}
    assert {"truth", *(row.key for row in RECONSTRUCTIONS)} <= styled
    printed = {row.action: row.printed for row in KEYS}
    assert all(printed.get(f"toggle_{row.key}", "") == row.shortcut for row in OVERLAY_STYLES)


def test_every_overlay_has_a_colour_of_its_own_and_few_are_on_at_first() -> None:
    for colours in zip(*((row.colour, row.colour_light) for row in OVERLAY_STYLES), strict=True):
        assert len(set(colours)) == len(colours)
    assert sum(row.shown_at_first for row in OVERLAY_STYLES) <= 4
