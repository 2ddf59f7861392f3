"""A result is computed once among all who ask for it, whatever happens to whoever computes it."""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.services import cache_claims
from app.services.cache import ResultCache
from app.services.cache_claims import Claims, is_dead, new_holder
from app.services.cache_store import Store, Troubles
from tests.app.services.cache_helpers import LIMIT_BYTES, PATIENCE_S, python, until

# Run in processes of their own.
HOLDER = """
import sys, signal
from pathlib import Path
from app.services import cache_claims
from app.services.cache import ResultCache
folder, began, machine, expiry_s = sys.argv[1:]
if machine:
    cache_claims._machine = lambda: machine
def compute():
    Path(began).touch()
    signal.pause()
    return b""
ResultCache(Path(folder), 50_000_000, expiry_s=float(expiry_s)).once("key", compute)
"""

CALLERS = """
import os, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from app.services.cache import ResultCache
folder, notes, n_callers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
cache = ResultCache(folder, 50_000_000)
def note(name):
    with (notes / name).open("a") as file:
        file.write(f"{os.getpid()}\\n")
def compute():
    note("computed")
    while len((notes / "asked").read_text().split()) < n_callers:
        time.sleep(0.01)  # until all have asked while nothing is there
    return b"answer"
def call(_):
    note("asked")
    return cache.once("key", compute)
with ThreadPoolExecutor(8) as threads:
    assert list(threads.map(call, range(8))) == [b"answer"] * 8
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results"


def test_32_callers_in_4_processes_compute_once(tmp_path: Path) -> None:
    callers = [python(CALLERS, tmp_path / "results", tmp_path, 32) for _ in range(4)]
    assert [caller.wait(PATIENCE_S) for caller in callers] == [0] * 4
    assert len((tmp_path / "asked").read_text().split()) == 32
    assert len((tmp_path / "computed").read_text().split()) == 1


@pytest.mark.parametrize("reaped", [True, False], ids=["gone", "zombie"])
def test_the_work_of_a_killed_process_is_taken_over_at_once(tmp_path: Path, reaped: bool) -> None:
    holder = python(HOLDER, tmp_path / "results", tmp_path / "began", "", PATIENCE_S)
    until((tmp_path / "began").exists)
    holder.send_signal(signal.SIGKILL)
    if reaped:
        holder.wait()
    start_s = time.monotonic()
    cache = ResultCache(tmp_path / "results", LIMIT_BYTES, expiry_s=PATIENCE_S)
    assert cache.once("key", lambda: b"answer") == b"answer"
    assert time.monotonic() - start_s < PATIENCE_S / 3
    holder.wait()
    cache.close()


def test_the_claim_of_another_machine_ends_by_expiry(tmp_path: Path) -> None:
    holder = python(HOLDER, tmp_path / "results", tmp_path / "began", "elsewhere", 2.0)
    until((tmp_path / "began").exists)
    holder.kill()
    holder.wait()
    start_s = time.monotonic()
    cache = ResultCache(tmp_path / "results", LIMIT_BYTES, expiry_s=2.0)
    assert cache.once("key", lambda: b"answer") == b"answer"
    assert 0.5 < time.monotonic() - start_s < PATIENCE_S  # renewed at most 2/3 s before
    cache.close()


def test_a_living_holder_keeps_its_claim(folder: Path) -> None:
    """Computing takes four times the expiry: the claim is renewed, nobody else begins."""
    began, computed = threading.Event(), []
    cache = ResultCache(folder, LIMIT_BYTES, expiry_s=0.5)

    def compute() -> bytes:
        began.set()
        computed.append(1)
        time.sleep(2.0)
        return b"answer"

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.once, "key", compute)
        assert began.wait(PATIENCE_S)
        second = threads.submit(cache.once, "key", compute)
        assert first.result() == second.result() == b"answer"
    assert len(computed) == 1
    cache.close()


def claims_in(folder: Path, expiry_s: float) -> Claims:
    store = Store(folder, Troubles(folder), 0.1, eviction_policy="none", cull_limit=10)
    return Claims(store, expiry_s)


def test_a_holder_that_outlives_its_claim_does_not_end_anothers(folder: Path) -> None:
    claims, patient = claims_in(folder, 0.3), claims_in(folder, PATIENCE_S)
    late, other, third = (b"elsewhere %d" % number for number in range(3))
    assert claims.take(["key"], late)
    assert not claims.take(["key"], other)
    until(lambda: patient.take(["key"], other))
    with claims.renewed(["key"], late):
        time.sleep(0.5)  # several times it would renew what it no longer has
        assert not patient.take(["key"], third)
    assert not patient.take(["key"], third)
    with patient.renewed(["key"], other):
        pass
    assert patient.take(["key"], third)
    claims.close()
    patient.close()


def test_a_claim_from_before_the_clock_was_set_back_is_no_claim(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims, real = claims_in(folder, 0.3), time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    assert claims.take(["key"], b"elsewhere 1")
    monkeypatch.setattr(time, "time", real)
    assert claims.take(["key"], b"elsewhere 2")
    claims.close()


def test_a_short_computation_is_not_renewed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal costs as much as the whole of a short computation."""
    renewed: list[str] = []
    monkeypatch.setattr(Claims, "_renew", lambda self, key, holder: renewed.append(key))
    cache = ResultCache(folder, LIMIT_BYTES, expiry_s=PATIENCE_S)
    for number in range(50):
        cache.once(str(number), lambda: time.sleep(0.002) or b"answer")
    assert renewed == []
    cache.close()


def test_an_error_does_not_end_the_renewals(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[str] = []

    def renew(claims: Claims, key: str, holder: bytes) -> None:
        calls.append(key)
        if len(calls) <= 2:
            raise MemoryError("for an instant")

    monkeypatch.setattr(Claims, "_renew", renew)
    cache = ResultCache(folder, LIMIT_BYTES, expiry_s=0.1)
    cache.once("key", lambda: until(lambda: len(calls) > 3) or b"answer")
    assert len(caplog.records) == 1
    assert "was not renewed" in caplog.text
    cache.close()


def test_claiming_never_waits_for_another(folder: Path) -> None:
    mine, other = (ResultCache(folder, LIMIT_BYTES, expiry_s=PATIENCE_S) for _ in range(2))
    other.set("c", b"stored just before")
    with other.claimed(["a"]) as theirs:
        assert theirs == {"a": None}
        with mine.claimed(["a", "b", "c"]) as left:
            assert left == {"b": None, "c": b"stored just before"}
            with other.claimed(["a", "b", "d"]) as rest:
                assert rest == {"d": None}
    with mine.claimed(["a", "b", "d"]) as free:
        assert list(free) == ["a", "b", "d"]
    mine.close()
    other.close()


def test_claims_of_a_batch_are_renewed(folder: Path) -> None:
    mine, other = (ResultCache(folder, LIMIT_BYTES, expiry_s=0.3) for _ in range(2))
    with mine.claimed(["a", "b"]):
        end_s = time.monotonic() + 1.0
        while time.monotonic() < end_s:
            with other.claimed(["a", "b"]) as left:
                assert left == {}
            time.sleep(0.02)
    mine.close()
    other.close()


def test_where_claims_cannot_be_kept_all_is_ones_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ResultCache(folder, LIMIT_BYTES)
    monkeypatch.setattr(Store, "can_write", lambda self: False)
    with cache.claimed(["a", "b"]) as mine:
        assert mine == {"a": None, "b": None}
    cache.close()


def test_where_computing_fails_the_next_tries_at_once(folder: Path) -> None:
    cache = ResultCache(folder, LIMIT_BYTES, expiry_s=PATIENCE_S)
    began, asked = threading.Event(), threading.Event()

    def fail() -> bytes:
        began.set()
        assert asked.wait(PATIENCE_S)
        raise ValueError("a mistake in the algorithm")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.once, "key", fail)
        assert began.wait(PATIENCE_S)
        second = threads.submit(cache.once, "key", lambda: b"answer")
        asked.set()
        with pytest.raises(ValueError, match="a mistake"):
            first.result(PATIENCE_S)
        assert second.result(PATIENCE_S / 3) == b"answer"
    cache.close()


def test_who_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = new_holder()
    assert not is_dead(mine)
    machine, pid, began, word = mine.decode().split()
    assert is_dead(f"{machine} {pid} {int(began) - 1} {word}".encode())  # its number was used again
    assert not is_dead(b"\xff nothing like it")
    monkeypatch.setattr(cache_claims, "_machine", lambda: "another")
    assert not is_dead(f"{machine} {pid} {int(began) - 1} {word}".encode())
