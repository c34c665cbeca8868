from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from adapters.mail.letters import RenderedLetter, render
from ledger.kernel import values
from ledger.kernel.money import Money, spread
from ledger.order.attendance import scan_cause
from ledger.order.order import Order
from ledger.order.stamps import (
    CancellationRequested,
    Cancelled,
    Cause,
    Letter,
    ManualRefund,
    Paid,
    Refunded,
    RefundFailed,
)
from ledger.shop.stamps import BankAccount, PaymentLetter, Seller
from tests.kits.letter_orders import (
    ACCEPTED,
    ADA,
    BASE,
    BOUGHT,
    ISSUED,
    LINK,
    NOT_PAID,
    NOTHING,
    PAGE,
    PAYING,
    PAYMENT,
    PLACED,
    RECEIPTED,
    REFUND,
    REFUNDING,
    REQUEST,
    SHOP,
    THEN,
    TOTAL,
    WITH_FEE,
    order,
    samples,
    ticketed,
)
from tests.kits.spec import CHECKED_IN


def rendered(name: str, language: str = "en") -> RenderedLetter:
    about, letter, correlation_id, number = samples(language)[name]
    return render(about, letter, correlation_id=correlation_id, number=number, base_url=BASE)


def paid(about: Order) -> RenderedLetter:
    return render(about, Letter.PAID, correlation_id=PAYMENT, number=17, base_url=BASE)


def refunded(*stack: object, cause: Cause = Cause.CUSTOMER) -> RenderedLetter:
    asked = replace(REFUNDING, cause=cause)
    about = order(*RECEIPTED, (REFUND, asked), (REFUND, ACCEPTED), *stack)  # type: ignore[arg-type]
    return render(about, Letter.REFUNDED, correlation_id=REFUND, number=18, base_url=BASE)


def words(text: str) -> str:
    """Text with its spaces and line breaks evened out."""
    return " ".join(text.split())


def test_a_letter_comes_from_the_shop_to_the_customer():
    letter = rendered("paid")
    assert letter.from_name == "Winterfest 2027"
    assert letter.to == "ada@example.org"
    assert letter.reply_to == "tickets@winterfest.example"


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("paid", "Confirmation of your order #000423"),
        ("free", "Confirmation of your order #000423"),
        ("refunded", "Your order #000423 is cancelled and refunded"),
        ("external", "Refund for your order #000423"),
        ("cancelled", "Your order #000423 is cancelled"),
        ("correction", "About the refund for your order #000423"),
        ("not-paid", "About the payment of your order #000423"),
        ("reinstated", "Your order #000423 is not cancelled"),
        ("link", "Link to cancel your order #000423"),
    ],
)
def test_the_subject_says_what_the_letter_is(name, subject):
    assert rendered(name).subject == subject


@pytest.mark.parametrize("name", samples())
def test_a_letter_reads_the_same_whenever_it_is_rendered(name):
    assert rendered(name) == rendered(name)


@pytest.mark.parametrize("name", samples())
@pytest.mark.parametrize("part", ["text", "html"])
def test_every_letter_names_the_order_the_day_and_the_seller(name, part):
    content = getattr(rendered(name), part)
    for expected in (
        "#000423",
        "21 November 2026 at 16:30",
        "Winterfest ry",
        "1234567-8",
        "Talvikatu 1, 00100 Helsinki",
        "tickets@winterfest.example",
        "+358 40 123 4567",
    ):
        assert expected in content


def test_what_the_seller_did_not_tell_is_left_out():
    bare = replace(PLACED, seller=Seller(name="Winterfest ry", email=""))
    letter = paid(order(*BOUGHT, placed=bare))
    assert letter.text.endswith("-- \nWinterfest ry\n")
    assert "please contact Winterfest ry" in letter.text
    assert "mailto:" not in letter.html
    assert letter.reply_to == ""


def test_a_receipt_lists_lines_total_and_vat_by_rate():
    text = words(rendered("paid").text)
    assert "2 × Weekend ticket €90.00 €45.00 each" in text
    assert "Total €123.45" in text
    assert "VAT 25.5 % of €22.67 €5.78" in text
    assert "VAT 14 % of €78.95 €11.05" in text
    assert "VAT 0 % of €5.00 €0.00" in text
    assert "Receipt 17" in text


def test_a_cancellable_order_tells_until_when_and_where():
    letter = rendered("paid")
    assert "until 5 December 2026 at 16:30" in words(letter.text)
    assert PAGE in letter.text
    assert f'href="{PAGE}"' in letter.html


def test_a_fee_is_told_before_it_is_kept():
    assert "A cancellation fee of €3.45 is kept back." in words(
        paid(order(*BOUGHT, placed=WITH_FEE)).text
    )


@pytest.mark.parametrize(
    "placed",
    [
        replace(PLACED, cancellation=replace(PLACED.cancellation, period_days=0)),
        replace(PLACED, starts_at=THEN),
    ],
)
def test_an_order_that_cannot_be_cancelled_has_no_such_link(placed):
    letter = paid(order(*BOUGHT, placed=placed))
    assert "cancel" not in letter.text
    assert PAGE not in letter.html


def test_money_in_hand_is_not_returned_by_a_link():
    by_hand = (
        (PAYMENT, replace(PAYING, provider="manual")),
        (PAYMENT, Paid(amount=TOTAL, provider="manual", provider_reference="cash")),
    )
    assert PAGE not in paid(order(*by_hand)).text


def test_the_receipt_reads_the_same_after_all_that_came_later():
    later = order(
        *RECEIPTED,
        (REQUEST, LINK),
        (REFUND, REFUNDING),
        (REFUND, ACCEPTED),
        (REFUND, Cancelled(cause=Cause.CUSTOMER)),
    )
    assert paid(later) == paid(order(*RECEIPTED))
    assert paid(order(*RECEIPTED, (REFUND, NOT_PAID))) == paid(order(*RECEIPTED))


def test_the_receipt_reads_the_same_after_somebody_came_in():
    came = (scan_cause(SHOP, CHECKED_IN.scan), replace(CHECKED_IN, ticket=ISSUED.hashes[0]))
    assert "You can cancel this order yourself" in words(paid(ticketed()).text)
    assert paid(ticketed(PLACED, came)) == paid(ticketed())


def test_the_letter_about_a_part_names_the_tickets_that_stop_being_valid():
    text = words(rendered("part").text)
    assert "Tickets that stop being valid 2 Withdrawal" in text
    assert "stop being valid" not in words(rendered("refunded").text)


def test_a_free_order_has_nothing_to_pay():
    text = words(rendered("free").text)
    assert "Payment reference" not in text
    assert "There is nothing to pay." in text
    assert "Total €0.00" in text


def test_a_credit_note_names_the_receipt_it_reverses():
    text = words(rendered("refunded").text)
    assert "We return €123.45 to you." in text
    assert "within 5 banking days" in text
    assert "Credit note 18" in text
    assert "Reverses receipt 17" in text


def test_a_fee_is_shown_beside_what_is_returned():
    text = words(rendered("fee").text)
    assert "We return €120.00 to you." in text
    assert "Cancellation fee kept back -€3.45" in text
    assert "Returned to you €120.00" in text


def test_a_credit_note_stays_as_it_was_when_the_refund_settles_or_fails():
    settled = Refunded(payment=PAYMENT, amount=TOTAL, provider_reference="re_1")
    failed = RefundFailed(payment=PAYMENT, amount=TOTAL, provider_reference="re_1", code="x")
    assert refunded() == refunded((REFUND, settled)) == refunded((REFUND, failed))


def test_a_credit_note_does_not_wait_for_the_cancellation_that_follows_it():
    assert refunded() == refunded((REFUND, Cancelled(cause=Cause.CUSTOMER)))


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (Cause.OVERPAID, "You paid this order more than once. Your order is not affected."),
        (Cause.LATE_PAYMENT, "Your payment arrived after the order had been cancelled."),
    ],
)
def test_money_that_was_never_a_price_has_no_vat(cause, reason):
    text = words(refunded(cause=cause).text)
    assert reason in text
    assert "VAT" not in text


def test_a_cancellation_by_staff_is_not_called_the_customer_s_wish():
    letter = refunded((REFUND, Cancelled(cause=Cause.STAFF)), cause=Cause.STAFF)
    assert "We have cancelled your order. We return €123.45 to you." in words(letter.text)


def test_money_returned_by_hand_is_announced_too():
    about = order(*RECEIPTED, (REFUND, ManualRefund(payment=PAYMENT, amount=Money(700, "EUR"))))
    letter = render(about, Letter.REFUNDED, correlation_id=REFUND, number=18, base_url=BASE)
    assert "We return €7.00 to you." in letter.text
    assert "the way you paid" not in letter.text


def test_a_refused_refund_leaves_the_money_to_ticket_sales():
    text = words(rendered("refused").text)
    assert "The payment provider did not accept the refund." in text
    assert "Ticket sales will arrange the money with you" in text
    assert "5 banking days" not in text


def test_a_correction_apologises_and_says_whom_to_contact():
    text = words(rendered("correction").text)
    assert "We wrote to you that we return €123.45." in text
    assert "We are sorry." in text
    assert "write to tickets@winterfest.example" in text


def test_a_receipt_for_money_that_never_came_is_credited():
    text = words(rendered("not-paid").text)
    assert "We wrote to you that we received €123.45. That was our mistake" in text
    assert "Taken back €123.45" in text
    assert "Reverses receipt 17" in text
    assert PAGE in text


def test_an_order_that_was_cancelled_by_mistake_stands():
    text = words(rendered("reinstated").text)
    assert "that your order is cancelled. That was our mistake." in text
    assert "Reverses receipt" not in text


def test_a_one_time_link_says_how_long_it_works():
    letter = rendered("link")
    assert f"{PAGE}/cancel/aB3_-secret" in letter.text
    assert f'href="{PAGE}/cancel/aB3_-secret"' in letter.html
    text = words(letter.text)
    assert "for 24 hours, until 22 November 2026 at 16:33" in text
    assert "until 5 December 2026 at 16:30" in text
    assert "If you did not ask for this, ignore this letter" in text


def test_a_code_cannot_leave_its_place_in_the_address():
    about = order(*BOUGHT, (REQUEST, CancellationRequested(code_hash="h", code='a/b?c"#')))
    letter = render(about, Letter.LINK, correlation_id=REQUEST, number=None, base_url=f"{BASE}/")
    assert f"{PAGE}/cancel/a%2Fb%3Fc%22%23\n" in letter.text


@pytest.mark.parametrize("name", samples())
def test_an_erased_person_is_in_no_letter(name):
    about, letter, correlation_id, number = samples()[name]
    assert about.placed is not None
    links = tuple(replace(one, code=None) for one in about.links)
    about = values.replace(about, placed=replace(about.placed, customer=None), links=links)
    redacted = render(about, letter, correlation_id=correlation_id, number=number, base_url=BASE)
    assert redacted.to == ""
    for secret in (ADA.first_name, ADA.last_name, ADA.email, ADA.phone, "aB3_-secret"):
        assert secret not in redacted.text
        assert secret not in redacted.html
    assert "#000423" in redacted.text


def test_names_are_text_in_the_html_part():
    sly = replace(
        PLACED,
        customer=replace(ADA, first_name="<img src=x>"),
        shop_name={"en": "A & <b>B</b>\r\nBcc: x@example.org"},
    )
    letter = paid(order(*BOUGHT, placed=sly))
    assert "<img" not in letter.html
    assert "<b>B" not in letter.html
    assert letter.from_name == "A & <b>B</b> Bcc: x@example.org"


@pytest.mark.parametrize("name", samples())
def test_the_html_part_fetches_nothing(name):
    letter = rendered(name)
    html = letter.html
    for picture in letter.pictures:
        html = html.replace(f'<img src="cid:{picture.name}"', "")
    for fetching in ("<img", "<script", "<link", "url(", "@import", "src="):
        assert fetching not in html


def test_days_are_those_of_the_shop():
    far = replace(PLACED, timezone="Pacific/Auckland")
    assert "22 November 2026 at 03:30" in paid(order(*BOUGHT, placed=far)).text


def test_a_start_soon_comes_before_the_end_of_the_period():
    soon = replace(PLACED, starts_at=datetime(2026, 11, 25, 8, tzinfo=UTC))
    assert "until 25 November 2026 at 10:00" in words(paid(order(*BOUGHT, placed=soon)).text)


def test_shares_of_a_part_add_up_to_the_last_cent():
    weights = {Decimal(rate): Money(100, "EUR") for rate in (0, 14, 24)}
    for cents in range(50):
        shares = spread(Money(cents, "EUR"), weights).values()
        assert sum(share.amount for share in shares) == cents
    nothing = {Decimal(14): NOTHING}
    assert spread(NOTHING, nothing) == nothing


def test_the_letter_on_how_to_pay_tells_a_date_on_which_payment_is_in_time():
    account = BankAccount(iban="FI3715903000000776", holder="Winterfest ry")
    wanted = PaymentLetter(after=0, how_to_pay={"en": "By transfer."}, bank_account=account)
    left = (datetime(2026, 11, 23, 22, tzinfo=UTC) - THEN).total_seconds()  # midnight there
    placed = replace(PLACED, payment_letter=wanted, unpaid_after=int(left))
    asked = replace(PAYING, provider="manual", account="")
    about = order((PAYMENT, asked), placed=placed)
    letter = render(about, Letter.HOW_TO_PAY, correlation_id=PAYMENT, number=None, base_url=BASE)
    assert "23 November 2026 at 23:59" in letter.text
    assert "24 November" not in letter.text
    assert "261123\n" in letter.text


def test_what_a_voucher_made_cheaper_is_told_with_its_full_price():
    lines = list(PLACED.lines)
    lines[0] = replace(lines[0], full_price=Money(9000, "EUR"))
    letter = paid(order(*RECEIPTED, placed=replace(PLACED, lines=tuple(lines))))
    words = "with the voucher, instead of €90.00 each"
    assert " ".join(letter.text.split()).count(words) == 1
    assert letter.html.count(words) == 1
    assert "instead of" not in paid(order(*RECEIPTED)).text
