"""Settings of gunicorn, from app.settings alone."""

import ctypes
import gc

from app.settings import load_settings

_settings = load_settings()

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

# The arrays of an event are small: threads of the linear algebra cost more than they gain.
raw_env = ["OPENBLAS_NUM_THREADS=1"]

_M_TRIM_THRESHOLD = -1  # of glibc's mallopt(3)
_M_MMAP_THRESHOLD = -3
_GIVE_BACK_BYTES = 1_000_000


def post_fork(server, worker):
    """Give freed arrays back to the system.

    Left to itself glibc keeps what its threads have freed, and the workers grow
    (docs/benchmarks.md). Other C libraries have no mallopt and need none.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _GIVE_BACK_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _GIVE_BACK_BYTES)


def post_worker_init(worker):
    """What is loaded by now stays for good: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
