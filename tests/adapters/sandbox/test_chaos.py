"""Chaos does what its knobs say, and the same seed does it again."""

import json
import time

import httpx2
import pytest
import stripe

from adapters.sandbox.chaos import GROUPS, Chaos
from tests.kits.sandbox import HTTP, Receiver, Shop, until


def expired(shop: Shop, count: int = 1) -> None:
    """So many events, one each."""
    for _ in range(count):
        shop.v1.checkout.sessions.expire(shop.session().id)


def states(shop: Shop) -> list[str]:
    deliveries = HTTP.get(f"{shop.url}/sandbox/deliveries").json()["data"]
    return [delivery["state"] for delivery in deliveries]


def test_the_dice_depend_on_the_seed_alone():
    one, same, other = Chaos(seed=1), Chaos(seed=1), Chaos(seed=2)
    rolls = [one.roll("drop", number) for number in range(50)]
    assert rolls == [same.roll("drop", number) for number in range(50)]
    assert rolls != [other.roll("drop", number) for number in range(50)]
    assert 0.3 < sum(rolls) / 50 < 0.7


def test_the_same_seed_drops_the_same_webhooks(told_shop: Shop):
    runs = []
    for _ in range(2):
        told_shop.lever("chaos.json", seed=3, drop=0.5)
        before = len(states(told_shop))
        expired(told_shop, 8)
        runs.append([state == "dropped" for state in states(told_shop)[before:]])
    assert runs[0] == runs[1]
    assert 0 < sum(runs[0]) < 8


def test_a_dropped_webhook_is_never_sent_but_its_event_is_there(
    told_shop: Shop, receiver: Receiver
):
    told_shop.lever("chaos.json", drop=1)
    expired(told_shop)
    assert states(told_shop) == ["dropped"]
    assert told_shop.event_types() == ["checkout.session.expired"]
    told_shop.lever("calm")
    told_shop.lever("redeliver")
    receiver.wait_for("checkout.session.expired")


def test_a_duplicate_comes_so_many_times_more(told_shop: Shop, receiver: Receiver):
    told_shop.lever("chaos.json", duplicate=1, duplicate_times=3)
    expired(told_shop)
    receiver.wait_for("checkout.session.expired", times=4)
    assert len({r.event.id for r in receiver.received}) == 1


def test_a_delayed_webhook_waits_for_its_time(told_shop: Shop, receiver: Receiver):
    told_shop.lever("chaos.json", delay=1, delay_seconds=3000)
    expired(told_shop)
    assert states(told_shop) == ["pending"]
    told_shop.lever("clock", advance=3001)
    receiver.wait_for("checkout.session.expired")


def test_a_forged_first_try_is_followed_by_a_true_one(told_shop: Shop, receiver: Receiver):
    told_shop.lever("chaos.json", forge=1)
    expired(told_shop)
    until(lambda: len(receiver.received) == 2)
    with pytest.raises(stripe.SignatureVerificationError):
        _ = receiver.received[0].event
    assert receiver.received[1].event.type == "checkout.session.expired"


def test_a_torn_first_try_is_followed_by_a_whole_one(told_shop: Shop, receiver: Receiver):
    told_shop.lever("chaos.json", tear=1)
    expired(told_shop)
    until(lambda: len(receiver.received) == 2)
    with pytest.raises(stripe.SignatureVerificationError):
        _ = receiver.received[0].event
    assert receiver.received[1].event.type == "checkout.session.expired"
    until(lambda: states(told_shop) == ["delivered"])


def test_a_copy_names_another_order(told_shop: Shop, receiver: Receiver):
    told_shop.session(client_reference_id="order-2", metadata={"order": "order-2"})
    told_shop.lever("chaos.json", elsewhere=1)
    expired(told_shop)
    receiver.wait_for("checkout.session.expired", times=2)
    orders = {r.event.data.object["metadata"]["order"] for r in receiver.received}
    assert orders == {"order-1", "order-2"}


def test_a_copy_may_say_all_that_is_said_of_the_other_order_s_page(told_shop: Shop):
    said = {"order": "order-2", "correlation_id": "attempt-2"}
    told_shop.session(client_reference_id="order-2", metadata=said)
    told_shop.lever("chaos.json", elsewhere=1)
    expired(told_shop, 12)
    rows = told_shop.sandbox.world.books.rows(
        "select payload from deliveries where trick = 'elsewhere'"
    )
    told = [json.loads(row["payload"])["data"]["object"]["metadata"] for row in rows]
    assert {one["order"] for one in told} == {"order-2"}
    assert {one.get("correlation_id") for one in told} == {None, "attempt-2"}


def test_what_happened_is_counted(told_shop: Shop):
    told_shop.lever("chaos.json", duplicate=1, forge=1)
    expired(told_shop, 2)
    told_shop.lever("calm")
    told_shop.lever("calls/next", kind="429")
    with pytest.raises(stripe.StripeError):
        told_shop.session()
    told_shop.session()
    told = HTTP.get(f"{told_shop.url}/sandbox/happened").json()
    assert told == {"429": 1, "duplicate": 2, "forge": 2}


def test_reordered_webhooks_all_arrive_and_later_ones_overtake(told_shop: Shop, receiver: Receiver):
    told_shop.lever("chaos.json", seed=3, reorder=1, reorder_seconds=3000)
    expired(told_shop, 5)
    planned = HTTP.get(f"{told_shop.url}/sandbox/deliveries").json()["data"]
    happened = [one["event_id"] for one in planned]
    in_time = sorted(planned, key=lambda one: one["due_at"])
    # Each at its time: the clock is turned from one to the next.
    for count, (one, before) in enumerate(zip(in_time, [None, *in_time], strict=False), start=1):
        begin = before["due_at"] if before else time.time()
        told_shop.lever("clock", advance=one["due_at"] - begin + (0 if before else 1))
        receiver.wait_for("checkout.session.expired", times=count)
    arrived = [one.event.id for one in receiver.received]
    assert arrived == [one["event_id"] for one in in_time]
    assert sorted(arrived) == sorted(happened)
    assert arrived != happened


def test_a_burst_of_refusals_lasts_as_long_as_told(told_shop: Shop):
    told_shop.lever("chaos.json", refuse=1, refuse_times=3)
    with pytest.raises(stripe.StripeError):
        told_shop.session()
    told_shop.lever("chaos.json", refuse=0)
    for _ in range(2):
        with pytest.raises(stripe.StripeError):
            told_shop.session()
    assert told_shop.session().status == "open"


def test_every_answer_can_be_cut_off(told_shop: Shop):
    told_shop.lever("chaos.json", cut=1)
    with pytest.raises(stripe.APIConnectionError):
        told_shop.session()
    assert len(told_shop.v1.checkout.sessions.list().data) == 1


@pytest.mark.parametrize("knob", [{"drop": 2}, {"drop": "often"}, {"storm": 1}, {"since": 0}])
def test_a_senseless_knob_is_refused(shop: Shop, knob: dict[str, object]):
    shop.lever("chaos.json", 400, **knob)


def test_every_knob_has_its_place_on_the_page_in_every_language(shop: Shop):
    placed = [name for group in GROUPS.values() for name in group]
    assert sorted(placed) == sorted(HTTP.get(f"{shop.url}/sandbox/chaos.json").json())
    for language, title in {"en": "Chaos", "fi": "Kaaos", "sv": "Kaos", "de": "Chaos"}.items():
        page = HTTP.get(f"{shop.url}/sandbox/chaos", headers={"Accept-Language": language}).text
        assert f"<h1>{title}</h1>" in page
        assert all(f'name="{name}"' in page for name in placed)


def test_chaos_has_a_page(shop: Shop):
    with httpx2.Client(base_url=shop.url, follow_redirects=True) as browser:
        assert "Chaos" in browser.get("/sandbox/chaos").text
        browser.post("/sandbox/chaos", data={"drop": "0.25", "seed": "9"})
        assert browser.get("/sandbox/chaos.json").json()["drop"] == 0.25
        assert browser.post("/sandbox/chaos", data={"drop": "7"}).status_code == 400
        browser.post("/sandbox/chaos", data={"calm": "1"})
        assert browser.get("/sandbox/chaos.json").json()["drop"] == 0
