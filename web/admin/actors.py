"""What the back office calls whoever did something: people by address, programs as they are."""

from collections.abc import Mapping

from flask import Flask, g

from web.actions.till_report import people
from web.http.current import parts


def add_names(app: Flask) -> None:
    """Templates name an actor by the filter `called`."""
    app.add_template_filter(called, "called")


def called(actor: str) -> str:
    """A person's address as long as one is known; else how stamps name them."""
    if not actor.startswith("staff:"):
        return actor
    if "people_by_actor" not in g:
        g.people_by_actor = people(parts())
    known: Mapping[str, str] = g.people_by_actor
    return known.get(actor, actor)
