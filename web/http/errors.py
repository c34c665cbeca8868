"""How a problem is answered: a page for people, problem details (RFC 9457) for programs."""

from urllib.parse import urlsplit

import msgspec
import structlog
from flask import Blueprint, Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import NoMoreData, ParseException
from markupsafe import escape
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from ledger.kernel.refusals import Refusal
from ledger.kernel.store import LedgerUnavailable
from web.http.access_log import route
from web.http.addresses import shop_here
from web.http.next_link import for_people, next_link
from web.http.problems import Problem, ProblemRaised, explained, of_refusal, of_status, other
from web.i18n.languages import read_again_at

_FOR_PROGRAMS = ("/api/", "/webhooks/", "/store/", "/healthz", "/readyz", "/metrics")
_OUTAGES = frozenset({"OperationalError", "InterfaceError", "PoolTimeout"})
_PLAIN = "<!doctype html><title>{title}</title><p>{detail}</p><p><a href='/'>/</a></p>"
_log = structlog.get_logger("web")


def answer_problems(app: Flask) -> None:
    """Answer everything that is raised; nobody sees a stack trace."""
    app.register_error_handler(Refusal, lambda refusal: answer(of_refusal(refusal)))
    app.register_error_handler(ProblemRaised, lambda raised: answer(raised.problem))
    app.register_error_handler(CSRFError, lambda _: answer(other("csrf")))
    app.register_error_handler(LedgerUnavailable, _unavailable)
    app.register_error_handler(HTTPException, _declined)
    app.register_error_handler(Exception, _broken)
    app.after_request(_stay_here)


def answer(problem: Problem) -> Response:
    """A problem in the form that this caller reads."""
    response = _for_program(problem) if _is_program() else for_person(problem)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="stampledger"'
    return response


def for_person(problem: Problem, *, status: int | None = None) -> Response:
    """A problem as a page. Should the page itself break, a plain one."""
    try:
        page = _page(problem)
    except Exception as error:
        _log.error("no page for a problem", kind=type(error).__name__, place=_place(error))
        page = _PLAIN.format(title=escape(problem.title), detail=escape(problem.detail))
    return Response(page, status or problem.status, mimetype="text/html")


def _page(problem: Problem) -> str:
    """In the name of the shop that it happened in, if it was in one."""
    onward = next_link(problem.slug, problem.status)
    problem = for_people(problem) if request.routing_exception else problem
    if request.method not in ("GET", "HEAD") or problem.status == 405:
        # There is no such page to look at again in another language.
        read_again_at(onward.address)
    return render_template("problem.html", problem=problem, onward=onward, shop=shop_here())


def _for_program(problem: Problem) -> Response:
    document = msgspec.json.encode(problem.document())
    return Response(document, problem.status, mimetype="application/problem+json")


def _is_program() -> bool:
    return request.path.startswith(_FOR_PROGRAMS)


def _unavailable(error: LedgerUnavailable) -> Response:
    _log.error("ledger unavailable", route=route(), reason=str(error))
    return answer(other("unavailable"))


def _declined(error: HTTPException) -> Response:
    """Flask's own answers."""
    response = answer(of_status(error.code or 500))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _stay_here(response: Response) -> Response:
    """A slash was missing. Whatever host the caller named, the way leads back to us."""
    if isinstance(request.routing_exception, RequestRedirect):
        address = urlsplit(request.routing_exception.new_url)
        query = f"?{address.query}" if address.query else ""
        response.headers["Location"] = "/" + address.path.lstrip("/") + query
    return response


def _broken(error: Exception) -> Response:
    if _is_outage(error):
        return answer(other("unavailable"))
    if isinstance(error, ParseException | NoMoreData):
        # The body is read when somebody asks for it: only then its chunks prove to be none.
        return answer(other("bad-request"))
    # The text of an unforeseen error may hold anything; its type and place are enough to find it.
    _log.error("internal error", route=route(), kind=type(error).__name__, place=_place(error))
    return answer(other("internal-error"))


def _is_outage(error: Exception) -> bool:
    """A database out of reach, met beside the ledger. Its library is known here by name only."""
    return any(
        cls.__module__.partition(".")[0] in {"psycopg", "psycopg_pool"} and cls.__name__ in _OUTAGES
        for cls in type(error).__mro__
    )


def _place(error: Exception) -> str:
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(frames[-6:])


pages = Blueprint("problems", __name__)


@pages.get("/problems/<slug>")
def explanation(slug: str) -> Response:
    """What this kind of problem means."""
    problem = explained().get(slug)
    if problem is None:
        raise ProblemRaised("not-found")
    return for_person(problem, status=200)
