"""What may be said of a particle in hand, and what may not."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.held import FIELDS, FITS, HandRequest, hand_request
from reco_core.errors import SettingError
from reco_core.icecube.likelihood import by_hand, cascade_by_hand

ROOT = Path(__file__).resolve().parents[3]
GOOD: dict[str, Any] = {
    "kind": "track", "zenith": 1, "azimuth": 2.5, "point_m": [1, -2.5, 3e4], "time_ns": 1234.5,
}  # fmt: skip
ODD = [None, True, "1", math.nan, math.inf, -math.inf, 1e300, 10**400, [], {}, [1], "\ud800"]


def test_a_good_request_and_its_way_through_json() -> None:
    asked = hand_request(GOOD)
    assert asked == HandRequest("track", 1.0, 2.5, (1.0, -2.5, 3e4), 1234.5)
    assert hand_request(json.loads(json.dumps(asked.as_json()))) == asked


@pytest.mark.parametrize("name", ["zenith", "azimuth", "time_ns", "point_m", "kind"])
@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_what_makes_no_sense_is_named(name: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"^{name} is .*; expected") as error:
        hand_request(GOOD | {name: value})
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"zenith": -0.001}, "zenith is -0.001; expected a number from 0 to 3.14159 rad."),
        ({"azimuth": 6.3}, "azimuth is 6.3; expected a number from 0 to 6.28319 rad."),
        ({"point_m": [0, 0, 2e5]}, "point_m is 200000.0; expected a number from"),
        ({"point_m": [0, 0, None]}, "point_m is None; expected a number from"),
        ({"fit": "cascade_fit"}, "fit is 'cascade_fit'; expected null or one of spe_fit, mpe_fit"),
        ({"fit": ["spe_fit"]}, "fit is ['spe_fit']; expected null"),
        ({"more": 1}, "Expected a JSON object with the fields kind, zenith"),
    ],
)
def test_the_message_says_what_was_expected(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=f"^{re.escape(message)}"):
        hand_request(GOOD | change)


@pytest.mark.parametrize("body", [None, [], "x", 5, {}, {"kind": "track"}])
def test_a_request_is_an_object_with_all_fields(body: Any) -> None:
    with pytest.raises(SettingError, match="Expected a JSON object"):
        hand_request(body)


VALUES = st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.lists(st.floats()))


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_any_object_is_understood_or_refused(body: dict[str, Any]) -> None:
    with suppress(SettingError):
        assert math.isfinite(hand_request(body).time_ns)


def test_the_fits_are_those_of_the_likelihoods() -> None:
    assert dict(FITS) == {"track": by_hand.FITS, "cascade": (cascade_by_hand.FIT,)}


def test_web_workers_load_nothing_that_computes() -> None:
    heavy = {"numba", "scipy", "xgboost"}
    code = f"import sys, app.main, app.api_hand; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"set()\n"
