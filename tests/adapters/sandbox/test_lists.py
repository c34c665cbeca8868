"""Lists come newest first, in pages, filtered by what was asked."""

import pytest
import stripe

from tests.kits.sandbox import Shop


def test_pages_follow_each_other_without_gaps(shop: Shop):
    made = [shop.session().id for _ in range(5)]
    listed = shop.v1.checkout.sessions.list({"limit": 2})
    assert listed.has_more
    assert [session.id for session in listed.auto_paging_iter()] == made[::-1]


def test_sessions_are_found_by_intent_and_status(shop: Shop):
    shop.session()
    session = shop.paid()
    intent = session.payment_intent.id
    assert [s.id for s in shop.v1.checkout.sessions.list({"payment_intent": intent}).data] == [
        session.id
    ]
    assert len(shop.v1.checkout.sessions.list({"status": "open"}).data) == 1


def test_created_bounds_a_list(shop: Shop):
    first = shop.session()
    shop.lever("clock", advance=100)
    second = shop.session()
    later = shop.v1.checkout.sessions.list({"created": {"gte": first.created + 50}})
    assert [s.id for s in later.data] == [second.id]
    earlier = shop.v1.checkout.sessions.list({"created": {"lt": first.created + 50}})
    assert [s.id for s in earlier.data] == [first.id]


def test_events_are_filtered_by_types_and_reach_back_thirty_days(shop: Shop):
    shop.paid()
    types = ["charge.succeeded", "payment_intent.succeeded"]
    found = shop.v1.events.list({"types": types})
    assert {event.type for event in found.data} == set(types)
    assert len(shop.v1.events.list({"type": "payment_intent.*"}).data) == 2
    event = found.data[0].id
    shop.lever("clock", advance=31 * 86400)
    assert shop.v1.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.events.retrieve(event)


def test_expansion_reaches_through_lists_and_nested_objects(shop: Shop):
    session = shop.paid()
    shop.v1.refunds.create({"payment_intent": session.payment_intent.id, "amount": 100})
    expand = ["data.payment_intent.latest_charge.refunds", "data.line_items"]
    found = shop.v1.checkout.sessions.list({"expand": expand}).data[0]
    assert isinstance(found.payment_intent, stripe.PaymentIntent)
    charge = found.payment_intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.refunds is not None
    assert charge.refunds.data[0].amount == 100
    assert found.line_items is not None
    assert found.line_items.data[0].description == "Ticket"


@pytest.mark.parametrize(
    "params", [{"limit": 101}, {"limit": 0}, {"starting_after": "cs_x"}, {"expand": ["data.mode"]}]
)
def test_a_senseless_list_is_refused(shop: Shop, params: dict[str, object]):
    shop.session()
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.checkout.sessions.list(params)
