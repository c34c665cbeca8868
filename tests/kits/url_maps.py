"""Apps are made by the hundred; where their addresses lead, all of them read in one map."""

from functools import partial
from typing import Any

from flask import Blueprint, Flask
from werkzeug.routing import Map

# What a blueprint does at each app for each of its doors.
_A_DOOR = "Blueprint.add_url_rule.<locals>.<lambda>"


def share() -> None:
    """An app hangs up the same doors each time, blueprint by blueprint."""
    from web import app as web_app

    hang_up = web_app._hang_up
    known: list[tuple[Map, dict[str, Any]]] = []

    def hang_up_once(app: Flask) -> None:
        if known:
            vars(app)["register_blueprint"] = partial(_without_its_doors, app)
        hang_up(app)
        if known:
            app.url_map, views = known[0]
            app.view_functions.update(views)
            del vars(app)["register_blueprint"]
        else:
            known.append((app.url_map, _views(app)))
        vars(app)["add_url_rule"] = partial(_in_its_own_map, app)

    setattr(web_app, "_hang_up", hang_up_once)  # noqa: B010 (a module's own is replaced)


def _views(app: Flask) -> dict[str, Any]:
    """Those of blueprints, which are the same functions for each app."""
    return {
        endpoint: view
        for endpoint, view in app.view_functions.items()
        if endpoint.partition(".")[0] in app.blueprints
    }


def _without_its_doors(app: Flask, blueprint: Blueprint) -> None:
    """What else a blueprint brings: who asks before its views, and who answers its errors."""
    assert all(one.__qualname__ == _A_DOOR for one in blueprint.deferred_functions)
    for more in (blueprint._blueprints, blueprint.cli.commands, blueprint.has_static_folder):
        assert not more
    app.blueprints[blueprint.name] = blueprint
    blueprint._merge_blueprint_funcs(app, blueprint.name)


def _in_its_own_map(app: Flask, *rule: Any, **options: Any) -> None:
    """Doors that a test adds are nobody else's."""
    shared, app.url_map = app.url_map, app.url_map_class(host_matching=app.url_map.host_matching)
    for one in shared.iter_rules():
        own: Any = one.empty()
        own.provide_automatic_options = getattr(one, "provide_automatic_options", None)
        app.url_map.add(own)
    del vars(app)["add_url_rule"]
    app.add_url_rule(*rule, **options)
