"""The app on a folder of small AFP data sets."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from dash import Dash
from flask.testing import FlaskClient

from app.main import create_app
from app.settings import load_settings
from tests.reco_core.afp.small_files import (
    image_of,
    tree_of,
    write_images,
    write_stored,
    write_tree,
)

PROTON = [(plane, 100 + row, 40, 9163.0 + row) for plane in range(4) for row in (0, 1)]
CLASSES = ["single_proton", "shower", "single_proton", "own class", None]


def write_protons(folder: Path) -> Path:
    """Five events: a proton, 5,000 hits, a proton, one hit, none."""
    crowd = [(k % 4, (k // 4) % 336, (k // 1344) % 80, 2413.0) for k in range(5000)]
    hits = {0: PROTON, 1: crowd, 2: PROTON, 3: [(2, 335, 79, 34627.0)]}
    truth = {
        "event_id": range(5), "event_class": CLASSES, "run": [7] * 5, "evn": range(10, 15),
        "station": [3] * 5,
    }  # fmt: skip
    return write_stored(folder, hits, truth=truth)


def write_all(root: Path) -> Path:
    """Hits, images, a ROOT file, and files that are none of these."""
    write_protons(root / "protons")
    write_images(root / "images.npy", np.stack([image_of([(0, 5, 6, 1.0)])] * 2))
    write_tree(root / "336505.root", tree_of([[(0, 0, 12, 13, 8000.0)], [(2, 1, 1, 1, 9000.0)]]))
    (root / "broken.npy").write_bytes(b"no array")
    return root


def app_of(data: Path, **more: str) -> Dash:
    folder = data.parent
    return create_app(load_settings({
        "HITSCOPE_DATA": str(data),
        "HITSCOPE_CACHE_DIR": str(folder / "cache"),
        "HITSCOPE_RUNTIME_DIR": str(folder / "runtime"),
        **more,
    }))  # fmt: skip


def got(client: FlaskClient, address: str, headers: Mapping[str, str] | None = None) -> Any:
    """The answer, once the data set is read."""
    end_s = time.monotonic() + 20
    while True:
        answer = client.get(address, headers=headers)
        if answer.status_code != 202 or time.monotonic() > end_s:
            return answer


def keys_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [row["key"] for row in rows]
