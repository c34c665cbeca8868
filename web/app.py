"""The Flask app: what hangs where, and how every answer is framed."""

from importlib import import_module
from importlib.util import find_spec

from flask import Flask
from flask_wtf import CSRFProtect

from web.answers import answer_problems
from web.current import KEY
from web.headers import security_headers
from web.logs import keep_access_log
from web.metrics import Metrics
from web.parts import Parts

MEBIBYTE = 1 << 20
# Each module has a blueprint of this name. The second ones take no form of ours.
PAGES = (
    ("web.problem_pages", "pages"),
    ("web.shop", "pages"),
    ("web.checkout", "pages"),
    ("web.orders", "pages"),
    ("web.cancellation", "pages"),
)
DOORS = (("web.api", "api"), ("web.health", "health"), ("web.webhooks", "webhooks"))


def create_app(parts: Parts) -> Flask:
    """The web app over these parts. It reads no environment and starts nothing."""
    app = Flask("web")
    app.extensions[KEY] = parts
    app.config.update(_config(parts))
    _hang_up(app, CSRFProtect(app))
    # The last registered `after_request` runs first: the log sees what the others made.
    keep_access_log(app)
    Metrics(parts.store.head).watch(app)
    app.after_request(
        security_headers(
            https=parts.settings.base_url.startswith("https://"),
            payment_page_origins=parts.settings.payment_page_origins,
        )
    )
    answer_problems(app)
    return app


def _hang_up(app: Flask, csrf: CSRFProtect) -> None:
    for name in ("web.languages.speak", "web.wording.add_filters"):
        module, _, function = name.rpartition(".")
        if find_spec(module):
            getattr(import_module(module), function)(app)
    for module, name in PAGES:
        if find_spec(module):
            app.register_blueprint(getattr(import_module(module), name))
    for module, name in DOORS:
        door = getattr(import_module(module), name)
        csrf.exempt(door)
        app.register_blueprint(door)


def _config(parts: Parts) -> dict[str, object]:
    https = parts.settings.base_url.startswith("https://")
    return {
        # Without one of its own, a secret that every process of this ledger works out alike.
        "SECRET_KEY": parts.settings.secret_key or parts.keyring.keyed_hash(b"sessions"),
        "MAX_CONTENT_LENGTH": MEBIBYTE,
        "MAX_FORM_MEMORY_SIZE": MEBIBYTE,
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "__Host-session" if https else "session",
        "WTF_CSRF_SSL_STRICT": False,  # we send no referrers, so there is none to compare
    }
