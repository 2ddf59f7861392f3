"""What the inference process finds of whole AFP data sets block by block: once, kept on the disk.

Light to import. It goes on in a thread while somebody asks for it (afp_tasks.py), at most a block
of events in memory.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from app.services.afp_opening import ReadingError
from app.services.afp_run_parts import told
from app.services.afp_tasks import Progress, Steps, Tasks
from app.services.cache import ResultCache
from reco_core.errors import HitscopeError, NotFoundError

PATIENCE_S: Final = 0.3  # small data sets take less; the page asks again

Reply = tuple[dict[str, Any], list[bytes]]

log = logging.getLogger(__name__)


class Found:
    """Safe to share among threads."""

    def __init__(self, cache: ResultCache) -> None:
        self._cache = cache
        self._tasks = Tasks()

    def ask(
        self, of: Sequence[Any], name: str, begin: Callable[[], Steps],
        patience_s: float = PATIENCE_S,
    ) -> Progress:  # fmt: skip
        """How far it is, or what it came to.  of : all that it depends on, as JSON can hold it."""
        key = hashlib.sha256(json.dumps(of).encode()).hexdigest()
        return self._tasks.ask(key, name, lambda: self._kept_or(key, begin), patience_s)

    def _kept_or(self, key: str, begin: Callable[[], Steps]) -> Steps:
        kept = self._cache.get(key)
        if kept is not None:
            return kept
        found = yield from begin()
        self._cache.set(key, found)
        return found


def answered(what: str, answer: Callable[[], Reply]) -> Reply:
    """The answer, or why there is none, told as afp_run_parts.told() does.

    what : "the occupancy of protons", for the log.
    """
    try:
        return answer()
    except ReadingError as reading:
        return told("counting", str(reading), reading.fraction), []
    except NotFoundError as error:
        return told("failed", str(error), error="absent"), []
    except (HitscopeError, OSError) as error:
        return told("failed", str(error), error="data"), []
    except Exception as error:  # the connection would close without a word
        log.exception("%s", what)
        return told("failed", f"{what[0].upper()}{what[1:]} ended with an error: {error!r}."), []
