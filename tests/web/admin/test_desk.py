"""The desk: what waits for a person is told in plain words, and resolved after a look ahead."""

import re
from uuid import UUID, uuid4

import pytest

from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.kernel.money import Money
from ledger.order.status import Status, status
from tests.kits.pages import World
from tests.web.admin.test_orders import form_of, found, sign_in, text_of
from tests.web.admin.test_orders import press as act


@pytest.fixture
def world() -> World:
    made = World()
    made.app.config["WTF_CSRF_ENABLED"] = False
    sign_in(made, role="staff")
    return made


def money_of_nobody(world: World, **changes) -> str:
    fields = {
        "kind": CaseKind.UNMATCHED_MONEY,
        "severity": Severity.CRITICAL,
        "text": "Money came for a reference that no order has",
        "provider": "stripe",
        "account": "acct_test",
        "provider_reference": "pi_9",
        "payment_reference": "pi_9",
        "amount": Money(7000, "EUR"),
        **changes,
    }
    opened = CaseOpened(**fields)
    return str(world.cases.open(opened, correlation_id=uuid4(), actor="ledger"))


def fields_of(world: World, case: str) -> dict[str, str]:
    page = world.browser.get(f"/admin/cases/{case}").text
    return {name: found(rf'name="{name}" value="([^"]+)"', page) for name in ("version", "key")}


def press(world: World, case: str, **typed: str):
    return world.browser.post(f"/admin/cases/{case}", data=typed)


def test_the_worst_stands_first_and_the_header_counts(world):
    order = world.an_order()
    mild = money_of_nobody(
        world, kind=CaseKind.UNDERPAID, severity=Severity.WARNING, order=order.id
    )
    bad = money_of_nobody(world)
    page = world.browser.get("/admin/cases")
    assert re.findall(r'/admin/cases/([0-9a-f-]{36})"', page.text) == [bad, mild]
    assert "1 critical" in re.sub(r"<[^>]+>|\s+", " ", page.text).replace("  ", " ")
    assert "Nothing waits for you" not in page.text
    home = text_of(world.browser.get("/admin/"))
    assert "Money that belongs to no order" in home


def test_money_of_nobody_is_assigned_after_its_preview(world):
    order = world.an_order()
    case = money_of_nobody(world, payer_reference=f"{order.payment_reference} kiitos")
    page = world.browser.get(f"/admin/cases/{case}")
    assert f"/admin/orders/{order.id}" in page.text  # what the payer wrote may mean it
    typed = {**fields_of(world, case), "action": "assign", "order": "#1", "reason": "they phoned"}
    shown = text_of(press(world, case, **typed))
    assert "Awaits payment → Paid" in shown
    assert "€70.00" in shown
    assert "CASE_RESOLVED" in shown
    assert status(world.orders.get(order.id)) is Status.PENDING
    assert press(world, case, **typed, sure="1").status_code == 303
    assert status(world.orders.get(order.id)) is Status.PAID
    assert "The case is resolved." in text_of(world.browser.get(f"/admin/cases/{case}?done=assign"))
    assert "Nothing waits for you" in text_of(world.browser.get("/admin/cases"))


def test_money_of_nobody_goes_back(world):
    case = money_of_nobody(world)
    typed = {**fields_of(world, case), "action": "return", "reason": "nobody knows"}
    assert "CASE_RETURN_REQUESTED" in text_of(press(world, case, **typed))
    assert world.bank.asked == []
    press(world, case, **typed, sure="1")
    assert world.cases.get(UUID(case)).state == "resolved"


@pytest.mark.parametrize(
    ("typed", "status_code", "sentence"),
    [
        ({"action": "assign", "order": "", "reason": "x"}, 422, "Say which order"),
        ({"action": "assign", "order": "#99", "reason": "x"}, 422, "Say which order"),
        ({"action": "close", "reason": " "}, 422, "Say why"),
        ({"action": "retry", "reason": "x"}, 409, "cannot be resolved in that way"),
        ({"action": "close", "reason": "x", "version": "7"}, 409, "has changed since"),
    ],
)
def test_every_no_says_why(world, typed, status_code, sentence):
    case = money_of_nobody(world)
    answer = press(world, case, **{**fields_of(world, case), **typed})
    assert (answer.status_code, sentence in text_of(answer)) == (status_code, True)


def test_a_payout_that_failed_is_told_in_words_of_its_own(world):
    told = {"kind": CaseKind.CONTRADICTION, "payment_reference": "", "amount": None}
    failed = money_of_nobody(world, provider_reference="po_1", about="payout/po_1", **told)
    other = money_of_nobody(world, about="1/PaidOut/pi_9", **told)
    pages = [text_of(world.browser.get(f"/admin/cases/{one}")) for one in (failed, other)]
    assert ["the bank did not take it" in one for one in pages] == [True, False]
    assert ["told twice with different figures" in one for one in pages] == [False, True]
    world.browser.get("/admin/cases?lang=fi")
    assert "pankki ei ottanut" in text_of(world.browser.get(f"/admin/cases/{failed}?lang=fi"))


def test_a_shops_staff_see_their_own_and_nobodys_money_is_for_who_sees_all(world):
    order = world.an_order()
    mine = money_of_nobody(world, kind=CaseKind.UNDERPAID, order=order.id)
    nobodys = money_of_nobody(world)
    world.another_shop("summerfest")
    sign_in(world, role="staff", shop="winterfest")
    assert mine in world.browser.get("/admin/cases").text
    assert nobodys not in world.browser.get("/admin/cases").text
    assert world.browser.get(f"/admin/cases/{nobodys}").status_code == 403
    sign_in(world, role="staff", shop="summerfest")
    assert world.browser.get(f"/admin/cases/{mine}").status_code == 403
    assert mine not in world.browser.get("/admin/cases").text


def test_home_tells_late_refunds_in_banking_days(world):
    order = world.a_paid_order()

    fields = {**form_of(world, order, "refund"), "reason": "ill"}
    act(world, order, "refund", **fields, sure="1")
    assert "Nothing is late." in text_of(world.browser.get("/admin/"))
    world.clock.pass_by(days=9)
    sign_in(world, role="admin")
    assert "Refund of #000001 asked for on" in text_of(world.browser.get("/admin/"))
