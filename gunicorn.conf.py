"""Settings of gunicorn, from app.settings alone."""

import ctypes
import gc
import os
import shutil

from gunicorn.glogging import Logger

from app import logs, metrics_files
from app.settings import load_settings
from reco_core.errors import HitscopeError

_settings = load_settings()
_metrics_folder = metrics_files.folder_of(_settings, os.getpid())

bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
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

    Left to itself glibc keeps what its threads have freed, and the workers grow
    (docs/benchmarks.md). Other C libraries have no mallopt and need none.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _GIVE_BACK_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _GIVE_BACK_BYTES)
    if hasattr(server, "metrics_lock"):
        # Imported here: what the server process holds no reload brings up to date.
        from app import metrics

        metrics.join(str(worker.slot))


def post_worker_init(worker):
    """What is loaded by now stays for good: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    inference = getattr(worker.wsgi, "config", {}).get("inference")
    if inference is not None:
        inference.start()


def child_exit(server, worker):
    """A worker is gone, however: what it measured of itself no longer holds."""
    metrics_files.forget(_metrics_folder, str(worker.slot))


def on_exit(server):
    """At an orderly end; the next server removes what another end leaves."""
    shutil.rmtree(_metrics_folder, ignore_errors=True)
