"""An event depends on the mix, the seed and its number alone."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.simulation import chunk
from reco_core.afp.simulation.chunk import EVENTS_PER_CHUNK, Job, simulate_chunk

ALL_BAD = Job("beam", 4, EVENTS_PER_CHUNK, 1.0)


def same(a, b):
    return (
        all(np.array_equal(x, y) for x, y in zip(a.hits, b.hits, strict=True))
        and np.array_equal(a.truth, b.truth)
        and np.array_equal(a.kind, b.kind)
    )


def test_again_gives_the_same():
    assert same(simulate_chunk(ALL_BAD, 0), simulate_chunk(ALL_BAD, 0))


def test_a_full_output_changes_nothing(monkeypatch):
    whole = simulate_chunk(ALL_BAD, 0)
    assert len(whole.hits.plane) > 50_000
    monkeypatch.setattr(chunk, "OUTPUT_HITS", 30_000)
    assert same(simulate_chunk(ALL_BAD, 0), whole)


def test_fewer_events_are_the_first_of_more():
    few = simulate_chunk(Job("beam", 4, 70, 0.3), 0)
    many = simulate_chunk(Job("beam", 4, EVENTS_PER_CHUNK, 0.3), 0)
    assert few.hits.n_events == 70
    assert all(np.array_equal(a, b) for a, b in zip(few.hits, many.hits.part(0, 70), strict=True))


@pytest.mark.parametrize("other", [Job("beam", 5, 2_000, 0.0), Job("test", 4, 2_000, 0.0)])
def test_another_seed_or_mix_shares_no_event(other):
    mine = simulate_chunk(Job("beam", 4, 2_000, 0.0), 0)
    assert not set(mine.truth[:, 1]) & set(simulate_chunk(other, 0).truth[:, 1])


def test_the_next_chunk_is_another_one():
    first, second = (simulate_chunk(Job("beam", 4, 10_000, 0.0), k) for k in (0, 1))
    assert not set(first.truth[:, 1]) & set(second.truth[:, 1])
    assert (second.first, second.run, second.first_of_run) == (EVENTS_PER_CHUNK, 1, 0)


def test_a_run_ends_as_its_mix_says():
    beam, test = (Job(mix, 4, 100_000, 0.0) for mix in ("beam", "test"))
    assert [simulate_chunk(beam, k).run for k in (0, 19, 20)] == [1, 1, 2]
    assert [simulate_chunk(test, k).run for k in (0, 1, 2)] == [1, 2, 3]
    assert simulate_chunk(beam, 21).first_of_run == 20 * EVENTS_PER_CHUNK
