"""The letters about a cancellation or a move: one-time links, and the word that it is done."""

from collections.abc import Sequence

from adapters.mail.letters.confirmed import told_cancellation
from adapters.mail.letters.context import (
    Occasion,
    about_customer,
    about_everything,
    about_given_up,
    about_order,
    about_withdrawal,
    held_by_hand_before,
    lost_before,
)
from adapters.mail.letters.letter import Action, Body, Statement
from adapters.mail.letters.returned import why_cancelled, why_part
from ledger.kernel.money import Money
from ledger.order.amendment import price_of
from ledger.order.cancellation_policy import LINK_LIFETIME, apart_from_time
from ledger.order.order import LinkRequest, StartMove
from ledger.order.refund import OWED_BY_SHOP, Refund
from ledger.order.stamps import Cause


def cancelled(at: Occasion) -> Body:
    """The order is cancelled, or a part of it, and no refund of its own tells so."""
    if at.part:
        return _part_cancelled(at)
    return Body(
        subject=at.say("Your order %(order)s is cancelled", order=at.order_number),
        mark=at.say("Cancelled"),
        tone="calm",
        heading=at.say("Your order is cancelled"),
        paragraphs=(at.greeting(), *why_cancelled(at), _money(at)),
        facts=(*about_everything(at, at.say("Receipt")), *about_withdrawal(at)),
        statement=Statement(
            sum_label=at.say("Total"), total=at.order.due, pieces=at.lines, extra=_fees(at)
        ),
        notes=(at.contact(),),
    )


def _fees(at: Occasion) -> Sequence[tuple[str, Money]]:
    """What was kept of the price of parts that went before: the total holds it."""
    fees = at.order.fees_of_parts
    return [(at.say("Cancellation fee kept back"), fees)] if fees else ()


def _part_cancelled(at: Occasion) -> Body:
    """Pieces that brought no money back, or whose refund was refused after they were gone."""
    price = price_of(at.part, at.order.currency)
    fee = at.order.amendments[at.correlation_id].fee
    kept = [(at.say("Cancellation fee kept back"), -fee)] if fee else []
    return Body(
        subject=at.say("A part of your order %(order)s is cancelled", order=at.order_number),
        mark=at.say("Cancelled"),
        tone="calm",
        heading=at.say("A part of your order is cancelled"),
        paragraphs=(
            at.greeting(),
            why_part(at),
            _money_of_part(at),
            at.say("The rest of your order stays valid: %(lines)s.", lines=at.rest()),
        ),
        facts=(
            *about_everything(at, at.say("Receipt")),
            *about_given_up(at),
            *about_withdrawal(at),
        ),
        statement=Statement(
            sum_label=at.say("Total"), total=price - fee, pieces=at.part, extra=kept
        ),
        notes=(at.contact(),),
    )


def _money_of_part(at: Occasion) -> str:
    if at.order.refund_of(at.correlation_id) is not None:
        return _money(at)
    if at.order.amendments[at.correlation_id].fee:
        return at.say("The cancellation fee takes all of its price: nothing is returned.")
    return at.say("There was nothing to pay, so there is nothing to return.")


def _owed_by_hand(at: Occasion) -> str:
    """What the shop itself owes and no provider can return."""
    owed = held_by_hand_before(at.order, at.order.cancelled_position)
    if at.order.cancelled_cause not in OWED_BY_SHOP or not owed:
        return ""
    return at.say(
        "We return %(amount)s to you by hand: ticket sales will arrange it with you.",
        amount=at.money(owed),
    )


def _money(at: Occasion) -> str:
    refund = at.order.refund_of(at.correlation_id)
    if told := _owed_by_hand(at):
        return told
    if refund is not None:
        return at.say(
            "The payment provider did not accept the refund. Ticket sales will arrange "
            "the money with you; you need not do anything."
        )
    taken = lost_before(at.order, at.order.cancelled_position)
    if taken:
        return at.say("Your bank took %(amount)s of your payment back.", amount=at.money(taken))
    if at.order.cancelled_cause is Cause.SHOP_CANCELLED and at.order.disputed:
        return at.say("Your bank has asked for your payment back, so it decides about the money.")
    if at.order.cancelled_cause is Cause.SHOP_CANCELLED and not at.order.received:
        return at.say("Nothing was charged, and you need not pay anything.")
    if not at.order.due:
        return at.say("There was nothing to pay, so there is nothing to return.")
    return at.say("If money is to be returned to you, a letter of its own will tell you.")


def withdrawal(at: Occasion) -> Body:
    """A wish to cancel has come, and its refund has not been accepted: both are said (X8)."""
    refund = at.order.refunds[at.correlation_id]
    return Body(
        subject=at.say("We have received your withdrawal, order %(order)s", order=at.order_number),
        mark=at.say("Withdrawal"),
        tone="calm",
        heading=at.say("We have received your withdrawal"),
        paragraphs=(
            at.greeting(),
            at.say("You withdraw from this part of the order.")
            if at.part
            else at.say("You withdraw from the contract of this order."),
            _refused(at) if refund.was_refused else _asked(at, refund),
        ),
        facts=(*about_order(at), *about_given_up(at), *about_withdrawal(at), *about_customer(at)),
        statement=_withdrawn(at),
        notes=(at.contact(),),
    )


def _withdrawn(at: Occasion) -> Statement:
    if at.part:
        price = price_of(at.part, at.order.currency)
        return Statement(sum_label=at.say("Total"), total=price, pieces=at.part)
    total = at.order.due_at(at.began)
    return Statement(sum_label=at.say("Total"), total=total, pieces=at.lines, extra=_fees(at))


def _asked(at: Occasion, refund: Refund) -> str:
    return at.say(
        "We have asked the payment provider to return %(amount)s and do not have its answer yet. "
        "We keep asking. You need not do anything; we write to you when it is done.",
        amount=at.money(refund.request.amount if refund.request else at.order.due),
    )


def _refused(at: Occasion) -> str:
    return at.say(
        "The payment provider refused the refund, so your tickets stay valid. Your wish to cancel "
        "is on record, and ticket sales will arrange the refund with you."
    )


def moved(at: Occasion) -> Body:
    """Another start: the old and the new one, and where offered, the choice."""
    told = next(one for one in at.order.moves if one.correlation_id == at.correlation_id)
    shop, reason = at.speech.of(at.order.terms.shop_name), at.speech.of(told.stamp.reason)
    keep = at.say("Your order stays valid for the new date. You need not do anything.")
    return Body(
        subject=at.say("%(shop)s is moved, order %(order)s", shop=shop, order=at.order_number),
        mark=at.say("New date"),
        tone="calm",
        heading=at.say("%(shop)s takes place at another time", shop=shop),
        paragraphs=tuple(filter(None, (at.greeting(), reason, keep))),
        facts=(
            (at.say("New start"), at.speech.moment(told.stamp.starts_at)),
            (at.say("Old start"), at.speech.moment(told.stamp.before)),
            *about_order(at),
        ),
        statement=Statement(sum_label=at.say("Total"), total=at.order.due),
        action=_choice(at, told),
        notes=(at.contact(),),
    )


def _choice(at: Occasion, told: StartMove) -> Action | None:
    code, until = told.stamp.code, told.stamp.refunds_until
    if code is None or until is None:
        return None
    return Action(
        label=at.say("Keep the order, or have the money back"),
        url=at.choice_page(code),
        note=at.say(
            "If the new date does not suit you, you can have all your money back until %(until)s. "
            "Opening the page decides nothing; after that time the order is kept.",
            until=at.speech.moment(until),
        ),
    )


def link(at: Occasion) -> Body:
    """The one-time link that cancels an order."""
    asked = next(one for one in at.order.links if one.correlation_id == at.correlation_id)
    return Body(
        subject=at.say("Link to cancel your order %(order)s", order=at.order_number),
        mark=at.say("One-time link"),
        tone="calm",
        heading=at.say("Do you want to cancel your order?"),
        paragraphs=(at.greeting(), *_invitation(at)),
        facts=(*about_order(at), (at.say("Total"), at.money(at.order.due))),
        action=_action(at, asked),
        notes=(
            at.say("If you did not ask for this, ignore this letter: nothing happens."),
            at.contact(),
        ),
    )


def _invitation(at: Occasion) -> tuple[str, ...]:
    asked = at.say("Somebody, most likely you, asked for a link to cancel this order.")
    told = told_cancellation(at, apart_from_time(at.order))
    return (asked, told) if told else (asked,)


def _action(at: Occasion, asked: LinkRequest) -> Action | None:
    """The link; none once the code was erased with the person."""
    if asked.code is None:
        return None
    return Action(
        label=at.say("Withdraw from contract here"),
        url=at.cancel_page(asked.code),
        note=at.say(
            "The link works once, for %(hours)s hours, until %(until)s. It opens a page that "
            "asks you to confirm: nothing is cancelled before you do.",
            hours=LINK_LIFETIME.total_seconds().__trunc__() // 3600,
            until=at.speech.moment(asked.requested_at + LINK_LIFETIME),
        ),
    )
