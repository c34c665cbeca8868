"""What nobody asked for, through real processes: people are called, and the desk resolves it."""

import secrets
from typing import Any

import httpx2

from ledger.cases.case import Case
from projections.cases import CaseRow
from tests.end_to_end.houses import OPERATORS
from tests.end_to_end.journey import Bought, Journey, until

# Alarms wait a moment, so that news may find its order by itself.
MOMENT = 25


def stripe(journey: Journey, path: str, form: dict[str, str]) -> Any:
    """A call of somebody else who uses the same account at the provider."""
    answer = httpx2.post(
        f"{journey.house.at.provider}/v1/{path}",
        data=form,
        headers={"Authorization": f"Bearer {journey.house.api_key}"},
    )
    return answer.raise_for_status().json()


def stray_money(journey: Journey, cents: int) -> CaseRow:
    """Somebody pays on a page that is none of ours; the case of it."""
    session = stripe(
        journey,
        "checkout/sessions",
        {
            "mode": "payment",
            "success_url": "https://elsewhere.example/thanks",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": "eur",
            "line_items[0][price_data][unit_amount]": str(cents),
            "line_items[0][price_data][product_data][name]": "Something else",
        },
    )
    journey.control(f"sessions/{session['id']}/pay")
    return until("the case", lambda: case_of(journey, cents))


def case_of(journey: Journey, cents: int) -> CaseRow | None:
    found = [one for one in journey.works.views.cases("open") if one.amount == cents]
    return found[0] if found else None


def resolve(journey: Journey, case: CaseRow, **body: str) -> Any:
    token = journey.works.tokens.add(secrets.token_hex(4), role="staff")
    answer = httpx2.post(
        f"{journey.house.at.shop}/api/v1/cases/{case.stream}/resolve",
        json={"reason": "found out on the telephone", **body},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def alarms(journey: Journey, case: CaseRow) -> list[Any]:
    mails = [one for one in journey.mailbox() if str(case.stream) in one["text"]]
    assert all(OPERATORS in str(one) for one in mails)
    return mails


def stands(journey: Journey, case: CaseRow) -> Case:
    return journey.works.parts.cases.get(case.stream)


def test_stray_money_calls_people_once_and_is_sent_back_once(journey: Journey) -> None:
    case = stray_money(journey, 1234)
    journey.move_clock(MOMENT)
    until("the alarm", lambda: alarms(journey, case))
    assert resolve(journey, case, action="return")["money"] == "accepted"
    until(
        "the provider's own news of it was taken in",
        lambda: stands(journey, case).state == "resolved",
    )
    journey.move_clock(3600)
    payment = stands(journey, case).opened
    assert payment is not None
    back = [
        one
        for one in journey.provider("refunds?limit=100")
        if one["payment_intent"] == payment.payment_reference
    ]
    assert [one["amount"] for one in back] == [1234]
    assert case_of(journey, 1234) is None
    assert len(alarms(journey, case)) == 1


def test_stray_money_becomes_an_orders(journey: Journey) -> None:
    case, bought = stray_money(journey, 17_800), journey.buy()
    answer = resolve(journey, case, action="assign", order=str(bought.id))
    assert answer["case"]["state"] == "resolved"
    bought.reaches("PAID")
    until("its letter came", bought.letters)


def test_a_refund_that_is_told_before_its_payment_finds_it(journey: Journey) -> None:
    bought = journey.buy()
    journey.control("chaos.json", {"seed": 5, "drop": 1})
    bought.pay()
    journey.control("calm")
    session = next(
        one
        for one in journey.provider("checkout/sessions?limit=100")
        if one["id"] == bought.session
    )
    stripe(journey, "refunds", {"payment_intent": session["payment_intent"], "amount": "4321"})
    case = until("the refund's case", lambda: case_of(journey, 4321))
    journey.control("redeliver", {"types": ["checkout.session.completed"]})
    bought.reaches("PARTIALLY_REFUNDED")
    until("its case is resolved", lambda: stands(journey, case).state == "resolved")
    resolved = stands(journey, case).resolved
    assert resolved is not None
    assert (resolved.action, resolved.order) == ("bound", bought.id)


def act(journey: Journey, bought: Bought, call: str, **body: Any) -> Any:
    """Staff act on an order that they have just looked at, and look again where it moved."""
    address = f"{journey.house.at.shop}/api/v1/shops/{bought.shop}/orders/{bought.id}"
    token = journey.works.tokens.add(secrets.token_hex(4), role="staff", shop=bought.shop)
    # The worker's letters are stamps as well, and each moves the order once.
    for _ in range(5):
        version = httpx2.get(address).raise_for_status().json()["version"]
        looked_at = {} if call == "receipts" else {"version": version}
        answer = httpx2.post(
            f"{address}/{call}",
            json={"reason": "asked at the till", **looked_at, **body},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        if answer.status_code != 412:
            break
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_staff_return_a_part_and_write_again(journey: Journey) -> None:
    bought = journey.buy()
    bought.pay()
    bought.reaches("PAID")
    until("the receipt", bought.letters)
    act(journey, bought, "receipts")
    until("it comes again", lambda: len(bought.letters()) > 1)
    assert len({one["subject"] for one in bought.letters()}) == 1
    assert len({one["message_id"] for one in bought.letters()}) == 2
    act(journey, bought, "refunds", method="provider", amount=1000)
    bought.reaches("PARTIALLY_REFUNDED")
    assert [one["amount"] for one in bought.refunds()] == [1000]
    act(journey, bought, "cancel", refund=True)
    bought.reaches("REFUNDED")
    assert sorted(one["amount"] for one in bought.refunds()) == [1000, 16_800]


def test_cash_pays_an_order_whose_page_is_closed_then(journey: Journey) -> None:
    bought = journey.buy()
    told = act(journey, bought, "mark-paid")
    assert (told["status"], told["money"]["received"]) == ("PAID", 17_800)
    sessions = journey.provider("checkout/sessions?limit=100")
    assert [one["status"] for one in sessions if one["id"] == bought.session] == ["expired"]
    until("its letter came", bought.letters)


def test_a_mistake_of_staff_is_taken_back_and_told(journey: Journey) -> None:
    bought = journey.buy()
    act(journey, bought, "mark-paid", transfer=secrets.token_hex(8))
    until("the receipt", bought.letters)
    told = act(journey, bought, "mark-paid/withdraw", approver="boss")
    assert told["money"]["received"] == 0
    until("the credit letter", lambda: subjects(bought, "About the payment of your order"))
    told = act(journey, bought, "mark-paid", transfer=secrets.token_hex(8))
    until("another receipt", lambda: len(subjects(bought, "Your tickets")) == 2)
    act(journey, bought, "cancel")
    until("the letter", lambda: subjects(bought, "is cancelled"))
    assert act(journey, bought, "cancel/withdraw", approver="boss")["status"] == "PAID"
    until("the other letter", lambda: subjects(bought, "is not cancelled"))
    assert journey.audit("verify").returncode == 0
    assert journey.command("seats", "check").returncode == 0


def subjects(bought: Bought, words: str) -> list[str]:
    return [one["subject"] for one in bought.letters() if words in one["subject"]]
