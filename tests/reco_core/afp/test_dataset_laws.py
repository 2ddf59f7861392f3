"""What goes into a file comes out of the data set, whatever the form."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reco_core.afp.dataset import open_afp
from reco_core.afp.hits import images, joined
from tests.reco_core.afp.small_files import (
    image_of,
    pixels_of,
    tree_of,
    write_images,
    write_stored,
    write_tree,
)

PIXEL = st.tuples(st.integers(0, 3), st.integers(0, 335), st.integers(0, 79))
EVENT = st.dictionaries(PIXEL, st.integers(1, 60_000), min_size=1, max_size=10)


@settings(max_examples=15, deadline=None)
@given(st.lists(EVENT, min_size=1, max_size=4))
def test_all_forms_give_the_same_events(events) -> None:
    hits = [sorted((*pixel, float(q)) for pixel, q in event.items()) for event in events]
    corners = [(0, 0, 0, 0, 1.0), (3, 3, 335, 79, 1.0)]  # one at each end: counted from 0
    entries = [[(1, *hit) for hit in event] for event in hits] + [corners]
    with TemporaryDirectory() as name:
        folder = Path(name)
        stack = np.stack([image_of(event, np.float32) for event in hits])
        paths = [
            write_images(folder / "hits.npy", stack),
            write_stored(folder / "stored", dict(enumerate(hits))),
            write_tree(folder / "hits.root", tree_of(entries, slots=10)),
        ]
        for path in paths:
            dataset = open_afp(path, folder / "index")
            found = [pixels_of(dataset.event(k).hits) for k in range(len(hits))]
            assert found == hits, path
            again = joined([batch for _, batch in dataset.blocks(2)]).part(0, len(hits))
            assert (images(again) == stack.transpose(0, 3, 1, 2)).all()
