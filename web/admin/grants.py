"""A shop's list of people who are given vouchers: taken over, asked, confirmed, looked after."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l

from ledger.audit.describe import told
from ledger.grants.people_file import ListUnreadable, read_people
from ledger.grants.programme import over_since
from ledger.shop.shop import Shop
from ledger.staff.role import Role
from projections.grantees import grantees
from web.actions import grants as actions
from web.actions.find_people import BEGINNING, Place, every_row, find_people
from web.actions.wish import Wish
from web.admin.guard import back_office, current_staff, needs
from web.http.addresses import now, uuid_in
from web.http.current import parts
from web.http.problems import ProblemRaised
from web.http.rate_limit import slow_down
from web.i18n.gettext import _
from web.pages.forms import PressForm

pages = back_office("grants", __name__)
Answer = str | tuple[str, int]
_PAGE, _MOST_AT_ONCE, _LONGEST_REASON, _LONGEST_QUERY = 100, 5_000, 500, 200
KINDS: Mapping[str, object] = {
    "speaker": _l("Speaker"),
    "grant": _l("Grantee"),
    "co_speaker": _l("Co-speaker"),
}
STATES: Mapping[str, tuple[str, object]] = {
    "invited": ("wait", _l("Invited")),
    "confirmed": ("good", _l("Comes")),
    "declined": ("quiet", _l("Does not come")),
    "cancelled": ("quiet", _l("Taken back")),
}
VOUCHERS: Mapping[str, tuple[str, object]] = {
    "": ("quiet", _l("None")),
    "requested": ("wait", _l("Being made")),
    "refused": ("bad", _l("Refused")),
    "issued": ("good", _l("Issued")),
    "used": ("good", _l("Used")),
    "withdrawn": ("quiet", _l("Withdrawn")),
}
TROUBLE_WORDS: Mapping[str, object] = {
    "over": _l("Held back: the vouchers were over"),
}
LETTERS: Mapping[str, object] = {
    "": "",
    "due": _l("On its way"),
    "started": _l("On its way"),
    "sent": _l("Sent"),
    "failed": _l("Not sent yet"),
    "unknown": _l("Unknown"),
}
ACTIONS: Mapping[str, object] = {
    "invite": _l("Ask by letter whether they come"),
    "confirm": _l("Confirm: a voucher is made"),
    "decline": _l("They do not come"),
    "cancel": _l("Take the invitation back, and the voucher"),
    "upgrade": _l("Give them a full voucher, as grantees have"),
    "issue": _l("Try refused vouchers again"),
    "letter": _l("Send the letter again"),
}
OUTCOMES: Mapping[str, object] = {
    "done": _l("Done"),
    "nothing": _l("Was so already"),
    "unknown-grantee": _l("Not on the list any more"),
    "grant-not-open": _l("Not possible: nobody is named, or no letter is owed"),
    "new": _l("New"),
    "changed": _l("Changed"),
    "same": _l("The same as before"),
    "nobody": _l("Names nobody: left alone"),
    "trouble": _l("Left out"),
}
TROUBLES: Mapping[str, object] = {
    "bad-email": _l("no e-mail address"),
    "bad-name": _l("a name of more than 100 characters, or with control characters"),
    "unknown-kind": _l("the kind is none of speaker, grant, co_speaker"),
    "unknown-state": _l("the state is none of invited, confirmed, declined, cancelled"),
    "unknown-language": _l("the language is none of en, fi, sv"),
    "bad-reference": _l("a reference has up to 50 letters and digits"),
    "nobody-without-reference": _l("neither address nor reference"),
    "too-many-cells": _l("more cells than columns"),
    "twice": _l("stands there twice"),
}
_UNREADABLE: Mapping[str, object] = {
    "too-large": _l("The file is larger than one mebibyte."),
    "not-utf-8": _l("The file is not UTF-8 text."),
    "not-a-table": _l("The file cannot be read as comma-separated values."),
    "no-columns": _l("The first line must name the columns, email and kind at least."),
    "unknown-column": _l("Columns are: email, name, kind, state, language, reference."),
    "column-twice": _l("A column stands there twice."),
    "too-many": _l("The file has too many rows: cut it."),
}


@pages.get("/shops/<shop>/people")
@needs(Role.STAFF)
def page(shop: str) -> str:
    """Who is on the list, and how far everything is."""
    return _page(parts().shops.get(shop))


@pages.post("/shops/<shop>/people")
@needs(Role.STAFF)
def act(shop: str) -> Answer:
    """One action for those that are ticked, or for all that the filter shows."""
    slow_down("grants", limit=60)
    found, wanted = parts().shops.get(shop), _wanted(request.form)
    action, reason = request.form.get("action", ""), request.form.get("reason", "").strip()
    if not PressForm().validate_on_submit() or action not in actions.ACTS:
        return _page(found), 400
    if len(reason) > _LONGEST_REASON:
        return _page(found, wrong=_("The reason is too long.")), 422
    chosen = _chosen(found, wanted)
    if not chosen:
        return _page(found, wrong=_("Nobody is chosen.")), 422
    results = [*actions.for_each(parts(), found, chosen, action, _wish(), reason=reason or "staff")]
    return _page(found, results=results)


@pages.post("/shops/<shop>/people/list")
@needs(Role.STAFF)
def take_over(shop: str) -> Answer:
    """What a file would change; and the same file again, once somebody has said so, changes it."""
    slow_down("grants", limit=60)
    found = parts().shops.get(shop)
    if not PressForm().validate_on_submit():
        return _page(found), 400
    file, typed = request.files.get("file"), request.form.get("content", "")
    content = file.read() if file else typed.encode()
    try:
        rows = read_people(content)
    except ListUnreadable as wrong:
        return _page(found, wrong=_UNREADABLE[wrong.what]), 422
    commit = not file and "commit" in request.form
    taken = [*actions.take_over(parts(), found, rows, _wish(), dry=not commit)]
    return _page(found, taken=taken, content="" if commit else content.decode("utf-8-sig"))


@pages.get("/shops/<shop>/people/<person>")
@needs(Role.STAFF)
def person(shop: str, person: str) -> str:
    """Who they are, their voucher, and every stamp."""
    found = parts().shops.get(shop)
    one = parts().grantees.known(found.id, uuid_in(person))
    (row,) = grantees(one)
    return render_template(
        "admin/grantee.html",
        shop_of=found,
        one=one,
        row=row,
        stamps=[(recorded, told(recorded.stamp)) for recorded in parts().store.read(one.id)],
        words=_WORDS,
        form=PressForm(),
    )


def _wish() -> Wish:
    return Wish(correlation_id=uuid4(), actor=current_staff().actor, at=now())


def _wanted(typed: Mapping[str, str]) -> Mapping[str, str]:
    known = {"kind": KINDS, "state": STATES, "voucher": (*VOUCHERS, "none"), "trouble": ("1",)}
    return {name: typed[name] for name, words in known.items() if typed.get(name) in words}


def _chosen(shop: Shop, wanted: Mapping[str, str]) -> Sequence[UUID]:
    """Those that are ticked; with “all”, everybody that the filter shows."""
    if "all" in request.form:
        every = every_row(parts(), shop.slug, wanted)
        return [row.stream for row, _ in zip(every, range(_MOST_AT_ONCE), strict=False)]
    return [one for text in request.form.getlist("person")[:_PAGE] if (one := _uuid(text))]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _page(
    shop: Shop,
    *,
    results: Sequence[actions.PersonResult] = (),
    taken: Sequence[actions.RowResult] = (),
    content: str = "",
    wrong: object = "",
) -> str:
    wanted = _wanted(request.values)
    query = request.args.get("query", "").strip()[:_LONGEST_QUERY]
    after = _after(request.args.get("after", ""))
    found = find_people(parts(), shop, query, wanted, after=after, limit=_PAGE)
    rules = parts().grantees.programme(shop.id).rules
    return render_template(
        "admin/grants.html",
        shop_of=shop,
        rules=rules,
        over=over_since(rules, now()),
        may_set_up=current_staff().may(shop=shop.slug),
        rows=found.people,
        following=_following(shop, found.onward, {**wanted, "query": query}),
        wanted=wanted,
        query=query,
        report=actions.report(parts(), shop.slug),
        counts=_progress(shop),
        results=results,
        told=Counter([*(one.outcome for one in results), *(one.outcome for one in taken)]),
        taken=[one for one in taken if one.outcome not in ("same",)][:_PAGE],
        was_taken=bool(taken),
        content=content,
        wrong=wrong,
        words=_WORDS,
        form=PressForm(),
    )


_WORDS = {
    "kinds": KINDS,
    "states": STATES,
    "state_options": [(word, text) for word, (_, text) in STATES.items()],
    "vouchers": VOUCHERS,
    "letters": LETTERS,
    "actions": ACTIONS,
    "outcomes": OUTCOMES,
    "troubles": TROUBLES,
    "trouble_of": TROUBLE_WORDS,
}


def _progress(shop: Shop) -> tuple[int, int]:
    """How many of those who come have their voucher."""
    counted = [one for one in parts().views.count_grantees(shop.slug) if one.state == "confirmed"]
    made = sum(one.many for one in counted if one.voucher in ("issued", "used"))
    return made, sum(one.many for one in counted)


def _following(shop: Shop, onward: Place | None, asked: Mapping[str, str]) -> str:
    if onward is None:
        return ""
    place = f"{onward[0].astimezone(UTC).isoformat()}_{onward[1]}"
    query = urlencode({"after": place, **{name: one for name, one in asked.items() if one}})
    return f"{url_for('grants.page', shop=shop.slug)}?{query}"


def _after(text: str) -> Place:
    if not text:
        return BEGINNING
    at, _, stream = text.partition("_")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(stream)
    except (ValueError, OverflowError):
        raise ProblemRaised("not-found") from None
