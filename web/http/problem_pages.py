"""The address of every kind of problem explains it."""

from flask import Blueprint, Response

from web.http.errors import for_person
from web.http.problems import ProblemRaised, explained

pages = Blueprint("problems", __name__)


@pages.get("/problems/<slug>")
def explanation(slug: str) -> Response:
    """What this kind of problem means."""
    problem = explained().get(slug)
    if problem is None:
        raise ProblemRaised("not-found")
    return for_person(problem, status=200)
