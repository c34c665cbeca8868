"""All that is held of a person, for them to keep: one JSON document, and their letters as text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from ledger.accounts.account import Account
from ledger.audit.describe import told
from ledger.codec import NAMES
from ledger.kernel.events import Recorded, declared
from ledger.news.reader import NewsReaders
from ledger.order.order import Order
from ledger.order.retention import due_at, kept_receipts, named_until
from ledger.privacy.holdings import Holdings
from ledger.staff.invitation import StaffInvitation
from ledger.staff.member import StaffMember
from ledger.waiting_list.place import WaitingPlace
from projections.order_json import moment, order_page
from web.actions.grant_json import document as grant_document
from web.actions.held_tickets import held_tickets, is_to_holder
from web.actions.letters import LetterShown, letters_of, text_of
from web.actions.passkey_names import name_of
from web.wiring.parts import Parts

# What only opens doors, and says nothing of anybody; and what stands elsewhere in the document.
_LEFT_OUT = ("code", "codes", "ticket_code", "customer")
_README = """\
All that this ticket shop holds of one person, as of {at}.

data.json   orders, letters, account, devices, and every event with what was noted about it.
            Amounts are in minor units (3500 is 35.00), times in UTC.
letters/    the letters that went out, as text, without their one-time links.
messages/   what payment providers told about these payments, as they wrote it.

Who is asked for more, or to put something right: the shop's address in data.json.
"""


def document(parts: Parts, found: Holdings) -> dict[str, Any]:
    """Everything but the words of the letters."""
    orders = [_order(parts, one, found) for one in theirs(found)]
    mine = {one.id for one in theirs(found)}
    return {
        "as_of": moment(parts.clock()),
        "accounts": [_account(parts, one) for one in found.accounts],
        "staff": _member(parts, found.member) if found.member else None,
        "invitations": [_invitation(one) for one in found.invitations],
        "orders": orders,
        "waiting_list": [_place(parts, one) for one in found.places],
        "news": _news(parts, found),
        "orders_of_others_now": _of_others(parts, found),
        "cases": [
            {
                "kind": str(one.opened.kind),
                "opened_at": moment(one.opened_at),
                "state": one.state,
                "payer_reference": one.opened.payer_reference,
                "resolved_because": one.resolved.reason if one.resolved else None,
            }
            for one in found.cases
            if one.opened is not None and one.about_order in mine
        ],
        "approvals": [
            {
                "asked_at": moment(one.asked_at),
                "act": str(one.request.act),
                "reason": one.request.reason,
                "declined_because": one.reason,
            }
            for one in found.approvals
            if one.request.order in mine
        ],
        "vouchers": [grant_document(one, personal=True) for one in found.grantees],
    }


def _news(parts: Parts, found: Holdings) -> Sequence[Mapping[str, Any]]:
    """Of each shop that they bought from, whether they want news, and what went to them."""
    shops = {one.terms.shop: one.terms.shop_slug for one in theirs(found)}
    readers = NewsReaders(parts.store)
    known = [(slug, readers.get(shop, found.email_index)) for shop, slug in shops.items()]
    return [
        {
            "shop": slug,
            "wanted": not reader.declined,
            "events": [_event(one) for one in parts.store.read(reader.id)],
        }
        for slug, reader in known
        if reader.version
    ]


def _of_others(parts: Parts, found: Holdings) -> Sequence[Mapping[str, Any]]:
    """Orders that are somebody else's by now, with the tickets of them that the person holds."""
    return [
        {
            "shop": one.terms.shop_slug,
            "number": one.number,
            "placed_at": moment(one.placed_at),
            "tickets": held_tickets(parts, one, found.email_index),
        }
        for one in found.orders
        if not found.is_theirs(one)
    ]


def theirs(found: Holdings) -> Sequence[Order]:
    """The orders that the person may read."""
    return [one for one in found.orders if found.is_theirs(one)]


def archive(parts: Parts, found: Holdings, *, messages: bool) -> bytes:
    """The document, the letters and, if wanted, the providers' messages, as a ZIP file."""
    held = document(parts, found)
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        zipped.writestr("README.txt", _README.format(at=held["as_of"]))
        zipped.writestr("data.json", as_json(held))
        for name, text in letters(parts, found).items():
            zipped.writestr(f"letters/{name}.txt", text)
        for name, body in _messages(parts, found).items() if messages else ():
            zipped.writestr(f"messages/{name}", body)
    return file.getvalue()


def as_json(held: Mapping[str, Any]) -> str:
    """The document as text."""
    return json.dumps(held, default=_in_words, ensure_ascii=False, indent=2) + "\n"


def letters(parts: Parts, found: Holdings) -> Mapping[str, str]:
    """Every letter to them that was begun, in words, by a name that sorts them."""
    told: dict[str, str] = {}
    for order in found.orders:
        begun = sorted((one for one in letters_of(order) if one.tries), key=_when)
        for place, one in enumerate(begun, 1):
            if found.is_theirs(order) or is_to_holder(order, one, found.email_index):
                name = f"{order.terms.shop_slug}-{order.number:06d}-{place:02d}-{one.letter}"
                told[name] = text_of(parts, order, one)
    return told


def _when(shown: LetterShown) -> datetime:
    return shown.at or _NEVER


_NEVER = datetime.min.replace(tzinfo=UTC)


def _order(parts: Parts, order: Order, found: Holdings) -> Mapping[str, Any]:
    """As the API tells it, with who placed it, its letters, and what was noted at each event."""
    rule, history = found.rule_of(order), parts.orders.history(order.id)
    customer = order.terms.customer
    named = named_until(order, rule)
    return {
        "customer": asdict(customer) if customer else None,
        "erased_at": moment(order.erased_at),
        "seller": asdict(order.terms.seller),
        "letters": [
            {
                "letter": str(letter),
                "state": one.state,
                "number": one.number,
                "at": moment(one.changed_at),
            }
            for (_, letter), one in order.postings.items()
        ],
        "events": [_event(one) for one in history],
        "kept": {
            "person_until": moment(due_at(order, rule)),
            "name_on_receipts_until": moment(named),
            "receipts": [
                {"number": one.number, "until": moment(one.until)}
                for one in kept_receipts(order, rule)
            ],
        },
        **order_page(order, parts.clock(), order.terms.language),
    }


def _event(one: Recorded[object]) -> Mapping[str, Any]:
    kind = declared(type(one.stamp))
    noted = {
        name: getattr(one.stamp, name)
        for name in kind.sealed
        if name not in _LEFT_OUT and getattr(one.stamp, name) is not None
    }
    return {
        "at": moment(one.recorded_at),
        "event": NAMES[type(one.stamp)][0],
        "in_words": told(one.stamp),
        **({"noted": noted} if noted else {}),
    }


def _place(parts: Parts, place: WaitingPlace) -> Mapping[str, Any]:
    terms, history = place.terms, parts.store.read(place.id)
    return {
        "shop": terms.shop_slug,
        "product": terms.product,
        "quantity": terms.quantity,
        "email": terms.email,
        "language": terms.language,
        "state": str(place.state),
        "held_until": moment(place.until),
        "erased_at": moment(place.erased_at),
        "events": [_event(one) for one in history],
    }


def _account(parts: Parts, account: Account) -> Mapping[str, Any]:
    sessions = parts.sessions.of("customer", account.id, at=parts.clock())
    return {
        "email": account.email,
        "language": account.language,
        "opened_at": moment(account.opened_at),
        "erased_at": moment(account.erased_at),
        "orders_claimed": sorted(str(one) for one in account.claimed),
        "sessions": [
            {"how": one.how, "device": one.device, "opened_at": moment(one.opened_at)}
            | {"last_used_at": moment(one.last_used_at), "ends_at": moment(one.ends_at)}
            for one in sessions
        ],
        "passkeys": _passkeys(parts, "customer", account.id),
    }


def _member(parts: Parts, member: StaffMember) -> Mapping[str, Any]:
    return {
        "email": member.email,
        "belongs": member.belongs,
        "added_at": moment(member.added_at),
        "roles": [
            {"role": str(one.role), "shop": one.shop}
            for one in sorted(member.grants, key=lambda one: (one.role, one.shop or ""))
        ],
        "named_in_stamps_as": member.actor,
        "passkeys": _passkeys(parts, "staff", member.id),
    }


def _invitation(one: StaffInvitation) -> Mapping[str, Any]:
    return {
        "email": one.email,
        "role": str(one.grant.role),
        "shop": one.grant.shop,
        "language": one.language,
        "invited_at": moment(one.made_at),
        "ends_at": moment(one.ends_at),
    }


def _passkeys(parts: Parts, kind: Any, subject: UUID) -> Sequence[Mapping[str, Any]]:
    return [
        {"name": name_of(parts, one), "added_at": moment(one.added_at)}
        | {"last_used_at": moment(one.last_used_at)}
        for one in parts.passkeys.of(kind, subject)
    ]


def _messages(parts: Parts, found: Holdings) -> Mapping[str, bytes]:
    """What providers told, as they wrote it: cited by the orders' stamps, or naming the person."""
    mine = theirs(found)
    placed = [one.placed_at for one in mine if one.placed_at is not None]
    if not placed:
        return {}
    histories = parts.store.read_opened([one.id for one in mine])
    wanted = {one.evidence for history in histories.values() for one in history}
    if len(mine) == len(found.orders):
        wanted |= {one.hash for one in found.messages}
    kept: dict[str, bytes] = {}
    for message in parts.inbox.opened_since(min(placed).replace(hour=0), parts.clock()):
        if message.hash in wanted:
            kept[f"{message.hash[:16]}.txt"] = message.body
    return kept


def _in_words(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
