"""Headers of every answer: the content security policy and its companions."""

from __future__ import annotations

from dash import Dash
from flask import Flask, Response, request


def content_security_policy(app: Dash) -> str:
    """Only our own scripts run; 'unsafe-inline' is for styles alone, which React components set.

    Called after all callbacks are registered: Dash's own inline scripts are allowed by their hash.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {' '.join(app.csp_hashes())}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def protect(server: Flask, policy: str) -> None:
    """Set the headers on every answer; fingerprinted assets may be kept for good."""

    @server.after_request
    def _headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if request.path.startswith("/assets/") and "m" in request.args:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
