"""What reports, their columns and our own words in them are called."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from projections.reports.forms import Words

# Name, and what it tells.
REPORTS: Mapping[str, tuple[object, object]] = {
    "orders-by-outcome": (
        _l("Orders by outcome"),
        _l(
            "What became of the payment of the orders placed in this time."
            " Refunds and cancellations change nothing of it."
        ),
    ),
    "attempts-by-method": (
        _l("Attempts by method"),
        _l("Attempts to pay that began in this time. A payment page is one attempt."),
    ),
    "sales-by-provider": (
        _l("Sales by provider"),
        _l(
            "Money by the provider of the payment it came with. What is on its way back or"
            " disputed is told as it stands at the end."
        ),
    ),
    "payouts-to-orders": (
        _l("Payouts to orders"),
        _l(
            "Which payout of a provider brought which orders' money to the bank account, and what"
            " of it no payout is known of yet. Fees are told as the provider tells them, whether"
            " it keeps them back or sends a bill. Money by hand is on the account already, and is"
            " left out. What a provider does not tell, such as what a payout by hand at Stripe is"
            " made of, stays without a payout."
        ),
    ),
    "vat-by-month": (
        _l("VAT by month"),
        _l(
            "What came, in the month when it came, and what went back, in the month when it went"
            " back. A month that is over does not change. What banks took back stands beside it."
        ),
    ),
    "revenue-by-product": (
        _l("Revenue by product"),
        _l("Pieces sold and given up, and the money that came for them and went back."),
    ),
    "tickets-by-product": (
        _l("Tickets by product"),
        _l("Tickets that were sold, those that were given up, and what is valid."),
    ),
    "tickets-by-hour": (
        _l("Tickets by hour"),
        _l("The hour in which tickets were sold or given up. Quiet hours are left out."),
    ),
    "exchange-by-product": (
        _l("Tickets exchanged by product"),
        _l("Tickets that let somebody in at the door, and those that nobody came with yet."),
    ),
    "exchange-by-hour": (
        _l("Tickets exchanged by hour"),
        _l(
            "How many came in each hour. What devices scanned without a network stands where they"
            " told of it. Quiet hours are left out."
        ),
    ),
    "vouchers": (
        _l("Vouchers"),
        _l(
            "Vouchers of people, and codes of the shop: issued, withdrawn and used in this time."
            " People's are worth what was said where vouchers are set up, codes what orders paid"
            " less by them."
        ),
    ),
    "doors-by-day": (
        _l("Doors by day"),
        _l(
            "Who came in at each door on each day of the event, who left, and who is inside."
            " A night belongs to the evening before it."
        ),
    ),
    "doors-by-hour": (
        _l("Doors by hour"),
        _l(
            "Who came in and who left in each hour, by door. What devices scanned without a network"
            " stands where they told of it. Quiet hours are left out."
        ),
    ),
    "waiting-list": (
        _l("Waiting lists"),
        _l(
            "Who joined the line for what sold out in this time, whose turn it was, who bought"
            " then, whose turn lapsed, and who left. People, not pieces; who bought elsewhere has"
            " left."
        ),
    ),
    "days-to-start": (
        _l("Sales against days to start"),
        _l(
            "Shops side by side, day by day until they begin. After a move the days count to the"
            " new start."
        ),
    ),
}
COLUMNS: Mapping[str, object] = {
    "outcome": _l("Outcome"),
    "orders": _l("Orders"),
    "share": _l("Share"),
    "provider": _l("Provider"),
    "method": _l("Method"),
    "ok": _l("Paid"),
    "failed": _l("Failed"),
    "under_way": _l("Under way"),
    "attempts": _l("Attempts"),
    "failed_share": _l("Share failed"),
    "payments": _l("Payments"),
    "received": _l("Received"),
    "refunds": _l("Refunds"),
    "refunded": _l("Refunded"),
    "charged_back": _l("Taken by banks"),
    "net": _l("Net"),
    "refund_pending": _l("On its way back"),
    "handed_back": _l("Went back by another way"),
    "disputed": _l("Disputed"),
    "gone_back": _l("Gone back"),
    "payout": _l("Payout"),
    "bank_reference": _l("Bank reference"),
    "settled": _l("Paid out on"),
    "paid_out": _l("Payments paid out"),
    "kept_back": _l("Kept back"),
    "payout_fees": _l("Fees"),
    "payout_difference": _l("Differs"),
    "month": _l("Month"),
    "rate": _l("VAT rate"),
    "sales": _l("Sales"),
    "vat": _l("VAT"),
    "credited": _l("Credited"),
    "credited_vat": _l("VAT credited"),
    "net_vat": _l("Net VAT"),
    "charged_back_vat": _l("VAT taken by banks"),
    "product": _l("Product"),
    "revision": _l("Revision"),
    "pieces_sold": _l("Sold"),
    "pieces_given_up": _l("Given up"),
    "pieces": _l("Left"),
    "tickets_sold": _l("Tickets sold"),
    "given_up": _l("Given up"),
    "valid": _l("Valid"),
    "hour": _l("Hour"),
    "valid_so_far": _l("Valid so far"),
    "days_to_start": _l("Days to start"),
    "date": _l("Date"),
    "tickets": _l("Tickets"),
    "money": _l("Money"),
    "tickets_so_far": _l("Tickets so far"),
    "money_so_far": _l("Money so far"),
    "sold": _l("Sales"),
    "returned": _l("Credited"),
    "taken": _l("Taken by banks"),
    "tickets_back": _l("Tickets given up"),
    "exchanged": _l("Exchanged"),
    "not_exchanged": _l("Not exchanged"),
    "waiting": _l("Not exchanged"),
    "arrivals": _l("Arrivals"),
    "arrivals_so_far": _l("Arrivals so far"),
    "voucher_kind": _l("Kind"),
    "place": _l("Where"),
    "issued": _l("Issued"),
    "withdrawn": _l("Withdrawn"),
    "uses": _l("Used"),
    "worth_issued": _l("Worth of the issued"),
    "worth_used": _l("Worth of the used"),
    "vouchers_issued": _l("Issued"),
    "vouchers_withdrawn": _l("Withdrawn"),
    "vouchers_used": _l("Used"),
    "day": _l("Day"),
    "door": _l("Door"),
    "came": _l("Came in"),
    "went": _l("Left again"),
    "inside": _l("Inside"),
    "inside_so_far": _l("Inside so far"),
    "beside": _l("Let in twice"),
    "line_joined": _l("Joined the line"),
    "line_offered": _l("Were offered seats"),
    "line_bought": _l("Bought on their turn"),
    "line_lapsed": _l("Turn lapsed"),
    "line_left": _l("Left the line"),
    "still_in_line": _l("Still in line"),
    "currency": _l("Currency"),
    "report": _l("Report"),
    "shops": _l("Shops"),
    "from": _l("From"),
    "to": _l("To"),
    "as_of": _l("As of position"),
    "time_zone": _l("Time zone"),
}
WORDS: Mapping[str, object] = {
    "total": _l("Total"),
    "paid_out": _l("Paid out"),
    "not_paid_out": _l("No payout known yet"),
    "not_exchanged": _l("Not exchanged"),
    "free": _l("Free"),
    "not_attempted": _l("Not attempted"),
    "under_way": _l("Under way"),
    "failed": _l("Failed"),
    "partly": _l("Paid in part"),
    "after_failures": _l("Paid after failures"),
    "at_first": _l("Paid at the first attempt"),
    "beyond_price": _l("No sale: too much, or too late"),
    "manual": _l("By hand"),
    "speakers": _l("Speakers"),
    "grantees": _l("Grantees"),
    "co_speakers": _l("Co-speakers"),
    "codes": _l("Codes of the shop"),
    "own": _l("This shop"),
}


def column_title(name: str) -> str:
    """What stands above a column."""
    return str(COLUMNS.get(name, name))


def in_words(word: str) -> str:
    """One of our own words; another's as it is."""
    return str(WORDS.get(word, word))


def report_title(name: str) -> str:
    """What a report is called."""
    return str(REPORTS[name][0])


SPOKEN = Words(title=column_title, word=in_words, report=report_title)
