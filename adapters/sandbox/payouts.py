"""Payouts: what is on the balance goes to the bank, with a line for each thing that moved it.

Lines are written when money is paid out; Stripe writes each of them when it moves.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.sandbox.books import Entry, entry_of
from adapters.sandbox.errors import Json, WireError
from adapters.sandbox.lists import page
from adapters.sandbox.world import World, new_id

_LOST = ("failed", "canceled")
_OF_A_DISPUTE = 1500
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """What came to the balance or left it, in the smallest unit; `mark` is set once it is told."""

    kind: str
    category: str
    source: Entry
    amount: int
    mark: str
    fee: int = 0


def pay_out(world: World, *, currency: str, by_hand: int | None = None) -> Entry:
    """All that is there, as the schedule has it; or some of it by hand, which tells no lines."""
    moved = [] if by_hand is not None else [*_moves(world, currency)]
    payout = _born(world, currency, automatic=by_hand is None)
    rest = 0
    if by_hand is None:
        rest = sum(_told(world, one, payout.id).body["net"] for one in moved)
        rest += sum(one.body["net"] for one in _returned(world, currency, payout.id))
    payout.body["amount"] = rest if by_hand is None else by_hand
    own = _line(world, payout, kind="payout", category="payout", amount=-payout.body["amount"])
    own.hidden["payout"] = payout.id if by_hand is None else None
    world.books.write(own)
    payout.body["balance_transaction"] = own.id
    return world.books.write(payout)


def become(world: World, payout: Entry, *, status: str) -> None:
    """Its bank's answer, or a change of mind; what does not arrive is on the balance again."""
    if payout.body["status"] in _LOST:
        raise WireError(f"This payout is already {payout.body['status']}.")
    payout.body["status"] = status
    if status in _LOST:
        kind = "payout_failure" if status == "failed" else "payout_cancel"
        back = _line(world, payout, kind=kind, category=kind, amount=payout.body["amount"])
        world.books.write(back)
        payout.body["failure_balance_transaction"] = back.id
        if status == "failed":
            payout.body["failure_code"] = "account_closed"
            payout.body["failure_message"] = "The bank account has been closed."
    world.books.write(payout)


def _born(world: World, currency: str, *, automatic: bool) -> Entry:
    now = world.now()
    body: Json = {
        "id": new_id("po_1"),
        "object": "payout",
        "amount": 0,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": now // _DAY * _DAY,
        "automatic": automatic,
        "balance_transaction": None,
        "created": now,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": new_id("ba_1"),
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": "SANDBOX",
        "status": "paid",
        "trace_id": None,
        "type": "bank_account",
    }
    return world.books.write(Entry(body=body))


def _moves(world: World, currency: str) -> Iterator[_Move]:
    """Whatever moved money of a currency and was never told on a line."""
    for one in _every(world, "charge", currency):
        if one.body["captured"] and one.body["balance_transaction"] is None:
            yield _charge(one)
    for one in _every(world, "refund", currency):
        yield from _refund(one)
    for one in _every(world, "dispute", currency):
        yield from _dispute(one)


def _charge(charge: Entry) -> _Move:
    """By a card it is a `charge`, by anything else a `payment`."""
    card = charge.body["payment_method_details"]["type"] == "card"
    amount = charge.body["amount_captured"]
    return _Move(
        kind="charge" if card else "payment",
        category="charge",
        source=charge,
        amount=amount,
        mark="balance_transaction",
        fee=round(amount * 15 / 1000) + 25,
    )


def _refund(refund: Entry) -> Iterator[_Move]:
    amount, told = refund.body["amount"], refund.body["balance_transaction"] is not None
    gone = refund.body["status"] not in _LOST
    if gone and not told:
        yield _Move(
            kind="refund",
            category="refund",
            source=refund,
            amount=-amount,
            mark="balance_transaction",
        )
    if not gone and told and refund.body.get("failure_balance_transaction") is None:
        yield _Move(
            kind="refund_failure",
            category="refund_failure",
            source=refund,
            amount=amount,
            mark="failure_balance_transaction",
        )


def _dispute(dispute: Entry) -> Iterator[_Move]:
    """An inquiry takes no money."""
    amount = dispute.body["amount"]
    if dispute.body["status"].startswith("warning"):
        return
    if "taken" not in dispute.hidden:
        yield _Move(
            kind="adjustment",
            category="dispute",
            source=dispute,
            amount=-amount,
            mark="taken",
            fee=_OF_A_DISPUTE,
        )
    if dispute.body["status"] == "won" and "given" not in dispute.hidden:
        yield _Move(
            kind="adjustment",
            category="dispute_reversal",
            source=dispute,
            amount=amount,
            mark="given",
        )


def _told(world: World, move: _Move, payout: str) -> Entry:
    """The line of a move, of which its source knows from here on."""
    source = move.source
    line = _line(
        world, source, kind=move.kind, category=move.category, amount=move.amount, fee=move.fee
    )
    line.hidden["payout"] = payout
    if source.kind == "dispute":
        source.hidden[move.mark] = line.id
    else:
        source.body[move.mark] = line.id
    world.books.write(source)
    return world.books.write(line)


def _returned(world: World, currency: str, payout: str) -> Iterator[Entry]:
    """What earlier payouts gave back."""
    for one in _every(world, "balance_transaction", currency):
        if one.body["type"] in ("payout_failure", "payout_cancel") and not one.hidden:
            one.hidden["payout"] = payout
            yield world.books.write(one)


def _every(world: World, kind: str, currency: str) -> list[Entry]:
    rows = world.books.rows(
        "select * from objects where kind = ? and json_extract(body, '$.currency') = ?"
        " order by created, place",
        (kind, currency),
    )
    return [entry_of(row) for row in rows]


def _line(
    world: World, source: Entry, *, kind: str, category: str, amount: int, fee: int = 0
) -> Entry:
    details = {
        "amount": fee,
        "application": None,
        "currency": source.body["currency"],
        "description": "Processing fees",
        "type": "stripe_fee",
    }
    body: Json = {
        "id": new_id("txn_1"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": world.now(),
        "balance_type": "payments",
        "created": world.now(),
        "currency": source.body["currency"],
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source.id,
        "status": "available",
        "type": kind,
    }
    return Entry(body=body)


def retrieve(world: World, params: Json, *, of: str) -> Json:
    return world.get("payout", of).body


def list_all(world: World, params: Json) -> Json:
    return page(world, "payout", params=params, url="/v1/payouts")


def list_lines(world: World, params: Json) -> Json:
    if "payout" in params:
        world.given("payout", params["payout"], param="payout")
    return page(world, "balance_transaction", params=params, url="/v1/balance_transactions")
