"""What each answer says to the browser beside its content."""

from __future__ import annotations

import uuid

from flask import Response, current_app, g, request

from engine.store import audit

# No inline scripts, no inline styles, nothing from elsewhere.
CSP = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


# The editors of the studio write styles into the page and bring their icons along; nothing else may be relaxed, and nowhere else.
EDITOR = f"{CSP}; style-src 'self' 'unsafe-inline'; font-src 'self' data:"


def for_editor(response: Response) -> Response:
    """Let a page of the studio hold an editor by others."""
    response.headers["Content-Security-Policy"] = _policy(EDITOR)
    return response


def number_request() -> None:
    """Give the request the number that the log and an error page share."""
    g.request_id = uuid.uuid4().hex[:12]
    audit.request_id.set(g.request_id)


def protect(response: Response) -> Response:
    """Set the security headers; pages are never kept by caches, because the next person at the machine may not see them."""
    response.headers.setdefault("Content-Security-Policy", _policy(CSP))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if not response.cache_control.public and not response.cache_control.no_cache:
        response.headers["Cache-Control"] = "no-store"
    return response


def _policy(policy: str) -> str:
    """Signing out sends a form on to the provider, where there is one; browsers ask the policy about that, too."""
    oidc = current_app.extensions["fallfluss-config"].oidc
    return policy.replace("form-action 'self'", f"form-action 'self' {oidc.origin}") if oidc else policy
