"""The cache of results in processes that fork after they used it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.services.cache_helpers import child


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.mark.parametrize("ending", ["os._exit(0)", "sys.exit(0)"])
def test_a_fork_after_use(folder: Path, ending: str) -> None:
    code = f"""
from concurrent.futures import ThreadPoolExecutor
cache.once("key", lambda: b"value")
with ThreadPoolExecutor(4) as threads:
    list(threads.map(cache.get, ["key"] * 20))
    children = []
    for number in range(4):
        if not (pid := os.fork()):
            assert cache.get("key") == b"value"
            assert cache.once(f"child {{number}}", lambda: b"answer") == b"answer"
            {ending}
        children.append(pid)
        assert cache.once(f"parent {{number}}", lambda: b"answer") == b"answer"
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4
for number in range(4):
    assert cache.get(f"child {{number}}") == cache.get(f"parent {{number}}") == b"answer"
cache.close()
again = ResultCache(folder, 50_000_000)
assert again.get("child 3") == again.get("parent 3") == b"answer"
"""
    assert child(code, folder) == []


def test_a_fork_while_a_thread_is_opening(folder: Path) -> None:
    code = """
with cache._results._own.opening:
    if not (pid := os.fork()):
        signal.alarm(20)
        assert cache.once("key", lambda: b"answer") == b"answer"
        os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
assert cache.get("key") == b"answer"
"""
    assert child(code, folder) == []


def test_a_child_goes_on_when_its_parent_closes(folder: Path) -> None:
    """Were a connection carried over the fork, the parent would close the child's log with it."""
    code = """
cache.set("key", b"value")
(from_child, to_parent), (from_parent, to_child) = os.pipe(), os.pipe()
if not (pid := os.fork()):
    assert cache.get("key") == b"value"
    os.write(to_parent, b".")
    os.read(from_parent, 1)
    cache.set("late", b"value")
    os._exit(0)
assert cache.get("key") == b"value"
os.read(from_child, 1)
cache.close()
os.write(to_child, b".")
assert os.waitpid(pid, 0)[1] == 0
assert cache.get("late") == b"value"
"""
    assert child(code, folder) == []
