"""Addresses of pages: one row per page, matched and made here and nowhere else.

One dcc.Location and this table take the place of dash's own pages: its router builds a page's
layout anew at every address, which would tear the 3D canvas down at each event
(docs/decisions/0004).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from reco_core.errors import NotFoundError

_EVENT = re.compile(r"/event/(?P<dataset>[A-Za-z0-9._-]{1,100})(?:/(?P<event_id>[^/]{1,40}))?/?")
_WHOLE_NUMBER = re.compile("[0-9]{1,19}")
MAX_EVENT_ID = 2**63 - 1
PERFORMANCE = "/performance"  # a document of its own (pages/performance.py), matched by Flask
AFP = "/afp"  # likewise (pages/afp.py, afp_run.py, afp_performance.py)


@dataclass(frozen=True)
class EventAddress:
    """What an address asks for; None = the first one."""

    dataset: str | None
    event_id: int | None


def parse_path(path: str) -> EventAddress:
    """The event that '/', '/event/<data set>' or '/event/<data set>/<event id>' asks for.

    NotFoundError where the address has another form.
    """
    if path in ("", "/"):
        return EventAddress(None, None)
    match = _EVENT.fullmatch(path)
    if not match:
        raise NotFoundError(
            f"There is no page {path[:80]!r}. An event's address is /event/<data set>/<event id>; "
            "/ opens the first event."
        )
    event_id = match["event_id"]
    return EventAddress(match["dataset"], None if event_id is None else parse_event_id(event_id))


def event_path(dataset: str, event_id: int) -> str:
    """The address of an event: '/event/kaggle/24'."""
    return f"/event/{quote(dataset, safe='')}/{event_id}"


def event_path_of(dataset: str | None) -> str:
    """The address of the first event of a data set (None: of the first data set)."""
    return "/" if dataset is None else f"/event/{quote(dataset, safe='')}"


def performance_path(dataset: str) -> str:
    """The address of the page Performance: '/performance/kaggle'; without a data set the first."""
    return f"{PERFORMANCE}/{quote(dataset, safe='')}"


def afp_event_path(dataset: str, event_id: int) -> str:
    """The address of an AFP event: '/afp/protons/12'."""
    return f"{AFP}/{quote(dataset, safe='')}/{event_id}"


def afp_path(dataset: str | None) -> str:
    """The address of the first event of an AFP data set (None: of the first data set)."""
    return AFP if dataset is None else f"{AFP}/{quote(dataset, safe='')}"


def afp_performance_path(dataset: str | None) -> str:
    """The address of the page Performance of an AFP data set (None: of the first data set)."""
    return f"{afp_path(dataset)}/performance" if dataset else AFP


def parse_event_id(text: str) -> int:
    """The number typed as an event id, or NotFoundError saying what one is."""
    if not _WHOLE_NUMBER.fullmatch(text) or int(text) > MAX_EVENT_ID:
        raise NotFoundError(
            f"{text[:40]!r} is not an event id: expected a whole number from 0 to {MAX_EVENT_ID}."
        )
    return int(text)
