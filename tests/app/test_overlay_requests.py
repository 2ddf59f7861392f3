"""What a browser may ask of the overlays, and what it may not."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.overlay_requests import OverlayRequest, leaving_viewer, overlay_request
from app.services.inference import Viewer
from app.services.results import MAX_WAIT_S
from reco_core.errors import SettingError

KNOWN = ("two_halves", "line_fit")
NAME = "0b9c2f1e-77aa"


def test_nothing_asked_means_all() -> None:
    assert overlay_request({}, KNOWN) == OverlayRequest(KNOWN, None, 0.25, False, ())


def test_a_whole_request() -> None:
    query = {"of": "line_fit,two_halves,line_fit", "viewer": NAME, "turn": "7", "wait": "1.5",
             "listed": "1", "ahead": "a,a,b"}  # fmt: skip
    asked = overlay_request(query, KNOWN)
    assert asked == OverlayRequest(
        ("line_fit", "two_halves"), Viewer(NAME, 7), 1.5, True, ("a", "b")
    )


def test_one_may_ask_for_none() -> None:
    assert overlay_request({"of": ""}, KNOWN).of == ()


@pytest.mark.parametrize(
    "query",
    [
        {"viewer": "short"},
        {"viewer": "x" * 41},
        {"viewer": f"{NAME}/.."},
        {"viewer": NAME, "turn": "-1"},
        {"viewer": NAME, "turn": "1" * 10},
        {"viewer": NAME, "turn": "1.5"},
        {"wait": "-1"},
        {"wait": "nan"},
        {"wait": "inf"},
        {"wait": "soon"},
        {"wait": str(MAX_WAIT_S + 1)},
    ],
)
def test_what_makes_no_sense_is_named(query: dict[str, str]) -> None:
    (name,) = query.keys() - {"turn"} if "wait" not in query else {"wait"}
    with pytest.raises(SettingError, match=f"^{name}="):
        overlay_request(query, KNOWN)


@given(
    st.dictionaries(st.sampled_from(["of", "viewer", "turn", "wait", "listed", "ahead"]), st.text())
)
def test_any_query_is_answered_or_refused(query: dict[str, str]) -> None:
    with suppress(SettingError):
        asked = overlay_request(query, KNOWN)
        assert 0 <= asked.wait_s <= MAX_WAIT_S
        assert asked.viewer is None or len(asked.viewer.name) <= 40


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"viewer": NAME},
        {"viewer": NAME, "turn": "1"},
        {"viewer": NAME, "turn": True},
        {"viewer": NAME, "turn": -1},
        {"viewer": 5, "turn": 1},
    ],
)
def test_leaving_needs_a_viewer_and_a_turn(body: Any) -> None:
    with pytest.raises(SettingError, match="Expected"):
        leaving_viewer(body)


def test_leaving() -> None:
    assert leaving_viewer({"viewer": NAME, "turn": 3}) == Viewer(NAME, 3)
