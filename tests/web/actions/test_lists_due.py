"""Whoever was on a list of people with vouchers is erased when nothing needs them any more."""

from datetime import timedelta
from uuid import UUID, uuid4

from ledger.audit.verify import verify
from ledger.grants.people_file import read_people
from ledger.grants.stamps import Destination, GrantsSetUp, Place
from tests.web.actions.test_erased_everywhere import faults, later, wish
from web.actions.grants import take_over
from web.actions.retention import erase_due
from web.wiring.composition import Works, follow


def test_whoever_was_given_a_voucher_goes_with_its_code_after_the_event_by_the_shops_rule(
    works: Works,
):
    parts, shop = works.parts, works.parts.shops.get("winterfest")
    rows = read_people(b"email,name,kind,state\nada@x.org,Ada,grant,confirmed\nb@x.org,B,grant,\n")
    until = parts.clock() + timedelta(days=9)
    rules = GrantsSetUp(
        shop=shop.id,
        shop_slug=shop.slug,
        destination=Destination(place=Place.OWN, product="weekend", valid_until=until),
        co_speaker_percent="25",
    )
    parts.grantees.set_up(rules, correlation_id=uuid4(), actor="admin")
    listed = [str(one.grantee) for one in take_over(parts, shop, rows, wish(parts), dry=False)]
    ada, bea = map(UUID, listed)
    parts.fulfilment.act(ada)
    voucher = parts.grantees.get(ada).voucher
    assert voucher is not None
    follow(works)
    # Their three years are over then, and the event's, 99 days later, are not.
    later(parts, days=3 * 365 + 20)
    told = erase_due(parts, actor="job", commit=True)
    assert (dict(told.erased), dict(told.waiting)) == ({}, {"not_yet": 2})
    later(parts, days=3 * 365 + 110)
    assert dict(erase_due(parts, actor="job", commit=False).erased) == {"listed": 2}
    assert parts.grantees.get(bea).name == "B"
    assert dict(erase_due(parts, actor="job", commit=True).erased) == {"listed": 2}
    assert (parts.grantees.get(ada).erased, parts.grantees.get(bea).erased) == (True, True)
    read = str([*parts.store.feed(0, limit=1000)])
    assert not [one for one in (str(voucher.code), "ada@x.org", "b@x.org") if one in read]
    follow(works)
    assert erase_due(parts, actor="job", commit=True).erased == {}
    assert [*verify(parts.store.stored())] == []
    assert faults(parts, parts.store.head()[0]) == []
