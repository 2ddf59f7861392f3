"""create_app(settings), and `server` for gunicorn."""

from __future__ import annotations

from typing import Any

from dash import Dash

from app import api, dash_requests, security, timing
from app.pages import event
from app.services.events import Library
from app.settings import ROOT, Settings, load_settings


def create_app(settings: Settings) -> Dash:
    """The whole app; data are opened at the first request, not here."""
    app = Dash(
        "app",
        title="Hitscope",
        update_title="",
        assets_folder=str(ROOT / "assets"),
        assets_path_ignore=["display"],
        health_endpoint="health",
        suppress_callback_exceptions=True,
    )
    timing.measure(app.server)
    app.layout = event.layout()
    event.register(app)
    dash_requests.guard(app)
    app.server.config["library"] = Library(
        settings.data, settings.cache_dir / "indexes", settings.cache_bytes
    )
    app.server.register_blueprint(api.blueprint)
    security.protect(app.server, security.content_security_policy(app))
    _warm(app)
    return app


def _warm(app: Dash) -> None:
    """Serve the first page once, to nobody.

    Dash learns which scripts it may serve while it makes a page. Without this a worker whose first
    request is a script, for a page that another worker made, answers 500.
    """
    with app.server.test_client() as client:
        client.get("/")


def __getattr__(name: str) -> Any:
    """`server`, made when gunicorn asks for it: importing this module does no work."""
    if name == "server":
        return create_app(load_settings()).server
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
