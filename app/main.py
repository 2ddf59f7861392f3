"""create_app(settings), and `server` for gunicorn."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

from dash import Dash

from app import (
    api,
    api_afp,
    api_afp_occupancy,
    api_afp_performance,
    api_afp_scores,
    api_hand,
    api_jobs,
    api_performance,
    dash_requests,
    health,
    metrics,
    security,
    timing,
)
from app.pages import afp, afp_performance, afp_run, event, performance
from app.services.afp_jobs import AfpKind
from app.services.afp_library import AfpLibrary
from app.services.afp_score_table import AfpScores
from app.services.algorithms import find_algorithms
from app.services.cache import ResultCache
from app.services.events import Library
from app.services.inference import Inference
from app.services.jobs import Jobs
from app.services.performance import Performance
from app.services.results import Results
from app.settings import ROOT, Settings, load_settings


def create_app(settings: Settings) -> Dash:
    """The whole app; data are opened at the first request, not here."""
    app = Dash(
        "app",
        title="Hitscope",
        update_title="",
        assets_folder=str(ROOT / "assets"),
        assets_path_ignore=["display"],
        suppress_callback_exceptions=True,
        add_log_handler=False,  # app/logs.py writes what is logged, each line once
    )
    timing.measure(app.server)
    security.answer_to(app.server, security.allowed_hosts(settings.host, settings.hosts))
    app.layout = event.layout()
    event.register(app)
    performance.register(app)
    afp.register(app)
    afp_run.register(app)
    afp_performance.register(app)
    dash_requests.guard(app)
    app.server.config |= services_of(settings)
    services = app.server.config
    health.register(app.server, lambda: services["inference"].state, partial(_count, services))
    app.server.register_blueprint(api.blueprint)
    app.server.register_blueprint(api_jobs.blueprint)
    app.server.register_blueprint(api_hand.blueprint)
    app.server.register_blueprint(api_performance.blueprint)
    app.server.register_blueprint(api_afp.blueprint)
    app.server.register_blueprint(api_afp_occupancy.blueprint)
    app.server.register_blueprint(api_afp_performance.blueprint)
    app.server.register_blueprint(api_afp_scores.blueprint)
    security.protect(app.server, security.content_security_policy(app))
    _warm(app)
    return app


def services_of(settings: Settings) -> dict[str, Any]:
    """The services by the names under which routes and callbacks find them."""
    library = Library(settings.data, settings.cache_dir / "indexes", settings.cache_bytes)
    algorithms = find_algorithms(settings.plugins, settings.hard_degrees)
    cache = ResultCache(
        settings.cache_dir / "results", settings.result_bytes, metrics.note_cache_lookup
    )
    inference = Inference(settings)
    afp = AfpLibrary(settings.data, settings.cache_dir / "indexes", library.keys)
    jobs = Jobs(library, algorithms, settings.cache_dir, AfpKind(afp, settings.cache_dir))
    return {
        "library": library,
        "afp": afp,
        "afp_scores": AfpScores(settings.cache_dir),
        "results": Results(algorithms, cache, inference, settings.threads // 2),
        "jobs": jobs,
        "jobs_changed": inference.jobs_changed,
        "performance": Performance(library, jobs, algorithms, cache),
        "inference": inference,
        "ahead": settings.ahead,
        "downloads": threading.BoundedSemaphore(max(1, settings.threads // 2)),
    }


def _count(services: Mapping[str, Any]) -> int | str:
    """How many data sets there are, or the reason why there are none."""
    found, n_afp = services["library"].count(), len(services["afp"].datasets)
    return found + n_afp if isinstance(found, int) else n_afp or found


def _warm(app: Dash) -> None:
    """Serve the first page once, to nobody.

    Dash learns which scripts it may serve while it makes a page. Without this a worker whose first
    request is a script, for a page that another worker made, answers 500.
    """
    app.server.test_client().get("/", environ_overrides={timing.OWN_REQUEST: True})


def __getattr__(name: str) -> Any:
    """`server`, made when gunicorn asks for it: importing this module does no work."""
    if name == "server":
        return create_app(load_settings()).server
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
