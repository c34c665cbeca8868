"""What every answer tells the browser to forbid."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_OWN = ("Content-Security-Policy", "Permissions-Policy", "X-Frame-Options")


def content_policy(payment_page_origins: Sequence[str]) -> str:
    """Nothing but our own; a form may end at a provider's payment page, by redirect."""
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self' data:",
            "script-src 'self'",
            "connect-src 'self'",
            " ".join(("form-action 'self' https:", *payment_page_origins)),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def letter_policy() -> str:
    """A letter in a frame of ours: its own styles and pictures, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "base-uri 'none'",
            "sandbox",
        )
    )


def protect(app: Flask, *, https: bool, payment_page_origins: Sequence[str]) -> None:
    """Have every answer say it. Answers are kept by nobody unless they say so themselves."""
    fixed = [*_headers(https=https, payment_page_origins=payment_page_origins).items()]
    app.after_request(_keep_nothing)
    # Not one by one into Flask's answer, where each is compared with all that stand there.
    app.wsgi_app = _headed(app.wsgi_app, fixed)  # type: ignore[assignment, method-assign]


def _headed(app: "WSGIApplication", fixed: Sequence[tuple[str, str]]) -> "WSGIApplication":
    def headed(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
        ) -> Callable[[bytes], object]:
            return start_response(status, [*headers, *_others(headers, fixed)], exc_info)

        return app(environ, start)

    return headed


def _others(
    headers: list[tuple[str, str]], fixed: Sequence[tuple[str, str]]
) -> Sequence[tuple[str, str]]:
    """Few answers bring a policy of their own, for what they alone are allowed."""
    own = {name for name, _ in headers if name in _OWN}
    return [one for one in fixed if one[0] not in own] if own else fixed


def _headers(*, https: bool, payment_page_origins: Sequence[str]) -> dict[str, str]:
    fixed = {
        "Content-Security-Policy": content_policy(payment_page_origins),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if https:
        fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return fixed


def _keep_nothing(response: Response) -> Response:
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
