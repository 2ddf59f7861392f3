"""A particle that somebody holds in hand, as requests give it: every part of it may be hostile.

Light to import: web workers and the inference process both check with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from reco_core.errors import SettingError

FITS: Final[Mapping[str, tuple[str, ...]]] = {
    "track": ("spe_fit", "mpe_fit"),
    "cascade": ("cascade_fit",),
}
FIELDS: Final = ("kind", "zenith", "azimuth", "point_m", "time_ns", "fit")
FARTHEST_M: Final = 1e5
LONGEST_NS: Final = 2.0**32
COMPILING: Final = "The likelihood is being compiled; that takes some seconds, once."
BUSY: Final = "The server is busy; the likelihood comes when it is not."

Answer = dict[str, Any]


@dataclass(frozen=True)
class HandRequest:
    """kind : 'track' or 'cascade'.  zenith, azimuth : rad, where it came from.  point_m : where it
    is at time_ns, ns since the event's first pulse; of a cascade the vertex.  fit : by which fit
    (FITS) the likeliest one near it is wanted, None for its own likelihood alone.
    """

    kind: str
    zenith: float
    azimuth: float
    point_m: tuple[float, float, float]
    time_ns: float
    fit: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def hand_request(body: Any) -> HandRequest:
    """The request in a JSON object; SettingError names the part that makes no sense."""
    if not isinstance(body, dict) or not set(FIELDS[:-1]) <= set(body) <= set(FIELDS):
        raise SettingError(
            f"Expected a JSON object with the fields {', '.join(FIELDS[:-1])}, and perhaps fit."
        )
    kind, point, fit = body["kind"], body["point_m"], body.get("fit")
    if not isinstance(kind, str) or kind not in FITS:
        raise _wrong("kind", kind, f"one of {', '.join(FITS)}")
    if not isinstance(point, list | tuple) or len(point) != 3:
        raise _wrong("point_m", point, "x, y and z in m")
    if fit is not None and (not isinstance(fit, str) or fit not in FITS[kind]):
        raise _wrong("fit", fit, f"null or one of {', '.join(FITS[kind])} for a {kind}")
    x, y, z = (_number("point_m", value, -FARTHEST_M, FARTHEST_M, "m") for value in point)
    return HandRequest(
        kind,
        _number("zenith", body["zenith"], 0.0, math.pi, "rad"),
        _number("azimuth", body["azimuth"], 0.0, 2 * math.pi, "rad"),
        (x, y, z),
        _number("time_ns", body["time_ns"], -LONGEST_NS, LONGEST_NS, "ns"),
        fit,
    )


def _number(name: str, value: Any, low: float, high: float, unit: str) -> float:
    """Not NaN; nor true and false, which Python counts among the whole numbers."""
    if type(value) in (int, float) and low <= value <= high:
        return float(value)
    raise _wrong(name, value, f"a number from {low:g} to {high:g} {unit}")


def _wrong(name: str, value: Any, expected: str) -> SettingError:
    return SettingError(f"{name} is {repr(value)[:80]}; expected {expected}.")


def without(state: str, message: str) -> Answer:
    """An answer without numbers, for now ('starting', 'queued') or for good ('failed')."""
    return {
        "state": state, "message": message, "log_likelihood": {}, "n_doms": None,
        "energy_gev": None, "held": None,
    }  # fmt: skip
