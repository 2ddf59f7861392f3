"""Asking the inference process, and what it does with what it is asked."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from app.services.cache import ResultCache
from app.services.inference import Place, Viewer
from app.services.inference_folder import settings_json
from reco_core.errors import ServiceError
from tests.app.services.inference_server import (
    Served,
    begun,
    counted,
)
from tests.reco_core.icecube.small_datasets import pulse_table, write_batch

ROOT = Path(__file__).resolve().parents[3]


def cache_of(made: Served) -> ResultCache:
    return ResultCache(made.settings.cache_dir / "results", made.settings.result_bytes)


def test_an_answer_comes_and_is_kept_on_disk(slow: Served) -> None:
    state = slow.ended("quick", 7)
    assert state.state == "done"
    cache = cache_of(slow)
    assert cache.get(slow.key("quick", 7)) == state.kept
    cache.close()


def test_asking_returns_when_the_first_of_several_is_done(slow: Served) -> None:
    slow.ready_pid()
    keys = {name: slow.key(name, 7) for name in ("quick", "slow")}
    states = slow.inference.ask(Place("set", 7), keys, None, 5.0)
    assert states["quick"].state == "done"
    assert states["slow"].state in ("queued", "computing")


def test_who_asks_waits_no_longer_than_told(slow: Served) -> None:
    slow.ready_pid()
    started_s = time.monotonic()
    assert slow.ask("slow", 1, wait_s=0.1).state in ("queued", "computing")
    assert time.monotonic() - started_s < 2  # the state says that it did not wait for the end


def test_before_the_process_is_there_it_is_starting(slow: Served) -> None:
    assert slow.ask("quick", 1).state == "starting"
    assert slow.inference.status().state == "starting"


def test_asking_for_nothing_and_for_too_much(slow: Served) -> None:
    assert slow.inference.ask(Place("set", 1), {}, None, 1.0) == {}
    keys = {f"a{k}": "0" * 64 for k in range(65)}
    with pytest.raises(ServiceError, match="65 results were asked for; at most 64"):
        slow.inference.ask(Place("set", 1), keys, None, 1.0)


def test_many_who_ask_from_several_processes_compute_once(slow: Served, counts: Path) -> None:
    slow.ready_pid()
    code = f"""
import sys
from app.services.inference import Inference, Place
from app.services.inference_folder import settings_of_json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
inference = Inference(settings_of_json(sys.argv[1]), {slow.server.pid})
def ask(_):
    while (state := inference.ask(Place("set", 5), {{"slow": sys.argv[2]}}, None, 0.25)["slow"]
           ).state != "done": pass
    return state.kept
with ThreadPoolExecutor(8) as threads:
    print(len(set(threads.map(ask, range(8)))), flush=True)
inference.close()
"""
    command = [sys.executable, "-c", code, settings_json(slow.settings), slow.key("slow", 5)]
    askers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(4)]
    assert [asker.communicate(timeout=60)[0] for asker in askers] == [b"1\n"] * 4
    assert counted(counts) == ["slow 5"]


def test_what_waits_is_computed_in_batches(slow: Served, counts: Path) -> None:
    slow.ready_pid()
    slow.ask("slow", 1)
    begun(counts, "slow 1")
    for event_id in range(1, 13):  # these wait while that one computes
        slow.ask("batched", event_id)
    assert all(slow.ended("batched", event_id).state == "done" for event_id in range(1, 13))
    sizes = Counter(line.split()[0] for line in counted(counts))
    assert sizes == {"slow": 1, "batched-8": 8, "batched-4": 4}


@pytest.mark.parametrize(
    ("algorithm", "message"),
    [
        ("broken", "Broken ended with an error: ValueError('a mistake in the algorithm')."),
        ("exiting", "exiting ended with an error: SystemExit("),
        ("too_few", "Algorithm 'too_few' gave 0 answers to 1 events."),
        ("not_a_number", "Algorithm 'not_a_number' gave zenith = nan."),
        ("unloadable", "unloadable ended with an error: FileNotFoundError('weights.safetensors')"),
    ],
)
def test_a_faulty_algorithm_fails_alone_and_is_not_kept(
    faulty: Served, algorithm: str, message: str
) -> None:
    state = faulty.ended(algorithm, 1)
    assert (state.state, state.message[: len(message)]) == ("failed", message)
    cache = cache_of(faulty)
    assert cache.get(faulty.key(algorithm, 1)) is None
    cache.close()
    pid = faulty.ready_pid()
    assert faulty.ended("quick", 1).state == "done"
    assert faulty.ready_pid() == pid


def test_no_answer_is_an_answer(faulty: Served, counts: Path) -> None:
    state = faulty.ended("without_answer", 1)
    assert state.state == "done"
    assert faulty.values(state, "without_answer") == {}
    faulty.ended("without_answer", 1)
    assert counted(counts) == ["without_answer 1"]


def test_unknown_things_are_told(slow: Served) -> None:
    slow.ready_pid()
    ask = slow.inference.ask
    assert ask(Place("set", 1), {"none": "0" * 64}, None, 1.0)["none"].message == (
        "Unknown algorithm 'none'."
    )
    missing = ask(Place("gone", 1), {"quick": "0" * 64}, None, 5.0)["quick"]
    assert missing.message == "There is no data set 'gone'. Those open here: set."
    absent = ask(Place("set", 999), {"quick": "1" * 64}, None, 5.0)["quick"]
    assert absent.message.startswith("No event 999 in data set")


def test_an_event_changed_on_disk_is_not_kept_under_the_old_name(slow: Served) -> None:
    key = slow.key("quick", 1)
    slow.ready_pid()
    write_batch(slow.settings.data, pulse_table(dict.fromkeys(range(1, 41), 9), seed=5))
    state = slow.inference.ask(Place("set", 1), {"quick": key}, None, 10.0)["quick"]
    assert state.state == "failed"
    assert state.message.startswith("The event was changed on disk")
    cache = cache_of(slow)
    assert cache.get(key) is None
    cache.close()


def test_leaving_an_event_drops_what_is_not_begun(slow: Served, counts: Path) -> None:
    slow.ready_pid()
    alone, both, other = Viewer("viewer-1", 1), Viewer("viewer-1", 1), Viewer("viewer-2", 1)
    slow.ask("slow", 1, viewer=alone)
    begun(counts, "slow 1")
    slow.ask("slow", 2, viewer=alone)
    slow.ask("slow", 3, viewer=both)
    slow.ask("slow", 3, viewer=other)
    slow.inference.leave(Viewer("viewer-1", 2))
    assert slow.ended("slow", 3, viewer=other).state == "done"
    assert slow.ended("slow", 2, viewer=Viewer("viewer-1", 1)).state == "cancelled"
    assert slow.ended("slow", 1, viewer=other).state == "done"
    assert counted(counts) == ["slow 1", "slow 3"]


def test_the_next_turn_leaves_the_one_before(slow: Served, counts: Path) -> None:
    slow.ready_pid()
    slow.ask("slow", 1, viewer=Viewer("viewer-1", 1))
    begun(counts, "slow 1")
    slow.ask("slow", 2, viewer=Viewer("viewer-1", 2))
    assert slow.ended("slow", 4, viewer=Viewer("viewer-1", 3)).state == "done"
    assert counted(counts) == ["slow 1", "slow 4"]


def test_neighbours_are_computed_ahead_and_a_shown_event_overtakes(
    slow: Served, counts: Path
) -> None:
    slow.ready_pid()
    slow.ask("slow", 10, viewer=Viewer("viewer-1", 1))
    slow.inference.ahead(Place("set", 10), Viewer("viewer-1", 1), 3, ["slow"])
    begun(counts, "slow 11")
    slow.ended("slow", 30)
    begun(counts, "slow 9")
    done = [line for line in counted(counts) if line.startswith("slow")]
    assert done == [f"slow {k}" for k in (10, 11, 30, 12, 13, 9)]


def test_what_was_computed_ahead_is_there_at_once(slow: Served, counts: Path) -> None:
    slow.ready_pid()
    slow.inference.ahead(Place("set", 10), Viewer("viewer-1", 1), 1, ["slow"])
    begun(counts, "slow 9")
    assert slow.ask("slow", 11, viewer=Viewer("viewer-1", 2)).state == "done"


def test_what_is_no_request_closes_that_connection_alone(slow: Served) -> None:
    pid = slow.ready_pid()
    head = b'{"op": "ask", "blobs": []}'
    framed = len(head).to_bytes(4, "little") + head
    for garbage in (
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(100),
        b"\xff" * 100,
        (4).to_bytes(4, "big") + b"\xff\xff\xff\xff",
        (10**6).to_bytes(4, "big"),
        len(framed).to_bytes(4, "big") + framed,
        (100).to_bytes(4, "big") + b"half",
    ):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(slow.meeting.socket))
            sock.sendall(garbage)
            sock.shutdown(socket.SHUT_WR)
            sock.settimeout(5)
            with suppress(ConnectionResetError):
                while sock.recv(4096):  # until it is closed there
                    pass
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(slow.meeting.socket))  # and gone again
    assert slow.ended("quick", 1).state == "done"
    assert slow.ready_pid() == pid


def test_a_client_can_be_inherited_by_a_fork(slow: Served) -> None:
    """As gunicorn's --preload does it."""
    slow.ready_pid()
    slow.ended("quick", 1)
    code = f"""
import os, sys
from app.services.inference import Inference, Place
from app.services.inference_folder import settings_of_json
inference = Inference(settings_of_json(sys.argv[1]), {slow.server.pid})
ask = lambda: inference.ask(Place("set", 1), {{"quick": sys.argv[2]}}, None, 10.0)
assert ask()["quick"].state == "done"
child = os.fork()
for _ in range(200):
    assert ask()["quick"].state == "done"
if child == 0:
    inference.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
inference.close()
"""
    command = [sys.executable, "-c", code, settings_json(slow.settings), slow.key("quick", 1)]
    done = subprocess.run(
        command, cwd=ROOT, timeout=60, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_client_loads_nothing_heavy() -> None:
    heavy = {"polars", "numpy", "numba", "torch", "diskcache"}
    code = f"import sys, app.services.inference; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"set()\n"


def test_a_damaged_answer_on_disk_is_computed_anew(slow: Served) -> None:
    cache = cache_of(slow)
    cache.set(slow.key("slow", 1), b"HSA1 damaged")
    state = slow.ended("slow", 1)
    assert slow.values(state, "slow")["n_doms_used"] == 5
    assert cache.get(slow.key("slow", 1)) == state.kept
    cache.close()
