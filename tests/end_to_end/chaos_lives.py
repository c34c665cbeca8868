"""What may become of an order on a bad day, and how likely it is."""

import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ledger.order.status import Status, status
from tests.end_to_end.chaos_customers import Customer
from tests.end_to_end.chaos_others import Dashboard, Staff
from tests.end_to_end.chaos_shops import HASTY, LATER, ORDINARY, PATIENT


@dataclass(frozen=True, slots=True)
class Life:
    """`act` begins with an order that has been placed."""

    weight: int
    act: Callable[[Customer, str], None]
    shop: str = ORDINARY


def _paid(one: Customer) -> str:
    """The name of the payment, as soon as the customer has paid."""
    page = one.page()
    one.pull(f"sessions/{page}/pay")
    return Dashboard(one).payment(page)


def _here(one: Customer) -> bool:
    return one.sees(lambda order: order.received)


def pays(one: Customer, token: str) -> None:
    _paid(one)


def pays_and_cancels(one: Customer, token: str) -> None:
    _paid(one)
    code = one.ask_for_a_link() if _here(one) else None
    if code:
        one.confirm(code)


def confirms_twice_at_once(one: Customer, token: str) -> None:
    _paid(one)
    code = one.ask_for_a_link() if _here(one) else None
    if code:
        with ThreadPoolExecutor(2) as pool:
            for key in ("left", "right"):
                pool.submit(one.confirm, code, key=key)


def declined(one: Customer, token: str) -> None:
    page = one.page()
    one.pull(f"sessions/{page}/decline")
    one.pull(f"sessions/{page}/pay")


def pays_twice(one: Customer, token: str) -> None:
    first = one.page()
    second = one.another_page()
    for page in (first, second):
        one.pull(f"sessions/{page}/pay")


def presses_twice(one: Customer, token: str) -> None:
    page = one.page()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            pool.submit(one.pull, f"sessions/{page}/pay")


def pays_later(one: Customer, token: str) -> None:
    page = one.page()
    one.pull(f"sessions/{page}/pay-later")
    one.pull(f"payments/{page}/settle")


def in_vain(one: Customer, token: str) -> None:
    page = one.page()
    one.pull(f"sessions/{page}/pay-later")
    one.pull(f"payments/{page}/fail")


def too_late(one: Customer, token: str) -> None:
    """The bank settles after the order timed out: seats are taken again, or the money goes back."""
    page = one.page()
    one.pull(f"sessions/{page}/pay-later")
    one.sees(lambda order: not order.alive, patience=45)
    one.pull(f"payments/{page}/settle")


def walks_away(one: Customer, token: str) -> None:
    return


def part_back(one: Customer, token: str) -> None:
    Dashboard(one).refund(_paid(one), 500)


def all_back_in_parts(one: Customer, token: str) -> None:
    payment, dashboard = _paid(one), Dashboard(one)
    dashboard.refund(payment, 700)
    dashboard.refund(payment)


def refund_fails_after_all(one: Customer, token: str) -> None:
    payment, dashboard = _paid(one), Dashboard(one)
    dashboard.refund(payment, 900)
    for refund in dashboard.refunds(payment):
        one.pull(f"refunds/{refund['id']}/fail")


def own_refund_fails_after_all(one: Customer, token: str) -> None:
    payment = _paid(one)
    code = one.ask_for_a_link() if _here(one) else None
    if code:
        one.confirm(code)
    for refund in Dashboard(one).refunds(payment):
        one.pull(f"refunds/{refund['id']}/fail")


def refund_is_slow(one: Customer, token: str) -> None:
    """Whoever asks next for a refund waits for it: this customer, or another."""
    one.pull("refunds/next", behaviour="pending")
    pays_and_cancels(one, token)


def refund_is_declined(one: Customer, token: str) -> None:
    one.pull("refunds/next", behaviour="decline")
    pays_and_cancels(one, token)


def dispute(outcome: str, *, refunds: int = 0) -> Callable[[Customer, str], None]:
    def act(one: Customer, token: str) -> None:
        payment, dashboard = _paid(one), Dashboard(one)
        if refunds:
            dashboard.refund(payment, refunds)
        known = dashboard.dispute(payment, **({"amount": 800} if refunds else {}))
        if outcome and known:
            one.sees(lambda order: order.disputes, patience=3)
            dashboard.close(known, outcome)

    return act


def dispute_then_refund(one: Customer, token: str) -> None:
    payment, dashboard = _paid(one), Dashboard(one)
    known = dashboard.dispute(payment, amount=1000)
    dashboard.close(known, "won")
    dashboard.refund(payment, 600)


def inquiry(one: Customer, token: str) -> None:
    dashboard = Dashboard(one)
    known = dashboard.dispute(_paid(one), inquiry=True)
    dashboard.close(known, "warning_closed")


def staff_returns_a_part(one: Customer, token: str) -> None:
    _paid(one)
    if _here(one):
        Staff(one, token).does("refunds", method="provider", amount=1100)


def staff_cancels(one: Customer, token: str) -> None:
    _paid(one)
    if _here(one):
        Staff(one, token).does("cancel", refund=True)


def staff_takes_cash(one: Customer, token: str) -> None:
    """And the customer pays at the page at the same time, if it is still open."""
    page = one.page()
    with ThreadPoolExecutor(2) as pool:
        pool.submit(Staff(one, token).does, "mark-paid")
        pool.submit(one.pull, f"sessions/{page}/pay")


def staff_writes_again(one: Customer, token: str) -> None:
    _paid(one)
    if one.sees(lambda order: any(p.state == "sent" for p in order.postings.values())):
        Staff(one, token).does("receipts", versioned=False)


def waits_for_capture(one: Customer, token: str) -> None:
    _paid(one)


def changes_mind(one: Customer, token: str) -> None:
    _paid(one)
    one.sees(lambda order: order.reserved, patience=5)
    one.change_mind()


def changes_mind_unpaid(one: Customer, token: str) -> None:
    page = one.page()
    one.change_mind()
    one.pull(f"sessions/{page}/pay")


def changes_mind_too_late(one: Customer, token: str) -> None:
    _paid(one)
    one.sees(lambda order: order.received, patience=30)
    one.change_mind()


def captured_outside(one: Customer, token: str) -> None:
    Dashboard(one).capture(_paid(one))
    one.change_mind()


def captured_in_part(one: Customer, token: str) -> None:
    Dashboard(one).capture(_paid(one), 1200)


def voided_outside(one: Customer, token: str) -> None:
    Dashboard(one).void(_paid(one))


def void_fails(one: Customer, token: str) -> None:
    """The customer cancels while the provider only answers with errors."""
    payment = _paid(one)
    one.sees(lambda order: status(order) is Status.AUTHORIZED, patience=5)
    path = f"/v1/payment_intents/{payment}/cancel"
    one.pull("calls/next", kind="500", path=path, count=2)
    one.change_mind()
    time.sleep(0.2)


LIVES: Mapping[str, Life] = {
    "pays": Life(18, pays),
    "pays and cancels": Life(16, pays_and_cancels),
    "cancels in two windows at once": Life(3, confirms_twice_at_once),
    "is declined, then pays": Life(7, declined),
    "pays at both pages": Life(4, pays_twice),
    "presses pay twice at once": Life(3, presses_twice),
    "pays later": Life(4, pays_later),
    "pays later, in vain": Life(3, in_vain),
    "walks away": Life(3, walks_away),
    "gets a part back from the dashboard": Life(4, part_back),
    "gets all back in parts from the dashboard": Life(3, all_back_in_parts),
    "gets a part back that fails after all": Life(3, refund_fails_after_all),
    "cancels, and the refund fails after all": Life(3, own_refund_fails_after_all),
    "cancels, and the refund is slow": Life(3, refund_is_slow),
    "cancels, and the refund is declined": Life(3, refund_is_declined),
    "disputes, and the shop wins": Life(2, dispute("won")),
    "disputes, and the shop loses": Life(2, dispute("lost")),
    "disputes, without an end": Life(1, dispute("")),
    "disputes a part after a refund": Life(2, dispute("lost", refunds=600)),
    "loses a dispute, then gets a part back": Life(2, dispute_then_refund),
    "only inquires": Life(1, inquiry),
    "gets a part back from staff": Life(3, staff_returns_a_part),
    "is cancelled by staff": Life(3, staff_cancels),
    "pays in cash, and at the page": Life(3, staff_takes_cash),
    "is written to again": Life(2, staff_writes_again),
    "is captured when grace ends": Life(4, waits_for_capture, LATER),
    "changes their mind in time": Life(4, changes_mind, LATER),
    "changes their mind before paying": Life(2, changes_mind_unpaid, LATER),
    "changes their mind too late": Life(2, changes_mind_too_late, LATER),
    "is captured in the dashboard": Life(2, captured_outside, LATER),
    "is captured in part": Life(2, captured_in_part, LATER),
    "is voided in the dashboard": Life(2, voided_outside, LATER),
    "changes their mind while the provider is down": Life(2, void_fails, LATER),
    "waits until the authorization lapses": Life(2, waits_for_capture, PATIENT),
    "pays too late": Life(3, too_late, HASTY),
    "pays twice in a hurry": Life(3, pays_twice, HASTY),
    "cancels for a fee": Life(3, pays_and_cancels, HASTY),
    "has no seat to lose": Life(2, walks_away, HASTY),
}


def plan(orders: int, *, seed: int) -> list[str]:
    """Every life once, as far as the orders reach; then as likely as their weights say."""
    dice = random.Random(f"{seed}/lives")
    names, weights = [*LIVES], [life.weight for life in LIVES.values()]
    once = names[:orders]
    lived = once + dice.choices(names, weights=weights, k=orders - len(once))
    dice.shuffle(lived)
    return lived
