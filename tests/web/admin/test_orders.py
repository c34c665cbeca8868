"""The orders in the back office: found, read, and acted upon after one has seen what it does."""

import re
from html import unescape
from uuid import UUID, uuid4

import pytest

from ledger.order.stamps import ContactChanged, Customer, NoteWritten
from ledger.order.status import status
from tests.kits.back_office import entered
from tests.kits.pages import MEMBER, World, hidden
from tests.kits.vouchers import open_voucher

NEW = "/admin/shops/winterfest/orders/new"
ACCOUNTS = {"refund-by-hand": "FI3715903000000776"}


@pytest.fixture
def world() -> World:
    made = World()
    made.app.config["WTF_CSRF_ENABLED"] = False
    sign_in(made, role="staff")
    return made


def sign_in(world, *, role, shop=None):
    """From here on the world's browser is somebody of this role."""
    world.browser = entered(world, role, shop=shop)


def found(pattern, text):
    """The one group of the first match, which there is."""
    match = re.search(pattern, text)
    assert match is not None, pattern
    return match[1]


def text_of(answer) -> str:
    main = answer.text[answer.text.index("<main") :] if "<main" in answer.text else answer.text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def rows(world: World, **typed: str) -> list[str]:
    answer = world.browser.get("/admin/orders", query_string=typed)
    return re.findall(r">(#\d+)</a>", answer.text)


def of(world: World, **person: str):
    """An order of somebody else than usual."""
    world.clock.pass_by(minutes=1)
    before = dict(MEMBER)
    MEMBER.update(person)
    try:
        return world.an_order()
    finally:
        MEMBER.clear()
        MEMBER.update(before)


def test_orders_are_found_by_what_people_say(world):
    first = world.an_order()
    world.clock.pass_by(minutes=1)
    second = of(world, first_name="Åsa", last_name="Mäkinen")
    assert rows(world) == ["#000002", "#000001"]
    for text in ("mak", "ÅSA", "asa mäk", "#2", "0002", second.payment_reference, str(second.id)):
        assert rows(world, q=text) == ["#000002"], text
    assert rows(world, q="virt") == ["#000001"]
    assert rows(world, q=MEMBER["email"]) == ["#000002", "#000001"]
    assert rows(world, q="nobody") == []
    assert "at least 2 letters" in text_of(world.browser.get("/admin/orders?q=a"))
    opened = world.browser.get("/admin/orders?q=virt&go=1")
    assert opened.headers["Location"] == f"/admin/orders/{first.id}"


def test_filters_and_days_bound_what_is_found(world):
    paid = world.a_paid_order()
    world.clock.pass_by(minutes=1)
    unpaid = world.an_order()
    assert rows(world, status="PAID") == [f"#{paid.number:06d}"]
    assert rows(world, product="weekend") == [f"#{one.number:06d}" for one in (unpaid, paid)]
    assert rows(world, product="friday") == rows(world, flag="disputed") == []
    today = f"{world.clock():%Y-%m-%d}"
    assert len(rows(world, since=today, until=today)) == 2
    assert rows(world, since="2030-01-01") == rows(world, until="2020-01-01") == []
    assert len(rows(world, since="nonsense", until="99999-01-01", before="x/y")) == 2


def test_pages_go_on_where_the_last_one_ended(world, monkeypatch):
    for _ in range(5):
        world.clock.pass_by(minutes=1)
        world.an_order()
    monkeypatch.setattr("web.actions.find_orders.find.__kwdefaults__", {"limit": 2}, raising=False)
    seen, address = [], "/admin/orders?q=virt"
    while address:
        page = world.browser.get(address)
        seen += re.findall(r">(#\d+)</a>", page.text)
        onward = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = unescape(onward[1]) if onward else ""
    assert seen == [f"#{number:06d}" for number in (5, 4, 3, 2, 1)]


def test_the_file_holds_what_the_filters_mean_and_no_formula(world):
    world.an_order()
    of(world, first_name="Åsa", last_name="Mäkinen", email="=1@example.org")
    lines = world.browser.get("/admin/orders.csv").text.splitlines()
    assert len(lines) == 3
    assert ",'=1@example.org," in lines[1]
    assert next(line for line in lines if "Virtanen" in line).startswith("1,winterfest,Aino,Virta")
    assert len(world.browser.get("/admin/orders.csv?q=virt").text.splitlines()) == 2


def test_another_shops_staff_find_and_see_nothing(world):
    order = world.an_order()
    world.another_shop("summerfest")
    sign_in(world, role="staff", shop="summerfest")
    assert rows(world, q="virt") == rows(world, q="#1") == []
    assert len(world.browser.get("/admin/orders.csv").text.splitlines()) == 1
    for path in ("", "/refund", "?version=1"):
        assert world.browser.get(f"/admin/orders/{order.id}{path}").status_code == 403


def form_of(world: World, order, action: str) -> dict[str, str]:
    page = world.browser.get(f"/admin/orders/{order.id}/{action}").text
    return {name: found(rf'name="{name}" value="([^"]+)"', page) for name in ("version", "key")}


def press(world: World, order, action: str, **typed: str):
    return world.browser.post(f"/admin/orders/{order.id}/{action}", data=typed)


def stamped(world: World, order, since: int) -> list[str]:
    return [
        type(one.stamp).__name__ for one in world.orders.history(order.id) if one.version > since
    ]


@pytest.mark.parametrize(
    ("action", "typed", "made"),
    [
        ("refund", {"amount": "12,50"}, ["CreateRefundRequest", "CreateRefundSuccess"]),
        ("refund-by-hand", {"amount": "1", "account": "FI37 1590 3000 0007 76"}, ["ManualRefund"]),
        ("cancel", {}, ["Cancelled", "SeatsReleased"]),
        (
            "cancel-and-refund",
            {},
            ["CreateRefundRequest", "Cancelled", "SeatsReleased", "CreateRefundSuccess"],
        ),
        (
            "contact",
            {"first_name": "Aino", "last_name": "Salo", "email": "salo@example.org"},
            ["ContactChanged"],
        ),
        ("note", {}, ["NoteWritten"]),
    ],
)
def test_what_is_shown_before_is_what_is_done(world, action, typed, made):
    order = world.a_paid_order()
    fields = {**form_of(world, order, action), **typed, "reason": "They asked for it."}
    shown = press(world, order, action, **fields)
    told = re.findall(r"<code>([A-Z_]+)</code>", shown.text)
    assert (shown.status_code, stamped(world, order, order.version)) == (200, [])
    done = press(world, order, action, **fields, sure="1")
    assert done.headers["Location"] == f"/admin/orders/{order.id}?done={action}"
    names = stamped(world, order, order.version)
    assert names == made
    assert [one.replace("_", "") for one in told] == [one.upper() for one in names]
    (*_, last) = world.orders.history(order.id)
    assert getattr(last.stamp, "account", None) == ACCOUNTS.get(action)
    again = press(world, order, action, **fields, sure="1")
    assert (stamped(world, order, order.version), again.status_code) == (names, 303)


def test_an_order_that_moved_since_is_refused_with_what_is_new(world):
    order = world.a_paid_order()
    fields = {**form_of(world, order, "refund"), "reason": "too loud", "amount": "10"}
    assert press(world, order, "refund", **fields).status_code == 200
    other = {**form_of(world, order, "note"), "reason": "phoned"}
    press(world, order, "note", **other, sure="1")
    refused = press(world, order, "refund", **fields, sure="1")
    assert (refused.status_code, "has changed since" in refused.text) == (409, True)
    assert stamped(world, order, order.version) == ["NoteWritten"]
    fresh = found(r'name="version" value="(\d+)"', refused.text)
    assert int(fresh) == order.version + 1
    assert (
        press(world, order, "refund", **{**fields, "version": fresh}, sure="1").status_code == 303
    )


@pytest.mark.parametrize(
    ("action", "typed", "sentence"),
    [
        ("refund", {"amount": "12.505"}, "Enter an amount"),
        ("refund", {"amount": "nan"}, "Enter an amount"),
        ("refund", {"amount": "-1"}, "Enter an amount"),
        ("refund", {"amount": "1e400"}, "Enter an amount"),
        ("refund", {"amount": "700"}, "at most what is still held"),
        ("note", {"reason": " "}, "Say why"),
        ("refund-by-hand", {"account": "FI37 1590"}, "no IBAN"),
        ("mark-paid", {}, "cannot be paid in its present state"),
        ("contact", {"first_name": "A", "last_name": "B", "email": "no"}, "Enter an email"),
        ("cancel-part", {"pieces-0": "x"}, "how many pieces"),
        ("cancel-part", {"tickets": "1 and 2"}, "the numbers of the tickets"),
        ("cancel-part", {"tickets": "9"}, "are not left in the order"),
        ("cancel-part", {"tickets": "1", "pieces-0": "1"}, "Enter either"),
    ],
)
def test_every_no_says_why(world, action, typed, sentence):
    order = world.a_paid_order()
    fields = {**form_of(world, order, action), "reason": "because", **typed}
    answer = press(world, order, action, **fields)
    assert (answer.status_code in (409, 422), sentence in text_of(answer)) == (True, True)
    assert stamped(world, order, order.version) == []


def test_what_is_not_allowed_is_on_the_page_with_its_reason(world):
    told = text_of(world.browser.get(f"/admin/orders/{world.a_paid_order().id}"))
    assert "Mark as paid The order cannot be paid in its present state." in told


def test_the_past_is_shown_as_it_was(world):
    order = world.a_paid_order()
    before = text_of(world.browser.get(f"/admin/orders/{order.id}?version=1"))
    after = text_of(world.browser.get(f"/admin/orders/{order.id}?version=999"))
    assert ("You see the order as it was" in before, "We received" in before) == (True, False)
    assert ("You see the order as it was" in after, "We received" in after) == (False, True)


def test_a_letter_is_read_with_its_text_and_without_its_secret(world):
    order = world.a_paid_order()
    link = world.a_link(order, "a-secret-code-of-its-own")
    page = world.browser.get(f"/admin/orders/{order.id}").text
    letters = re.findall(rf'href="(/admin/orders/{order.id}/letters/[^"]+)"', page)
    texts = [text_of(world.browser.get(one)) for one in letters]
    assert any("Weekend ticket" in one for one in texts)
    code = link.rpartition("code=")[2] or link.rpartition("/")[2]
    assert code
    assert not any(code in one for one in texts)


def test_corrected_contact_and_notes_are_sealed_and_used(world):
    order = world.a_paid_order()
    typed = {"first_name": "Aino", "last_name": "Salo", "email": "salo@example.org"}
    fields = {**form_of(world, order, "contact"), **typed, "reason": "married"}
    press(world, order, "contact", **fields, sure="1")
    note = {**form_of(world, order, "note"), "reason": "Comes with a wheelchair."}
    press(world, order, "note", **note, sure="1")
    newest = world.orders.get(order.id)
    assert newest.terms.customer == Customer(**typed)
    assert (status(newest), newest.notes[0].text) == (status(order), "Comes with a wheelchair.")
    assert rows(world, q="salo") == ["#000001"]
    assert rows(world, q="virta") == []
    (changed, noted) = (
        one.stamp
        for one in world.store.feed(0, limit=999)
        if isinstance(one.stamp, ContactChanged | NoteWritten)
    )
    assert (changed, noted) == (
        ContactChanged(email_index=newest.terms.email_index),
        NoteWritten(),
    )
    assert "Comes with a wheelchair." in text_of(world.browser.get(f"/admin/orders/{order.id}"))


def test_who_only_reads_changes_nothing(world):
    order = world.a_paid_order()
    fields = {**form_of(world, order, "note"), "reason": "x"}
    sign_in(world, role="auditor")
    page = world.browser.get(f"/admin/orders/{order.id}")
    assert "You may look, and change nothing here." in page.text
    assert press(world, order, "note", **fields, sure="1").status_code == 403
    sign_in(world, role="door")
    assert world.browser.get("/admin/orders").status_code == 403
    assert world.browser.get("/admin/").status_code == 200


def test_a_voucher_is_used_for_a_customer_once_its_price_was_seen(world):
    page = world.browser.get(NEW).text
    open_voucher(world.parts, "FRIEND-1")
    typed = {"key": hidden(page, "key"), "many-weekend": "1", "language": "fi", **MEMBER}
    wrong = world.browser.post(NEW, data={**typed, "code": "NOBODYS-1"})
    assert (wrong.status_code, "no voucher with that code" in wrong.text) == (422, True)
    typed["code"] = " friend-1 "
    unseen = world.browser.post(NEW, data=typed)
    assert (unseen.status_code, rows(world)) == (412, [])
    looked = world.browser.post(NEW, data={**typed, "apply": "1"})
    assert looked.status_code == 200
    typed["shown"] = hidden(looked.text, "shown")
    placed = world.browser.post(NEW, data=typed)
    again = world.browser.post(NEW, data=typed)
    assert placed.status_code == 303
    assert placed.headers["Location"] == again.headers["Location"]
    order = world.parts.orders.placed_under(UUID(typed["key"]))
    assert order is not None
    assert order.free_confirmed is not None
    assert order.terms.voucher is not None


def test_an_order_is_placed_for_a_customer_beyond_what_they_may_themselves(world):
    page = world.browser.get(NEW).text
    key = found(r'name="key" value="([^"]+)"', page)
    most = world.shops.get("winterfest").products["weekend"].max_per_order
    typed = {"key": key, "many-weekend": str(most + 1), "language": "fi", **MEMBER}
    placed = world.browser.post(NEW, data=typed)
    again = world.browser.post(NEW, data=typed)
    assert placed.status_code == 303
    assert placed.headers["Location"] == again.headers["Location"]
    (row,) = rows(world)
    assert row == "#000001"
    bad = world.browser.post(NEW, data={**typed, "key": str(uuid4()), "email": "no"})
    assert (bad.status_code, "Enter an email address" in bad.text) == (422, True)


def test_another_order_for_the_same_customer_has_them_filled_in(world):
    order = world.an_order()
    page = world.browser.get(f"/admin/orders/{order.id}").text
    form = world.browser.get(found(rf'href="({NEW}[^"]+)"', page)).text
    who = order.terms.customer
    for told in (who.first_name, who.last_name, who.email):
        assert f'value="{told}"' in form


def test_whoever_may_not_see_an_order_learns_nobody_s_name_from_a_form(world):
    order = world.an_order()
    world.another_shop("summerfest")
    sign_in(world, role="staff", shop="summerfest")
    asked = f"/admin/shops/summerfest/orders/new?like={order.id}"
    assert world.browser.get(asked).status_code == 403
    for unknown in (uuid4(), "x"):
        path = f"/admin/shops/summerfest/orders/new?like={unknown}"
        assert world.browser.get(path).status_code == 404
