"""Names, answers and tickets that are sent on: the stamps, the refusals, the silences, the laws."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.refusals import (
    AnswersClosed,
    AnswersInvalid,
    AnswersMoved,
    Refusal,
    TicketNotSendable,
)
from ledger.order.commands import ChangeAnswers, CorrectAnswers, SendTicket, TakeTicketBack
from ledger.order.decide import decide
from ledger.order.holders_letters import sending_of, told_of_move
from ledger.order.letters_due import letters_due
from ledger.order.retention import event_over_at
from ledger.order.stamps import (
    AnswersChanged,
    CancellationWithdrawn,
    Cancelled,
    Cause,
    Letter,
    OrderAmended,
    Pieces,
    ReceiptSendStarted,
    ReceiptSent,
    SeatsReleased,
    TicketAddress,
    TicketAnswers,
)
from ledger.order.tickets import TicketCode
from tests.kits import spec
from tests.kits.spec import (
    ATTEMPT,
    CODE,
    NOON,
    OPENING,
    ORDER,
    OUTSIDE,
    SENDING,
    WISH,
    eur,
    given,
    order_of,
    put,
)
from tests.kits.ticket_codes import codes

PAID = (spec.PLACED, spec.ASKED_ABOUT, spec.ANSWERED, spec.ASKED, spec.PAGE, spec.PAID)
TICKETED = (*PAID, spec.ISSUED)
SENT_ON = (*TICKETED, spec.SENT_ON)
CLAIM = put(ReceiptSendStarted(letter=Letter.TICKET, try_number=1), under=SENDING)
TOLD = put(
    ReceiptSent(letter=Letter.TICKET, try_number=1, message_id="<1>", body_hash="h"), under=SENDING
)
GONE = (
    put(Cancelled(cause=Cause.STAFF, reason="x"), under=OUTSIDE),
    put(SeatsReleased(), under=OUTSIDE),
)
TICKET, VOID = (SENDING, Letter.TICKET), (SENDING, Letter.TICKET_VOID)


def who(**changes):
    return {"correlation_id": WISH, "actor": "customer", "at": NOON + timedelta(hours=1), **changes}


def told(number, **answers):
    return TicketAnswers(ticket=number, answers=answers)


def send(ticket=2, email="cem@example.org", fresh=5, **changes):
    return SendTicket(
        **who(**changes.pop("who", {})),
        ticket=ticket,
        email=email,
        email_index=email,
        language="en",
        code=CODE,
        ticket_code=codes(6)[fresh],
        **changes,
    )


def back(ticket=2, fresh=5, **changes):
    return TakeTicketBack(**who(), ticket=ticket, ticket_code=codes(6)[fresh], **changes)


def test_what_changes_is_stamped_and_what_is_so_already_is_not():
    same = told(1, name=" Ada Lovelace ", meal="")
    new = told(2, name="Bea", mail="bea@example.org")
    wish = ChangeAnswers(**who(), tickets=(same, new), holders={"bea@example.org": "bea"})
    given(*PAID).when(wish).then(
        AnswersChanged(tickets=(TicketAddress(ticket=2, email_index="bea"),), answers=(new,))
    )
    given(*PAID).when(ChangeAnswers(**who(), tickets=(same,))).then()


@pytest.mark.parametrize(
    ("answers", "question", "rule"),
    [
        ({}, "name", "required"),
        ({"name": "=1"}, "name", "characters"),
        ({"name": "A", "meal": "steak"}, "meal", "choice"),
        ({"name": "A", "mail": "x"}, "mail", "email"),
        ({"name": "A" * 101}, "name", "too_long"),
        ({"name": "A", "wishes": "x\u202ey"}, "wishes", "characters"),
        ({"name": "A", "shoe": "44"}, "shoe", "choice"),
    ],
)
def test_what_is_no_answer_is_refused(answers, question, rule):
    wish = ChangeAnswers(**who(), tickets=(TicketAnswers(ticket=1, answers=answers),))
    given(*PAID).when(wish).then_refuses(AnswersInvalid, question=question, rule=rule)


def test_after_the_date_ticket_sales_alone_change_it_and_leave_out_what_they_want():
    late = ChangeAnswers(**who(at=OPENING), tickets=(told(1, name="Eve"),))
    given(*PAID).when(late).then_refuses(AnswersClosed)
    given(*PAID).when(replace(late, at=OPENING - timedelta(seconds=1)))
    wish = CorrectAnswers(**who(at=OPENING), reason="asked to", tickets=(told(1),))
    given(*PAID).when(wish).then(
        AnswersChanged(tickets=(TicketAddress(ticket=1),), answers=(told(1),), reason="asked to")
    )


def test_nobody_writes_over_what_they_did_not_see():
    wish = ChangeAnswers(**who(), tickets=(told(1, name="Eve"),), seen=2)
    given(*PAID).when(wish).then_refuses(AnswersMoved)
    other = put(replace(spec.SENT_ON, email="dan@example.org"), under=OUTSIDE)
    given(*TICKETED, other).when(send(seen=7)).then_refuses(AnswersMoved)
    given(*TICKETED, other).when(back(seen=7)).then_refuses(AnswersMoved)


def test_a_ticket_has_a_new_code_with_each_holder_and_the_old_ones_are_known_as_such():
    order = order_of(*SENT_ON)
    assert [one.code for one in order.valid_tickets] == [codes(3)[0].code, codes(3)[2].code]
    assert order.tickets is not None
    assert order.tickets.former == ((codes(3)[1].hash, 2),)
    assert [one.number for one in order.own_tickets] == [1]
    again = order_of(*SENT_ON, spec.TAKEN_BACK)
    assert again.valid_tickets[1].code == codes(4)[3].code
    assert not again.holders


@pytest.mark.parametrize(
    ("stack", "wish", "rule"),
    [
        (PAID, send(), "not_issued"),
        ((*TICKETED, *GONE), send(), "not_valid"),
        (TICKETED, send(ticket=3), "not_valid"),
        (TICKETED, send(who={"at": OPENING + timedelta(days=2)}), "over"),
        (TICKETED, send(fresh=1), "code"),
        (SENT_ON, send(fresh=1), "code"),
        (TICKETED, back(ticket=3), "not_sent"),
        ((*TICKETED, spec.CHECKED_IN), send(ticket=1), "used"),
    ],
)
def test_what_is_no_valid_ticket_of_theirs_is_not_sent(stack, wish, rule):
    given(*stack).when(wish).then_refuses(TicketNotSendable, rule=rule)


def sent_to_many(times):
    """Ticket 2, so often, each time to somebody else under another code."""
    return [
        put(
            replace(spec.SENT_ON, email=f"{nth}@example.org", hash=f"hash {nth}"),
            under=UUID(int=nth),
        )
        for nth in range(1, times + 1)
    ]


def test_a_ticket_is_sent_on_ten_times_and_the_other_ones_as_often():
    assert given(*TICKETED, *sent_to_many(9)).when(send()).stamps
    often = given(*TICKETED, *sent_to_many(10))
    often.when(send()).then_refuses(TicketNotSendable, rule="too_often")
    assert often.when(send(ticket=1)).stamps


def test_a_ticket_that_was_used_under_an_earlier_code_is_not_sent_on():
    entered = put(replace(spec.CHECKED_IN, ticket=codes(3)[1].hash), under=spec.SCAN)
    renewed = given(*TICKETED, entered, spec.SENT_ON)
    renewed.when(send()).then_refuses(TicketNotSendable, rule="used")
    assert given(*SENT_ON).when(send()).stamps


def test_the_same_again_is_silent():
    given(*SENT_ON).when(send(email="bea@example.org")).then()
    given(*TICKETED).when(back()).then()


def test_a_holder_is_written_to_once_and_told_when_it_is_over():
    given(*SENT_ON).still_owes((ATTEMPT, Letter.PAID), TICKET)
    given(*SENT_ON, CLAIM, TOLD).still_owes((ATTEMPT, Letter.PAID))
    given(*SENT_ON, CLAIM, TOLD, spec.TAKEN_BACK).still_owes((ATTEMPT, Letter.PAID), VOID)
    # Who heard nothing hears nothing; of what is on its way the fate is awaited first.
    given(*SENT_ON, spec.TAKEN_BACK).still_owes((ATTEMPT, Letter.PAID))
    given(*SENT_ON, CLAIM, spec.TAKEN_BACK).still_owes((ATTEMPT, Letter.PAID), TICKET)


def test_a_holder_hears_of_the_cancelled_part_and_of_a_cancellation_that_was_a_mistake():
    piece = (Pieces(line=0, quantity=1),)
    part = (
        put(OrderAmended(pieces=piece, amount=eur(3500), fee=eur(0), cause=Cause.STAFF)),
        put(SeatsReleased(pieces=piece)),
    )
    owed = [one.letter for one in letters_due(order_of(*SENT_ON, CLAIM, TOLD, *part))]
    assert Letter.TICKET_VOID in owed
    void = (
        put(ReceiptSendStarted(letter=Letter.TICKET_VOID, try_number=1), under=SENDING),
        put(
            ReceiptSent(letter=Letter.TICKET_VOID, try_number=1, message_id="<2>", body_hash="h"),
            under=SENDING,
        ),
    )
    undone = put(CancellationWithdrawn(cancellation=OUTSIDE, approver="boss"), under=WISH)
    told_void = (*SENT_ON, CLAIM, TOLD, *GONE, *void)
    assert [one.letter for one in letters_due(order_of(*told_void)) if one.letter in VOID] == []
    again = letters_due(order_of(*told_void, undone))
    assert [one.letter for one in again if one.letter is Letter.TICKET] == [Letter.TICKET]
    assert SENDING not in {one.correlation_id for one in again}


def test_whose_event_is_moved_gets_the_ticket_once_more_with_the_new_time_and_once_only():
    moved = put(spec.MOVED, under=OUTSIDE)
    told_here = order_of(*SENT_ON, CLAIM, TOLD, moved)
    (due,) = [one for one in letters_due(told_here) if one.letter is Letter.TICKET]
    assert due.correlation_id != SENDING
    assert due.end == spec.MOVED.starts_at
    assert told_of_move(told_here, due.correlation_id) == told_here.move
    assert sending_of(told_here, due.correlation_id) == told_here.sendings[0]
    under = due.correlation_id
    claim = put(ReceiptSendStarted(letter=Letter.TICKET, try_number=1), under=under)
    sent = put(
        ReceiptSent(letter=Letter.TICKET, try_number=1, message_id="<2>", body_hash="h"),
        under=under,
    )
    after = order_of(*SENT_ON, CLAIM, TOLD, moved, claim, sent)
    again = [one for one in letters_due(after) if one.letter is Letter.TICKET]
    assert all((one.correlation_id, one.letter) in after.postings for one in again)
    # Who gave it up before is not told of a new time, and who had not heard yet has one letter.
    given(*SENT_ON, CLAIM, TOLD, spec.TAKEN_BACK, moved).still_owes(
        (ATTEMPT, Letter.PAID), (OUTSIDE, Letter.MOVED), VOID
    )
    unheard = letters_due(order_of(*SENT_ON, moved))
    assert len([one for one in unheard if one.letter is Letter.TICKET]) == 1


ACTS = st.sampled_from(
    ["answer", "send bea", "send cem", "back", "write", "move", "cancel part", "cancel", "erase"]
)


class Told:
    """An order that people act on, one minute after the other, and the letters that went out."""

    def __init__(self):
        self.order, self.letters, self.drawn = order_of(*TICKETED), [], 2
        self.at = NOON + timedelta(hours=1)

    def does(self, act, ticket):  # noqa: C901 (a dispatching match)
        self.at += timedelta(minutes=1)
        under = uuid5(ORDER, f"{self.at}")
        self.drawn += 1
        fresh = codes(self.drawn)[-1]
        who_acts: dict[str, Any] = {"correlation_id": under, "actor": "someone", "at": self.at}
        match act.split():
            case ["answer"]:
                answers = {"name": f"Person {self.drawn}", "mail": "eve@example.org"}
                self._wish(
                    ChangeAnswers(
                        **who_acts,
                        tickets=(TicketAnswers(ticket=ticket, answers=answers),),
                        holders={"eve@example.org": "eve"},
                    )
                )
            case ["send", name]:
                self._wish(self._sending(who_acts, ticket, name, fresh))
            case ["back"]:
                self._wish(TakeTicketBack(**who_acts, ticket=ticket, ticket_code=fresh))
            case ["write"]:
                self._write()
            case ["move"]:
                self._stamp(under, replace(spec.MOVED, move=under))
            case ["cancel", "part"]:
                piece = (Pieces(line=0, quantity=1),)
                if not self.order.freed:
                    self._stamp(under, SeatsReleased(pieces=piece))
            case ["cancel"]:
                self._stamp(under, Cancelled(cause=Cause.STAFF))
                self._stamp(under, SeatsReleased())
            case _:
                self._stamp(under, Erased(subject=ORDER, ground=Ground.ASKED))

    @staticmethod
    def _sending(who_acts, ticket, name, fresh: TicketCode):
        return SendTicket(
            **who_acts,
            ticket=ticket,
            email=f"{name}@example.org",
            email_index=name,
            language="en",
            code=f"{name}-{fresh.code}",
            ticket_code=fresh,
        )

    def _wish(self, wish):
        try:
            stamps = decide(wish, self.order)
        except Refusal:
            return
        for one in stamps:
            self._stamp(wish.correlation_id, one)

    def _stamp(self, under: UUID, one):
        self.order = spec.after(self.order, one, under=under, at=self.at)

    def _write(self):
        for due in letters_due(self.order):
            if due.letter not in (Letter.TICKET, Letter.TICKET_VOID):
                continue
            known = self.order.postings.get((due.correlation_id, due.letter))
            assert known is None, "no letter goes out twice"
            self.letters.append((due.correlation_id, due.letter))
            self._stamp(due.correlation_id, ReceiptSendStarted(letter=due.letter, try_number=1))
            sent = ReceiptSent(
                letter=due.letter, try_number=1, message_id=f"<{due}>", body_hash="h"
            )
            self._stamp(due.correlation_id, sent)

    def holds(self):
        """The laws of names and of sending on, as the order stands."""
        order = self.order
        assert len(self.letters) == len({*self.letters})
        valid = {one.number: one.code for one in order.valid_tickets}
        assert len({*valid.values()}) == len(valid)
        current = [one for one in order.sendings if not one.ended_position]
        assert len({one.ticket for one in current}) == len(current), "one holder per ticket"
        own = {one.number for one in order.own_tickets}
        assert own | {*order.holders} >= {*valid}
        assert not own & {*order.holders}
        issued = order.tickets
        assert issued is not None
        assert not {*issued.hashes} & {one for one, _ in issued.former}
        if order.erased:
            assert not order.answers
            assert all(one.email is None and one.code is None for one in order.sendings)
            assert not letters_due(order)


@settings(max_examples=60, deadline=None)
@every(st.lists(st.tuples(ACTS, st.integers(1, 2)), max_size=14))
def test_in_any_order_there_is_one_holder_no_letter_twice_and_nothing_left_after_an_erasure(acts):
    told_of = Told()
    for act, ticket in acts:
        told_of.does(act, ticket)
        told_of.holds()


@pytest.mark.parametrize(
    ("before", "goes"), [(timedelta(microseconds=1), True), (timedelta(), False)]
)
def test_a_ticket_is_sent_until_the_event_is_over_and_not_at_that_moment(before, goes):
    over = event_over_at(order_of(*TICKETED))
    wish = send(who={"at": over - before})
    if goes:
        assert given(*TICKETED).when(wish).stamps
    else:
        given(*TICKETED).when(wish).then_refuses(TicketNotSendable, ticket=2, rule="over")
