"""Reports for programs: figures of a shop as of any position, for staff and auditors."""

from flask import Blueprint, Response, request

from ledger.staff.role import Role
from projections.reports.all import REPORTS
from web.actions.report_files import as_document
from web.actions.reports import PeriodInvalid, make, wanted, zone_of
from web.api.bodies import as_json
from web.http.access import for_roles
from web.http.current import parts
from web.http.problems import ProblemRaised

_LONGEST = 60


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.get("/shops/<shop>/reports/<name>")(report)


@for_roles(Role.STAFF, Role.AUDITOR)
def report(shop: str, name: str) -> Response:
    """One report of the shop, of the days `from` and `to`, as of a position or a time."""
    if name not in REPORTS:
        raise ProblemRaised("not-found", detail=f"Reports are {', '.join(REPORTS)}.")
    first, last, as_of = (request.args.get(one, "")[:_LONGEST] for one in ("from", "to", "as_of"))
    parts().shops.get(shop)
    zone = zone_of(parts(), [shop])
    try:
        asked = wanted([shop], first=first, last=last, as_of=as_of, zone=zone)
    except PeriodInvalid as error:
        raise ProblemRaised("bad-request", detail=f"{error}.") from error
    return as_json(as_document(make(parts(), REPORTS[name], asked)))
