"""The box office: a shift opened, sold in, counted and closed; its report balances with orders."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import AmountNegative, ShiftOver
from ledger.order.letters_due import letters_due
from ledger.order.status import Status, status
from ledger.till.service import Tills, TillWish
from ledger.till.stamps import SaleRung, Way
from tests.kits.asking_shop import ask
from tests.kits.back_office import entered
from tests.kits.pages import World, hidden, press
from tests.kits.vouchers import open_voucher, percent

TILL = "/admin/shops/winterfest/till"


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture
def seller(world):
    browser = entered(world, "staff", shop="winterfest", email=f"{uuid4().hex[:6]}@a.example")
    browser.told = world
    return browser


def form(browser, to="", **fields):
    page = browser.get(TILL).text
    known = {"key": hidden(page, "key")}
    if 'name="version"' in page:
        known["version"] = hidden(page, "version")
    return press(browser, page, f"{TILL}{to}", **{**known, **fields})


def opened(browser, amount="100"):
    assert form(browser, "/open", amount=amount).status_code == 303


def sold(world, browser, **fields):
    answer = form(browser, **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"], newest(world)


def newest(world):
    from ledger.order.stamps import OrderPlaced

    placed = [o for o in world.store.feed(0, limit=10_000) if isinstance(o.stamp, OrderPlaced)]
    return world.orders.get(placed[-1].stream)


def test_nothing_is_sold_without_a_shift(world, seller):
    page = seller.get(TILL).text
    assert "Open the shift" in page
    assert "Sold and paid" not in page
    answer = press(seller, page, TILL, key=str(uuid4()), way="cash", **{"many-weekend": "1"})
    assert answer.status_code == 422


def test_a_sale_is_an_order_paid_and_ticketed_at_once_to_nobody_in_particular(world, seller):
    opened(seller)
    address, order = sold(world, seller, way="cash", **{"many-weekend": "2"})
    assert status(order) is Status.PAID
    assert len(order.valid_tickets) == 2
    assert order.anonymous
    assert not letters_due(order)
    (attempt,) = order.attempts.values()
    assert (attempt.provider, attempt.method) == ("manual", "cash")
    assert not world.bank.asked
    shown = seller.get(address).text
    assert shown.count("<svg") >= 2
    assert order.valid_tickets[0].code[:4] in shown
    assert seller.get(f"/admin/orders/{order.id}").status_code == 200
    assert world.browser.get(f"/winterfest/orders/{order.id}").status_code == 200


def test_with_an_address_the_tickets_go_by_mail(world, seller):
    opened(seller)
    wrong = form(seller, way="card", email="nobody", **{"many-friday": "1"})
    assert wrong.status_code == 409
    _, order = sold(world, seller, way="card", email="cem@example.org", **{"many-friday": "1"})
    (due,) = letters_due(order)
    text = world.parts.letter_text(order, due.letter, due.correlation_id, None)
    assert "Hello," in text
    assert order.terms.email_index == world.store.keyring.blind_index("cem@example.org")


def test_what_is_free_is_sold_too_and_what_is_gone_is_not(world, seller):
    opened(seller)
    _, order = sold(world, seller, way="cash", **{"many-volunteer": "1"})
    assert order.free_confirmed is not None
    assert order.valid_tickets
    for bad in ({}, {"many-weekend": "x"}, {"many-nothing": "1"}, {"many-weekend": "-1"}):
        assert form(seller, way="cash", **bad).status_code == 422
    assert form(seller, way="gold", **{"many-weekend": "1"}).status_code == 422
    stale = form(seller, way="cash", version="1", **{"many-weekend": "1"})
    assert stale.status_code == 412


def test_pressed_twice_it_is_one_sale(world, seller):
    opened(seller)
    page = seller.get(TILL).text
    known = {"key": hidden(page, "key"), "version": hidden(page, "version")}
    first = press(seller, page, TILL, **known, way="cash", **{"many-weekend": "1"})
    size = world.store.head()[0]
    again = press(seller, page, TILL, **known, way="cash", **{"many-weekend": "1"})
    assert first.headers["Location"] == again.headers["Location"]
    assert world.store.head()[0] == size


def test_a_voucher_is_taken_at_the_door_once_its_price_was_seen(world, seller):
    opened(seller)
    code = f"DOOR-{uuid4().hex[:6]}".upper()
    voucher = open_voucher(world.parts, code, percent("50"), products=("weekend",))
    typed = {"way": "cash", "code": code.lower(), "many-weekend": "2", "many-friday": "1"}
    unseen = form(seller, **typed)
    assert unseen.status_code == 412
    assert "With the voucher it costs" in unseen.text
    known = {name: hidden(unseen.text, name) for name in ("key", "version", "shown")}
    looked = press(
        seller, unseen.text, TILL, **{**typed, **known, "many-weekend": "3", "apply": "1"}
    )
    assert looked.status_code == 200
    assert "with the voucher, instead of €35.00" in looked.text
    known = {name: hidden(looked.text, name) for name in ("key", "version", "shown")}
    done = press(seller, looked.text, TILL, **{**typed, **known, "many-weekend": "3"})
    again = press(seller, looked.text, TILL, **{**typed, **known, "many-weekend": "3"})
    assert done.status_code == 303
    assert again.headers["Location"] == done.headers["Location"], "it is used up, and sold once"
    order = newest(world)
    assert order.terms.voucher is not None
    assert (order.terms.total, status(order)) == (Money(1750 + 7000 + 1550, "EUR"), Status.PAID)
    assert world.parts.vouchers.get(voucher.id).taken == 1
    sale = seller.get(done.headers["Location"]).text
    known = {name: hidden(sale, name) for name in ("key", "shown")}
    assert known["shown"] == "103.00"
    assert (
        press(seller, sale, f"{TILL}/sales/{order.id}/void", **known, reason="x").status_code == 303
    )
    assert world.parts.vouchers.get(voucher.id).taken == 0
    report = seller.get(form(seller, "/close", amount="100").headers["Location"]).text
    assert "The cash is as it should be" in report
    assert "says otherwise" not in report


def test_a_full_voucher_makes_a_free_sale_and_a_wrong_code_none(world, seller):
    opened(seller)
    wrong = form(seller, way="cash", code="NOBODYS-1", apply="1", **{"many-weekend": "1"})
    assert wrong.status_code == 422
    assert "no voucher with that code" in wrong.text
    code = f"FULL-{uuid4().hex[:6]}".upper()
    open_voucher(world.parts, code)
    page = form(seller, way="cash", code=code, apply="1", **{"many-weekend": "1"}).text
    known = {name: hidden(page, name) for name in ("key", "version", "shown")}
    done = press(seller, page, TILL, **known, way="cash", code=code, **{"many-weekend": "1"})
    assert done.status_code == 303
    order = newest(world)
    assert order.free_confirmed is not None
    assert order.valid_tickets
    assert form(seller, way="cash", code=code, **{"many-weekend": "1"}).status_code == 422


def test_the_report_balances_and_tells_the_difference(world, seller):
    opened(seller, "100,50")
    sold(world, seller, way="cash", **{"many-weekend": "2"})
    sold(world, seller, way="card", **{"many-friday": "1"})
    assert form(seller, "/cash", amount="20", way="in", reason="change").status_code == 303
    assert form(seller, "/cash", amount="50", way="out", reason="to the bank").status_code == 303
    assert form(seller, "/cash", amount="5", way="out", reason="").status_code == 422
    done = form(seller, "/close", amount="139.50")
    assert done.status_code == 303
    report = seller.get(done.headers["Location"])
    for said in ("€140.50", "€70.00", "€15.50", "differs by -€1.00", "13.5"):
        assert said in report.text, said
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", report.text))
    shown = ("Sold for cash", "Handed back", "Should be there", "Sold by card")
    assert [facts[name] for name in shown] == ["€70.00", "€0.00", "€140.50", "€15.50"]
    assert "€70.00" in seller.get(f"{TILL}/shifts").text
    assert "says otherwise" not in report.text
    csv = seller.get(f"{done.headers['Location']}.csv").text
    assert "difference,cash,,-1.00" in csv
    assert "sales_at_rate,cash,13.5,70.00" in csv
    auditor = entered(world, "auditor", shop="winterfest", email=f"{uuid4().hex[:6]}@b.example")
    assert auditor.get(done.headers["Location"]).status_code == 200
    assert auditor.get(f"{TILL}/shifts").status_code == 200
    assert auditor.get(TILL).status_code == 403
    assert seller.get(f"{TILL}/shifts/{uuid4()}").status_code == 404
    assert "Open the shift" in seller.get(TILL).text


def test_a_shift_that_is_over_takes_no_sale_and_is_counted_once():
    world = World()
    tills, actor = Tills(world.store), "staff:one"
    shop, none = world.shops.get("winterfest"), Money(0, "EUR")

    def wish():
        return TillWish(correlation_id=uuid4(), actor=actor)

    shift = tills.open(wish(), shop=shop.id, slug=shop.slug, opening=none)
    assert tills.open(wish(), shop=shop.id, slug=shop.slug, opening=none).id == shift.id
    tills.close(shift.id, wish(), counted=none)
    again = tills.close(shift.id, wish(), counted=Money(5, "EUR"))
    assert again.difference == none
    sale = SaleRung(order=uuid4(), amount=none, way=Way.CASH, rates=())
    with pytest.raises(ShiftOver):
        tills.rung(shift.id, wish())(sale)
    with pytest.raises(AmountNegative):
        tills.open(wish(), shop=shop.id, slug=shop.slug, opening=Money(-1, "EUR"))


def test_two_who_open_at_once_have_one_shift():
    world = World()
    tills, shop = Tills(world.store), world.shops.get("winterfest")

    def begin(_):
        wish = TillWish(correlation_id=uuid4(), actor="staff:one")
        return tills.open(wish, shop=shop.id, slug=shop.slug, opening=Money(0, "EUR")).id

    with ThreadPoolExecutor(4) as threads:
        assert len({*threads.map(begin, range(4))}) == 1


def test_a_sale_that_was_a_mistake_is_given_back_from_its_own_page(world, seller):
    opened(seller)
    address, order = sold(world, seller, way="cash", **{"many-friday": "2"})
    assert address in seller.get(TILL).text, "what was sold just now is found again"
    page = seller.get(address).text
    known = {"key": hidden(page, "key"), "shown": hidden(page, "shown")}
    assert known["shown"] == "31.00"
    silent = press(seller, page, f"{address}/void", **known, reason=" ")
    assert silent.status_code == 422
    stale = press(seller, page, f"{address}/void", **{**known, "shown": "1"}, reason="two, not one")
    assert stale.status_code == 409
    done = press(seller, page, f"{address}/void", **known, reason="two, not one")
    assert done.status_code == 303
    assert press(seller, page, f"{address}/void", **known, reason="two, not one").status_code == 303
    after = seller.get(address).text
    assert "Given back" in after
    assert "ticket-1" not in after
    assert not world.orders.get(order.id).alive
    again = press(seller, page, f"{address}/void", key=str(uuid4()), reason="once more")
    assert again.status_code == 409
    report = seller.get(form(seller, "/close", amount="100").headers["Location"]).text
    for said in ("The cash is as it should be", "two, not one", "cancelled since", "Handed back"):
        assert said in report, said
    assert "says otherwise" not in report
    closed = press(seller, page, f"{address}/void", key=str(uuid4()), reason="after hours")
    assert closed.status_code == 422
    assert "Open a shift first" in closed.text
    other = world.an_order()
    assert seller.get(f"{TILL}/sales/{other.id}").status_code == 404


def test_a_product_that_needs_a_name_asks_for_it_before_it_is_sold():
    world = World()
    ask(world)
    browser = entered(world, "staff", shop="winterfest")
    opened(browser)
    asked = form(browser, way="cash", **{"many-weekend": "1", "many-friday": "1"})
    assert asked.status_code == 422
    assert 'name="answer.weekend.1.name"' in asked.text
    assert 'name="answer.friday' not in asked.text
    assert "Answer this question" not in asked.text, "nothing was left out yet"
    chosen = {"many-weekend": "1", "many-friday": "1", "answers": "1", "way": "cash"}
    empty = form(browser, **chosen)
    assert empty.status_code == 422
    assert "Answer this question" in empty.text
    _, order = sold(world, browser, **chosen, **{"answer.weekend.1.name": "Ada Lovelace"})
    assert order.answers == {1: {"name": "Ada Lovelace"}}


def test_shifts_are_listed_whoever_opened_them_page_by_page(world, seller, monkeypatch):
    opened(seller)
    shop = world.shops.get("winterfest")
    for number in range(3):
        wish = TillWish(correlation_id=uuid4(), actor=f"token:booth-{number}")
        Tills(world.store).open(wish, shop=shop.id, slug=shop.slug, opening=Money(0, "EUR"))
    monkeypatch.setattr("web.admin.till.PAGE", 2)
    first = seller.get(f"{TILL}/shifts").text
    assert "from=2" in first
    seen = "".join(seller.get(f"{TILL}/shifts?from={n}").text for n in range(0, 40, 2))
    for number in range(3):
        assert f"token:booth-{number}" in seen
    assert seller.get(f"{TILL}/shifts?from=-x").status_code == 200
