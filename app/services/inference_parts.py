"""What the inference process is made of, put together. Imported by it alone: it is heavy."""

from __future__ import annotations

from app import metrics
from app.services.afp_job_run import RunnableAfp
from app.services.afp_library import AfpLibrary
from app.services.algorithms import Algorithm, find_algorithms
from app.services.answers import Answer, encode
from app.services.cache import ResultCache
from app.services.events import Library
from app.services.inference_afp import AfpWork
from app.services.inference_afp_occupancy import OccupancyWork
from app.services.inference_afp_parts import Places
from app.services.inference_afp_performance import PerformanceWork
from app.services.inference_ahead import Ahead
from app.services.inference_deaths import Deaths
from app.services.inference_folder import Meeting
from app.services.inference_hand import Hand
from app.services.inference_queue import Queue
from app.services.inference_requests import Requests
from app.services.inference_work import Work
from app.services.job_runner import JobRunner
from app.services.jobs import Jobs
from app.services.weights import Weights
from app.settings import Settings


class Parts:
    """Raises SettingError where a plug-in cannot be used."""

    def __init__(self, settings: Settings, meeting: Meeting, server_pid: int) -> None:
        metrics.join("inference")
        algorithms = find_algorithms(settings.plugins, settings.hard_degrees)
        library = Library(settings.data, settings.cache_dir / "indexes", settings.cache_bytes)
        cache = ResultCache(settings.cache_dir / "results", settings.result_bytes)
        queue = Queue()
        afp_library = AfpLibrary(settings.data, settings.cache_dir / "indexes", library.keys)
        places = Places()
        self.deaths = Deaths(meeting, settings.inference_limit_s)
        ahead = Ahead(library, algorithms, queue, self.deaths)
        weights = Weights()
        jobs = JobRunner(
            library, algorithms, cache, settings.cache_dir, self.deaths, weights.load, _note_job,
            [RunnableAfp(afp_library, settings.cache_dir, places, self.deaths)],
        )  # fmt: skip
        tables = Jobs(library, algorithms, settings.cache_dir)
        self.work = Work(
            library, algorithms, cache, queue, self.deaths, ahead, jobs, tables, weights
        )
        afp = AfpWork(afp_library, places)
        self.requests = Requests(
            algorithms, queue, self.deaths, ahead, self.work, server_pid, Hand(library),
            afp, OccupancyWork(afp_library, cache),
            PerformanceWork(afp_library, cache, settings.cache_dir),
        )  # fmt: skip
        for algorithm in algorithms.values():
            encode(Answer("no answer", {}), algorithm)  # the first time takes longest


def _note_job(algorithm: Algorithm, n_events: int) -> None:
    metrics.JOB_EVENTS.labels(algorithm.key).inc(n_events)
