"""Settings of gunicorn, from app.settings alone."""

import ctypes
import gc
import os
import signal
import sys
from contextlib import suppress
from queue import Empty

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from app import logs, metrics_files
from app.settings import load_settings
from reco_core.errors import HitscopeError

_settings = load_settings()
_metrics_folder = metrics_files.folder_of(_settings, os.getpid())

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.workers
threads = _settings.threads
preload_app = False
timeout = 120
graceful_timeout = 30
keepalive = 5
max_requests = 2000
max_requests_jitter = 200
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1"

raw_env = [
    # The arrays of an event are small: threads of the linear algebra cost more than they gain.
    "OPENBLAS_NUM_THREADS=1",
    f"PROMETHEUS_MULTIPROC_DIR={_metrics_folder}",
]

_M_TRIM_THRESHOLD = -1  # of glibc's mallopt(3)
_M_MMAP_THRESHOLD = -3
_GIVE_BACK_BYTES = 1_000_000
_TO_END = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
_QUICK_END_S = 3


class Worker(ThreadWorker):
    """gunicorn's gthread, which ends when it is told to and not in a deadlock of its own.

    Ctrl-C in a terminal reaches the workers too, just before the server tells them.
    """

    def init_signals(self):
        """To end is the server's to say."""
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def handle_quit(self, sig, frame):
        """End now. ThreadWorker's own takes a lock that the code it interrupts may hold.

        While it boots nothing is under way, and what is being imported could make an error of the
        exit, which the server would take for a worker that cannot boot.
        """
        if not self.booted:
            os._exit(0)
        signal.signal(signal.SIGQUIT, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
        signal.alarm(_QUICK_END_S)  # requests under way do not hold it up for longer
        self.alive = False
        sys.exit(0)


worker_class = Worker


class logger_class(Logger):
    """gunicorn's own lines in the form of all others.

    Not logconfig_dict: with it gunicorn makes up an access record for every request, wanted or not.
    """

    def setup(self, cfg):
        """At start, and again at a reload."""
        super().setup(cfg)
        logs.configure(self.loglevel)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(logs.LineFormatter())


def on_starting(server):
    """A folder for the numbers of all processes; not at a reload, where counting goes on."""
    try:
        server.metrics_lock = metrics_files.claim(_metrics_folder)
    except (OSError, HitscopeError) as error:
        server.log.warning("each worker counts its requests for itself: %s", error)


def pre_fork(server, worker):
    """A number for the worker that none of those alive has."""
    alive = server.WORKERS.values()
    worker.slot = metrics_files.lowest_free(getattr(other, "slot", None) for other in alive)


def post_fork(server, worker):
    """Give freed arrays back to the system, and count with the other workers.

    A signal that comes before gunicorn has set the worker's own handlers would be lost: until then
    it ends the worker.

    Left to itself glibc keeps what its threads have freed, and the workers grow
    (docs/benchmarks.md). Other C libraries have no mallopt and need none.
    """
    for number in _TO_END:
        signal.signal(number, lambda *_: os._exit(0))
    if _was_told_to_end(server):
        os._exit(0)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _GIVE_BACK_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _GIVE_BACK_BYTES)
    if hasattr(server, "metrics_lock"):
        # Imported here: what the server process holds no reload brings up to date.
        from app import metrics

        metrics.join(str(worker.slot))


def _was_told_to_end(server):
    """Since it was forked a worker has noted signals as the server does, where nobody looks."""
    told = set()
    with suppress(Empty):
        while True:
            told.add(server.SIG_QUEUE.get_nowait())
    return not told.isdisjoint(_TO_END)


def post_worker_init(worker):
    """What is loaded by now stays for good: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    inference = getattr(worker.wsgi, "config", {}).get("inference")
    if inference is not None:
        inference.start(worker.ppid)


def child_exit(server, worker):
    """A worker is gone, however: what it measured of itself no longer holds."""
    metrics_files.forget(_metrics_folder, str(worker.slot))


def on_exit(server):
    """At an orderly end; the next server removes what another end leaves."""
    metrics_files.remove(_metrics_folder)
