"""What every answer tells the browser to forbid."""

from collections.abc import Callable, Sequence

from flask import Response, request


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


def security_headers(
    *, https: bool, payment_page_origins: Sequence[str]
) -> Callable[[Response], Response]:
    """The one `after_request`. Answers are kept by nobody unless they say so themselves."""
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

    def protect(response: Response) -> Response:
        response.headers.update(fixed)
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    return protect
