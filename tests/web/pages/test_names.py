"""Names and answers of tickets, at checkout and after, and tickets that are sent on."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from ledger.order.commands import CancelWithShop, MoveWithShop
from ledger.order.letters_due import letters_due
from ledger.order.stamps import (
    AnswersChanged,
    Letter,
    QuestionsAsked,
    ReceiptSendStarted,
    ReceiptSent,
    TicketCheckedIn,
)
from ledger.order.ticket_answers import asked_tickets, unanswered
from tests.kits.asking_shop import BEA, asking, bought, form, order_of, with_tickets
from tests.kits.pages import MEMBER, address, press
from web.actions.held_tickets import held_tickets
from web.actions.personal_archive import letters
from web.actions.persons import holdings_of

NAMED = {"name_1": "Ada Lovelace", "name_2": "Bea Åberg"}


@pytest.fixture(scope="module")
def world():
    return asking()


def names(order):
    return f"{address(order)}/names"


def let_account_in(world, browser, email):
    """By the link of a letter."""
    page = browser.get("/me/sign-in").text
    press(browser, page, "/me/sign-in", email=email)
    link = urlsplit(world.post.letters[-1]["url"]).path
    press(browser, browser.get(link).text, link)


def link_of(world, order, ticket=2):
    code = order.holders[ticket].code
    return f"/winterfest/tickets/{code}"


def test_what_has_to_be_told_first_is_asked_for_and_all_that_is_wrong_is_said_at_once(world):
    answer = bought(world, name_1="=cmd()", meal_2="steak", mail_2="nobody")
    assert answer.status_code == 422
    for said in (
        "Use letters, spaces, apostrophes",
        "Choose one of the answers",
        "Answer this question",
        "Enter an email address",
        "Weekend ticket, ticket 2 of 2",
        'value="=cmd()"',
        "You can answer later, too.",
    ):
        assert said in answer.text, said


def test_answers_stand_in_the_order_sealed_and_what_may_wait_is_asked_for_later(world):
    order = order_of(world, bought(world, **NAMED, mail_2=BEA))
    history = world.orders.history(order.id)
    (asked,) = (one.stamp for one in history if isinstance(one.stamp, QuestionsAsked))
    (told,) = (one.stamp for one in history if isinstance(one.stamp, AnswersChanged))
    assert len(asked.asked[0].questions.asked) == 4
    assert [one.email_index for one in told.tickets] == [
        "",
        world.store.keyring.blind_index("Bea@Example.org"),
    ]
    assert [one.name for one in asked_tickets(order)] == ["Ada Lovelace", "Bea Åberg"]
    assert len(unanswered(order)) == 2
    raw = b"".join(bytes(one.state) for one in world.store.recorder.select_events(order.id))
    assert b"Lovelace" not in raw
    assert BEA.encode() not in raw
    page = world.browser.get(address(order)).text
    assert "Names and answers for your tickets" in page
    assert "not answered yet" in page
    for private in ("Lovelace", BEA, MEMBER["email"]):
        assert private not in page


def test_the_same_form_twice_is_one_order_and_other_answers_are_another_wish(world):
    browser = world.app.test_client()
    page = browser.get("/winterfest/checkout?buy.weekend=2").text
    first = order_of(world, bought(world, browser, page, **NAMED))
    size = world.store.head()[0]
    again = bought(world, browser, page, **NAMED)
    assert again.status_code == 303
    assert world.store.head()[0] == size
    other = bought(world, browser, page, name_1="Ada Lovelace", name_2="Cem")
    assert str(first.id) in other.text
    assert other.status_code == 409


def test_they_are_changed_until_the_date_and_what_was_needed_stays(world):
    order = order_of(world, bought(world, **NAMED))
    page = world.browser.get(names(order)).text
    assert 'value="Bea Åberg"' in page
    told = {"answer.1.name": "Ada King", "answer.2.name": "Bea", "answer.1.meal": "vegan"}
    done = form(world.browser, page, names(order), **told, **{"answer.2.meal": "all"})
    assert done.status_code == 303
    after = world.orders.get(order.id)
    assert after.answers[1] == {"name": "Ada King", "meal": "vegan"}
    assert not unanswered(after)
    # What somebody else told meanwhile is not written over.
    late = form(world.browser, page, names(order), **{**told, "answer.1.name": "Eve"})
    assert late.status_code == 412
    assert "Somebody answered meanwhile" in late.text
    page = world.browser.get(names(order)).text
    empty = form(world.browser, page, names(order), **{**told, "answer.1.name": ""})
    assert empty.status_code == 422
    assert world.orders.get(order.id).answers == after.answers
    size = world.store.head()[0]
    kept = {f"answer.{n}.{q}": text for n, one in after.answers.items() for q, text in one.items()}
    assert form(world.browser, page, names(order), **kept).status_code == 303
    assert world.store.head()[0] == size


def test_a_ticket_is_sent_on_and_only_its_holder_s_code_lets_in(world):
    order = with_tickets(world)
    page = world.browser.get(names(order)).text
    before = [one.code for one in order.valid_tickets]
    done = form(world.browser, page, f"{address(order)}/tickets/2/send", email=BEA, language="fi")
    assert done.headers["Location"].endswith("done=sent")
    after = world.orders.get(order.id)
    assert after.valid_tickets[0].code == before[0]
    assert after.valid_tickets[1].code not in before
    assert [one.number for one in after.own_tickets] == [1]
    assert BEA in world.browser.get(names(order)).text
    stranger = world.app.test_client()
    held = stranger.get(link_of(world, after))
    assert held.status_code == 200
    assert after.valid_tickets[1].code[:4] in held.text
    for private in (str(order.id), "35.00", MEMBER["email"], "Lovelace", before[0][:4], "2 of 2"):
        assert private not in held.text
    pdf = stranger.get(f"{link_of(world, after)}/ticket.pdf")
    assert pdf.status_code == 200
    assert pdf.headers["Cache-Control"] == "private, no-store"
    told = form(stranger, held.text, link_of(world, after), **{"answer.2.name": "Bea B"})
    assert told.status_code == 303
    assert world.orders.get(order.id).answers[2]["name"] == "Bea B"


def test_taken_back_or_sent_elsewhere_its_page_is_closed_and_the_holder_is_told(world):
    order = with_tickets(world)
    page = world.browser.get(names(order)).text
    form(world.browser, page, f"{address(order)}/tickets/2/send", email=BEA)
    sent = world.write(world.orders.get(order.id))
    first = link_of(world, sent)
    text = world.parts.letter_text(sent, Letter.TICKET, sent.sendings[0].correlation_id, None)
    assert first in text
    for private in (str(order.id), "35.00", "70.00", MEMBER["email"], "Lovelace", "Virtanen"):
        assert private not in text
    page = world.browser.get(names(order)).text
    stale = form(world.browser, page, f"{address(order)}/tickets/2/take-back")
    assert stale.headers["Location"].endswith("done=taken")
    after = world.orders.get(order.id)
    assert len(after.own_tickets) == 2
    gone = world.app.test_client().get(first)
    assert gone.status_code == 410
    assert "not yours any more" in gone.text
    assert world.browser.get(f"{first}/ticket.pdf").status_code == 403
    again = form(world.browser, page, f"{address(order)}/tickets/2/send", email="cem@example.org")
    assert again.status_code == 412


def test_whoever_only_has_the_order_s_address_sees_no_name_and_changes_nothing(world):
    order = with_tickets(world)
    page = world.browser.get(names(order)).text
    form(world.browser, page, f"{address(order)}/tickets/2/send", email=BEA)
    after, stranger = world.orders.get(order.id), world.app.test_client()
    shown = stranger.get(names(order))
    private = ("Ada Lovelace", "Bea Åberg", BEA, MEMBER["email"], after.holders[2].code)
    assert shown.status_code == 200
    assert "Sign in with the order" in shown.text
    assert not [one for one in private if one in shown.text]
    form_of_another = stranger.get(address(order)).text
    on = f"{address(order)}/tickets"
    for to in (names(order), f"{on}/1/send", f"{on}/2/take-back"):
        told = press(stranger, form_of_another, to, email=BEA, **{"answer.1.name": "Eve"})
        assert told.status_code == 403
        assert not [one for one in private if one in told.text]
    assert world.orders.get(order.id).version == after.version
    # The file of the tickets is for whoever has the address; the names on it are not.
    mine, theirs = (one.get(f"{address(order)}/tickets.pdf") for one in (world.browser, stranger))
    assert mine.status_code == theirs.status_code == 200
    assert mine.data != theirs.data


def test_signed_in_with_the_order_s_address_one_is_the_buyer_on_any_browser(world):
    order = with_tickets(world)
    other = world.app.test_client()
    let_account_in(world, other, MEMBER["email"])
    assert 'value="Ada Lovelace"' in other.get(names(order)).text
    someone = world.app.test_client()
    let_account_in(world, someone, "eve@example.org")
    assert "Lovelace" not in someone.get(names(order)).text


@pytest.mark.parametrize("code", ["x", "A" * 103, "ä", "%00", "A" * 5000, "..%2f", "=" * 40])
def test_whatever_is_no_link_is_refused(world, code):
    assert world.browser.get(f"/winterfest/tickets/{code}").status_code in (403, 404)


def test_a_link_of_another_shop_is_none(world):
    order = with_tickets(world)
    page = world.browser.get(names(order)).text
    form(world.browser, page, f"{address(order)}/tickets/1/send", email=BEA)
    code = world.orders.get(order.id).holders[1].code
    assert world.browser.get(f"/elsewhere/tickets/{code}").status_code == 403
    assert world.browser.get(f"/winterfest/tickets/{code[:-2]}AA").status_code == 403


@pytest.mark.parametrize(
    ("ticket", "email", "status"),
    [("1", "nobody", 422), ("1", "a@b\r\nBcc: x@y.z", 422), ("7", BEA, 409), ("0", BEA, 409)],
)
def test_what_cannot_be_sent_is_said(world, ticket, email, status):
    order = with_tickets(world)
    page = world.browser.get(names(order)).text
    answer = form(world.browser, page, f"{address(order)}/tickets/{ticket}/send", email=email)
    assert answer.status_code == status
    assert not world.orders.get(order.id).sendings


def test_whose_event_is_moved_or_cancelled_is_told_in_their_own_letter(world):
    order = with_tickets(world)
    page = world.browser.get(names(order)).text
    form(world.browser, page, f"{address(order)}/tickets/2/send", email=BEA, language="fi")
    move = MoveWithShop(
        correlation_id=uuid4(),
        actor="ledger",
        at=world.clock(),
        move=uuid4(),
        starts_at=order.starts_at + timedelta(days=30),
        reason={"en": "The hall is flooded.", "fi": "Sali on veden alla."},
    )
    moved = world.orders.handle(order.id, move)
    (due,) = [
        one
        for one in letters_due(moved)
        if one.letter is Letter.TICKET and (one.correlation_id, one.letter) not in moved.postings
    ]
    text = world.parts.letter_text(moved, Letter.TICKET, due.correlation_id, None)
    assert "Tapahtuma siirtyy" in text
    assert "Sali on veden alla." in text
    assert link_of(world, moved) in text
    for private in (str(order.id), "35.00", MEMBER["email"], "Lovelace", "Virtanen"):
        assert private not in text
    world.write(moved)
    went = ReceiptSent(letter=Letter.TICKET, try_number=1, message_id="<1>", body_hash="h")
    told = world.orders.record(order.id, went, correlation_id=due.correlation_id, actor="worker")
    gone = CancelWithShop(
        correlation_id=uuid4(), actor="ledger", at=world.clock(), reason="The hall burnt down."
    )
    cancelled = world.orders.handle(told.id, gone)
    (void,) = [one for one in letters_due(cancelled) if one.letter is Letter.TICKET_VOID]
    text = world.parts.letter_text(cancelled, Letter.TICKET_VOID, void.correlation_id, None)
    assert "Tapahtuma on peruttu" in text


def test_a_holder_is_given_what_they_answered_and_nothing_of_the_others(world):
    order = with_tickets(world)
    page = world.browser.get(names(order)).text
    form(world.browser, page, f"{address(order)}/tickets/1/send", email="dan@example.org")
    after, index = world.orders.get(order.id), world.store.keyring.blind_index
    (ticket,) = held_tickets(world.parts, after, index("dan@example.org"))
    assert (ticket["ticket"], ticket["answers"]["name"]) == (1, "Ada Lovelace")
    assert ticket["sent_to_you_at"]
    (mine,) = held_tickets(world.parts, after, index(BEA))
    assert (mine["ticket"], mine["sent_to_you_at"]) == (2, None), "her address is among its answers"
    assert "Lovelace" not in str(mine)
    assert held_tickets(world.parts, after, index("eve@example.org")) == []


def test_a_holder_is_given_their_ticket_its_letters_and_when_they_came_in(world):
    order = with_tickets(world)
    page = world.browser.get(names(order)).text
    form(world.browser, page, f"{address(order)}/tickets/1/send", email="gus@example.org")
    sent = world.orders.get(order.id)
    (due,) = [one for one in letters_due(sent) if one.letter is Letter.TICKET]
    begun = ReceiptSendStarted(letter=Letter.TICKET, try_number=1)
    went = ReceiptSent(letter=Letter.TICKET, try_number=1, message_id="<1>", body_hash="h")
    for one in (begun, went):
        world.orders.record(order.id, one, correlation_id=due.correlation_id, actor="worker")
    scan = TicketCheckedIn(
        scan=(cause := uuid4()),
        ticket=sent.tickets.hashes[0],
        day="2027-02-12",
        door="main",
        device="north-1",
        scanned_at=world.clock(),
    )
    held = world.orders.record(order.id, scan, correlation_id=cause, actor="door")
    index = world.store.keyring.blind_index("gus@example.org")
    (ticket,) = held_tickets(world.parts, held, index)
    assert (ticket["state"], ticket["title"]["en"]) == ("checked_in", "Weekend ticket")
    assert [(one["letter"], one["state"]) for one in ticket["letters"]] == [("ticket", "sent")]
    assert [(one["door"], one["came_in"]) for one in ticket["at_the_door"]] == [("main", True)]
    told = letters(world.parts, holdings_of(world.parts, "gus@example.org"))
    ((name, text),) = told.items()
    assert name.endswith("-ticket")
    for private in (str(order.id), MEMBER["email"], "35.00"):
        assert private not in text


def test_of_a_ticket_that_was_taken_back_its_former_holder_is_given_what_they_were_sent(world):
    order = with_tickets(world)
    page = world.browser.get(names(order)).text
    form(world.browser, page, f"{address(order)}/tickets/1/send", email="hal@example.org")
    page = world.browser.get(names(order)).text
    form(world.browser, page, f"{address(order)}/tickets/1/take-back")
    back = world.orders.get(order.id)
    index = world.store.keyring.blind_index("hal@example.org")
    (ticket,) = held_tickets(world.parts, back, index)
    assert (ticket["state"], ticket["answers"], ticket["at_the_door"]) == ("taken_back", {}, [])
    assert ticket["sent_to_you_at"]
