"""Every letter of an order, whole: of what, since which position, from when and until when."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.kernel.erasure import Erased, Ground
from ledger.order.due import Due
from ledger.order.letters_due import letters_due, owed
from ledger.order.stamps import (
    BuyerAddressed,
    Letter,
    OrderAmended,
    Pieces,
    ReceiptFailed,
    ReceiptSendStarted,
    ReceiptSent,
)
from tests.kits.spec import (
    ADA,
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    CANCELLED,
    CONFIRMED_FREE,
    FREE,
    GIVEN_UP,
    LATER,
    LINK,
    MOVED,
    NOON,
    ORDER,
    OUTSIDE,
    PAID,
    PLACED,
    PLACING,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    SECOND,
    TIMED_OUT,
    WISH,
    eur,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAID)
RETURNED = (*BOUGHT, REFUND_ASKED, REFUND_ACCEPTED)
SOON = NOON + timedelta(minutes=3 + 2)
CAME = Due(correlation_id=ATTEMPT, letter=Letter.PAID, position=3)
WENT = Due(correlation_id=WISH, letter=Letter.REFUNDED, position=4)
GONE = Due(correlation_id=WISH, letter=Letter.CANCELLED, position=4)
WISHED = Due(correlation_id=WISH, letter=Letter.WITHDRAWAL, position=4, begin=SOON)
LATER_START = Due(
    correlation_id=WISH, letter=Letter.MOVED, position=4, end=NOON + timedelta(days=92, hours=22)
)
BY_MAIL = BuyerAddressed(mailing=SECOND, about_order=True)
ONE_LESS = OrderAmended(
    pieces=(Pieces(line=0, quantity=1),), amount=eur(3500), fee=eur(0), cause=CANCELLED.cause
)


def posted(kind: type, letter: Letter, **fields: Any) -> Any:
    return put(kind(letter=letter, try_number=1, **fields), under=WISH)


def begun(letter: Letter) -> Any:
    return posted(ReceiptSendStarted, letter)


def sent(letter: Letter) -> Any:
    return posted(ReceiptSent, letter, message_id="<1@shop>", body_hash="00")


def came(cents: int, *, under: Any, name: str) -> tuple[Any, ...]:
    paid = replace(PAID, amount=eur(cents), provider_reference=name)
    return put(replace(ASKED, amount=eur(cents)), under=under), put(paid, under=under)


ERASED = put(Erased(subject=ORDER, ground=Ground.DUE), under=OUTSIDE)
BOUNCED = posted(ReceiptFailed, Letter.REFUNDED, code="451", permanent=False)
IN_TWO = (
    *came(4000, under=ATTEMPT, name="pi_1"),
    *came(3000, under=SECOND, name="pi_2"),
)


@pytest.mark.parametrize(
    ("stack", "letters"),
    [
        pytest.param(
            (FREE, CONFIRMED_FREE),
            [Due(correlation_id=PLACING, letter=Letter.PAID, position=1)],
            id="free",
        ),
        pytest.param(BOUGHT, [CAME], id="paid"),
        pytest.param(
            (PLACED, *IN_TWO, ONE_LESS),
            [
                Due(correlation_id=SECOND, letter=Letter.PAID, position=5),
                Due(correlation_id=WISH, letter=Letter.CANCELLED, position=6),
            ],
            id="a price of then that came in two, of which a part is enough today",
        ),
        pytest.param((*BOUGHT, REFUND_ASKED), [CAME, WISHED], id="a wish that has no answer"),
        pytest.param(RETURNED, [CAME, WENT], id="a refund that was accepted at once"),
        pytest.param(
            (*RETURNED, begun(Letter.WITHDRAWAL)),
            [CAME, WENT, WISHED],
            id="a wish whose own letter was begun before",
        ),
        pytest.param(
            (*RETURNED, begun(Letter.REFUNDED), sent(Letter.REFUNDED)),
            [CAME, WENT],
            id="a refund that was told and stands",
        ),
        pytest.param(
            (*BOUGHT, put(GIVEN_UP, under=WISH)), [CAME, GONE], id="cancelled with its shop"
        ),
        pytest.param(
            (*BOUGHT, LINK, put(GIVEN_UP, under=SECOND)),
            [CAME, replace(GONE, correlation_id=SECOND, position=5)],
            id="a link to what is cancelled",
        ),
        pytest.param((*BOUGHT, MOVED), [CAME, LATER_START], id="paid and moved"),
        pytest.param(
            (LATER, ASKED, AUTHORIZED, MOVED), [LATER_START], id="moved while money is kept ready"
        ),
        pytest.param((PLACED, ASKED, TIMED_OUT, MOVED), [], id="moved after it had timed out"),
        pytest.param((PLACED, ASKED, MOVED), [], id="moved while nothing was paid"),
        pytest.param(
            (*BOUGHT, put(BY_MAIL, under=OUTSIDE)),
            [CAME, Due(correlation_id=OUTSIDE, letter=Letter.BUYERS, position=1)],
            id="written to with all buyers",
        ),
    ],
)
def test_an_order_owes_exactly_these_letters(stack, letters):
    assert [*owed(order_of(*stack))] == letters


FAILED_LATER = (*RETURNED, begun(Letter.REFUNDED))


@pytest.mark.parametrize(
    ("outcome", "corrected"), [((), False), ((BOUNCED,), False), ((sent(Letter.REFUNDED),), True)]
)
def test_only_what_was_told_is_corrected_when_the_refund_fails_after_all(outcome, corrected):
    order = order_of(*FAILED_LATER, *outcome, REFUND_FAILED)
    correction = Due(correlation_id=WISH, letter=Letter.CORRECTION, position=order.position)
    found = [one for one in owed(order) if one.letter is Letter.CORRECTION]
    assert found == ([correction] if corrected else [])


@pytest.mark.parametrize(
    "stack",
    [
        pytest.param(
            (replace(PLACED, customer=replace(ADA, email="")), ASKED, PAID), id="sold to nobody"
        ),
        pytest.param((*BOUGHT, ERASED), id="erased"),
    ],
)
def test_nobody_is_written_to_who_is_not_known(stack):
    order = order_of(*stack)
    assert [*owed(order)] == [CAME]
    assert letters_due(order) == ()
    assert [*letters_due(order_of(*BOUGHT))] == [CAME]
