"""The Flask app: what hangs where, and how every answer is framed."""

from collections.abc import Callable
from typing import Any

from flask import Flask, request
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from adapters.compiled_templates import compiled_templates
from web.admin import (
    actors,
    approvals,
    attention,
    badges,
    catalogue,
    desk,
    grants,
    grants_set_up,
    home,
    mailings,
    new_shop,
    order_action,
    orders,
    people,
    persons,
    place_order,
    reports,
    saved_views,
    security,
    selection,
    shop_change,
    shop_history,
    shop_letters,
    shop_product,
    shop_questions,
    shop_quota,
    shop_settings,
    statements,
    till,
    transfers,
    vouchers,
    welcome,
)
from web.admin import invitation as staff_invitation
from web.admin import order as order_admin
from web.admin import sign_in as staff_sign_in
from web.admin import waiting_list as waiting_list_admin
from web.admin import (
    webhooks as webhooks_admin,
)
from web.api import api
from web.api import cancellation as store
from web.door import files as door_files
from web.door import page as door_page
from web.http import errors, health, person, visitor_cart
from web.http.access_log import keep_access_log
from web.http.current import KEY
from web.http.errors import answer_problems
from web.http.kept_answers import keep_answers
from web.http.metrics import ClockFigures, LedgerFigures, Metrics
from web.http.problems import ProblemRaised
from web.http.rate_limit import tell_allowance
from web.http.security_headers import protect
from web.http.session_cookies import SessionCookies
from web.http.webhook_metrics import WebhookFigures
from web.i18n import languages
from web.i18n.format import add_filters
from web.inbox import pretix, webhooks
from web.pages import (
    cancellation,
    cart,
    checkout,
    choice,
    components,
    grace_cancel,
    holder,
    invitation,
    me,
    names,
    news,
    order,
    pictures,
    receipts,
    shop,
    shop_colour,
    sign_in,
    tickets,
    waiting_list,
    withdrawal,
)
from web.wiring.parts import Parts

MEBIBYTE = 1 << 20
# Pages hold forms of ours, each with its CSRF token; doors are for programs, which have none.
PAGES = (
    errors.pages,
    shop.pages,
    cart.pages,
    checkout.pages,
    order.pages,
    tickets.pages,
    names.pages,
    holder.pages,
    cancellation.pages,
    choice.pages,
    withdrawal.pages,
    news.pages,
    invitation.pages,
    waiting_list.pages,
    grace_cancel.pages,
    staff_sign_in.pages,
    home.pages,
    orders.pages,
    saved_views.pages,
    reports.pages,
    place_order.pages,
    order_admin.pages,
    order_action.pages,
    selection.pages,
    desk.pages,
    attention.pages,
    welcome.pages,
    staff_invitation.pages,
    security.pages,
    people.pages,
    persons.pages,
    approvals.pages,
    webhooks_admin.pages,
    grants.pages,
    grants_set_up.pages,
    new_shop.pages,
    catalogue.pages,
    badges.pages,
    vouchers.pages,
    shop_product.pages,
    shop_questions.pages,
    shop_quota.pages,
    waiting_list_admin.pages,
    shop_settings.pages,
    shop_letters.pages,
    mailings.pages,
    shop_history.pages,
    shop_change.pages,
    statements.pages,
    transfers.pages,
    till.pages,
    door_files.pages,
    door_page.pages,
    components.pages,
    pictures.pages,
    shop_colour.pages,
    sign_in.pages,
    me.pages,
    receipts.pages,
)
DOORS = (api, health.health, webhooks.webhooks, pretix.pretix_webhooks, store.store)


class _App(Flask):
    """Flask, which need not look at each function of each request whether it is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """None of ours is one."""
        return func


def create_app(parts: Parts) -> Flask:
    """The web app over these parts. It reads no environment and starts nothing."""
    app = _App("web")
    app.extensions[KEY] = parts
    app.config.update(_config(parts))
    app.session_interface = SessionCookies()
    app.jinja_options = {**app.jinja_options, "bytecode_cache": compiled_templates()}
    if proxies := parts.settings.proxies:
        # Visitors are told apart by address; behind proxies it is in a header that these set.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0)  # type: ignore[method-assign]
    app.before_request(_refuse_large_bodies)
    _hang_up(app)
    # The last registered `after_request` runs first: the log sees what the others made.
    keep_access_log(app)
    counted = Metrics(
        parts.store.head,
        parts.views.count_cases,
        LedgerFigures(views=parts.views, clock=parts.clock),
        WebhookFigures(webhooks=parts.webhooks, store=parts.store, clock=parts.clock),
        ClockFigures(parts.store.clocks),
        calls=parts.calls,
    )
    counted.watch(app)
    protect(
        app,
        https=parts.settings.base_url.startswith("https://"),
        payment_page_origins=parts.settings.payment_page_origins,
    )
    app.after_request(tell_allowance)
    answer_problems(app)
    return app


def _hang_up(app: Flask) -> None:
    languages.speak(app)
    keep_answers(app)
    add_filters(app)
    withdrawal.add_link(app)
    visitor_cart.add_count(app)
    shop_colour.add_look(app)
    person.add_person(app)
    desk.add_counts(app)
    actors.add_names(app)
    csrf = CSRFProtect(app)
    for pages in PAGES:
        app.register_blueprint(pages)
    asked = (withdrawal.ask, waiting_list.ask, sign_in.ask, news.press)
    for keeping in (cart.add, checkout.place, *asked):
        # Their forms check their tokens themselves, so that what was typed stays on the page.
        csrf.exempt(keeping)
    for door in DOORS:
        csrf.exempt(door)
        app.register_blueprint(door)


def _refuse_large_bodies() -> None:
    """Also where nobody would read the body. One of unknown length is counted while it is read."""
    if (request.content_length or 0) > MEBIBYTE:
        raise ProblemRaised("too-large")


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
