from __future__ import annotations

import threading
import time

import pytest

from reco_core.in_threads import in_order


@pytest.mark.parametrize("threads", [1, 3])
def test_results_come_in_order_whichever_is_done_first(threads):
    def late(k):
        time.sleep(0.002 * (5 - k % 5))
        return k * k

    assert list(in_order(late, range(20), threads)) == [k * k for k in range(20)]


def test_tasks_are_not_taken_far_ahead():
    taken = []

    def tasks():
        for k in range(100):
            taken.append(k)
            yield k

    results = in_order(lambda k: k, tasks(), 2)
    next(results)
    assert len(taken) <= 4
    results.close()


def test_tasks_run_beside_one_another():
    together = threading.Barrier(3, timeout=10)
    assert list(in_order(lambda k: together.wait() >= 0, range(3), 3)) == [True] * 3


def test_an_error_reaches_who_asks():
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda k: 1 / k, [1, 0, 2], 2))
