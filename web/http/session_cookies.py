"""Flask's session cookies, without work for requests that bring none: programs, and first visits.

A call that needs no session then opens none.
"""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class SessionCookies(SecureCookieSessionInterface):
    """Signed as Flask signs them."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session that the cookie holds; an empty one without a cookie."""
        if "HTTP_COOKIE" not in request.environ or self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Into the answer's cookie; of a session that nobody looked at there is nothing to say."""
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)
