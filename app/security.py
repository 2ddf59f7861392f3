"""Headers of every answer: the content security policy and its companions. Names of the server."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address

from dash import Dash
from flask import Flask, Response, jsonify, request

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


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


def allowed_hosts(host: str, named: Collection[str]) -> frozenset[str] | None:
    """Names under which the server answers; None for any.

    host : where it listens.  named : as in HITSCOPE_HOSTS. A page from anywhere can have its own
    name lead to 127.0.0.1 and read what is served there (DNS rebinding); its requests then carry
    that name. Who listens on other addresses, and names none, is reached by names unknown here.
    """
    if not named and not is_loopback(host):
        return None
    return frozenset((*LOOPBACK_NAMES, host.lower(), *(name.lower() for name in named)))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def answer_to(server: Flask, hosts: frozenset[str] | None) -> None:
    """Refuse requests for other names than these, with 421."""

    @server.before_request
    def _refuse() -> tuple[Response, int] | None:
        asked = host_name(request.headers.get("Host", ""))
        if hosts is None or asked in hosts:
            return None
        told = f"This server is not {asked[:80]!r}; name it in HITSCOPE_HOSTS if it should be."
        return jsonify({"error": told}), 421


def host_name(header: str) -> str:
    """The name in a Host header, in lower case, without its port: '[::1]:8050' is '::1'."""
    name = header.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0]
