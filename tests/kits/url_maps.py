"""Apps are made by the hundred; where their addresses lead, all of them read in one map."""

from functools import partial
from typing import Any

from flask import Flask
from werkzeug.routing import Map


def share() -> None:
    """An app hangs up the same doors each time: of all but the first one only the views differ."""
    from web import app as web_app

    hang_up = web_app._hang_up
    known: list[Map] = []

    def hang_up_once(app: Flask) -> None:
        if known:
            vars(app)["add_url_rule"] = partial(_only_its_view, app)
        hang_up(app)
        if known:
            app.url_map = known[0]
        else:
            known.append(app.url_map)
        vars(app)["add_url_rule"] = partial(_in_its_own_map, app)

    setattr(web_app, "_hang_up", hang_up_once)  # noqa: B010 (a module's own is replaced)


def _only_its_view(
    app: Flask, _rule: str, endpoint: str, view_func: Any = None, *_: Any, **_options: Any
) -> None:
    if view_func is not None:
        app.view_functions[endpoint] = view_func


def _in_its_own_map(app: Flask, *rule: Any, **options: Any) -> None:
    """Doors that a test adds are nobody else's."""
    shared, app.url_map = app.url_map, app.url_map_class(host_matching=app.url_map.host_matching)
    for one in shared.iter_rules():
        own: Any = one.empty()
        own.provide_automatic_options = getattr(one, "provide_automatic_options", None)
        app.url_map.add(own)
    del vars(app)["add_url_rule"]
    app.add_url_rule(*rule, **options)
