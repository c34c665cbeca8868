"""Whatever comes to a provider's door, signed or not: no 5xx, and the ledger is unharmed (Z4)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.counter import Counter
from tests.contract.test_payment_providers import counter_of
from tests.contract.tills import TILLS
from tests.kits.examples import examples
from tests.stand_ins.paytrail_till import PaytrailTill
from tests.stand_ins.serving import Message
from tests.stand_ins.stripe_till import StripeTill
from tests.stand_ins.sumup import SIGNATURE
from tests.stand_ins.sumup_till import SumupTill

DOORS = {
    "stripe": ("POST", "/webhooks/stripe", "Stripe-Signature"),
    "paytrail": ("GET", "/webhooks/paytrail/winterfest/{order}/callback", "signature"),
    "sumup": ("POST", "/webhooks/sumup", SIGNATURE),
}
hostile = examples(40)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=10,
)
latin = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80)
signatures = latin | st.sampled_from(
    ["", "t=", "t=1", "t=1,v1=", "v1=00", "t=-1,v1=0", "t=1,t=2,v1=0", "t=99999999999999,v1=a"]
)
queries = st.lists(
    st.tuples(
        st.sampled_from(
            ["signature", "checkout-algorithm", "checkout-status", "checkout-amount", "x"]
        )
        | latin,
        st.sampled_from(["sha256", "sha512", "md5", "ok", "", "-1", "1" * 400]) | latin,
    ),
    max_size=8,
).map(urlencode)
raw_queries = queries | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)


@pytest.fixture(scope="module", params=TILLS)
def counter(request: pytest.FixtureRequest) -> Iterator[Counter]:
    """One order that waits for its money; its true news is in `heard`."""
    with counter_of(request.param) as made:
        made.place()
        (order,) = made.views.order_ids()
        made.till.pay(made.page(order))
        made.heard = [*made.till.news()]
        yield made
        made.tell(*made.heard)
        assert made.status(order) == "PAID"


def strikes(counter: Counter, message: Message) -> int:
    """The status; whatever is turned away has left no trace, and no money moved."""
    (order,) = counter.views.order_ids()
    before = counter.ledger.head(), len(counter.inbox.states)
    status = counter.deliver(message)
    assert status < 500
    if status >= 400:
        assert (counter.ledger.head(), len(counter.inbox.states)) == before
    assert counter.shown(order)["money"]["received"] == 0
    return status


@hostile
@given(
    body=st.binary(max_size=300) | anything.map(lambda one: json.dumps(one).encode()),
    signature=signatures,
    query=raw_queries,
)
def test_what_nobody_signed(counter: Counter, body: bytes, signature: str, query: str):
    method, path, header = DOORS[counter.till.provider]
    (order,) = counter.views.order_ids()
    url = f"{path.format(order=order)}?{query}"
    status = strikes(
        counter, Message(method=method, url=url, headers={header: signature}, body=body)
    )
    assert 400 <= status < 500 or counter.till.provider == "sumup"


@hostile
@given(which=st.integers(0, 100), at=st.integers(0, 2000), bit=st.integers(0, 7), cut=st.booleans())
def test_a_true_message_with_one_bit_bent_or_its_end_missing(
    counter: Counter, which: int, at: int, bit: int, cut: bool
):
    true = counter.till.seal(counter.heard[which % len(counter.heard)])
    if counter.till.provider == "sumup" and SIGNATURE not in true.headers:
        return  # not signed: bent, it names another checkout, or none
    parts = urlsplit(true.url)
    told = true.body or parts.query.encode()
    at %= len(told)
    bent = told[:at] if cut else told[:at] + bytes([told[at] ^ (1 << bit)]) + told[at + 1 :]
    if true.body:
        message = replace(true, body=bent)
    else:
        url = parts._replace(query="").geturl()
        message = replace(true, url=f"{url}?{bent.decode('latin-1')}")
    if _means_the_same(message, true):
        return
    assert 400 <= strikes(counter, message) < 500


def _means_the_same(message: Message, true: Message) -> bool:
    """In an address some letters can be written in two ways, and a fragment is not sent.

    Names may have letters of either size, and so may the digits of a signature.
    """
    return message.body == true.body and _meant(message) == _meant(true)


def _meant(message: Message) -> list[tuple[str, str]]:
    pairs = [(name.lower(), value) for name, value in parse_qsl(urlsplit(message.url).query)]
    return [(name, value.lower() if name == "signature" else value) for name, value in pairs]


@hostile
@given(thing=anything, kind=st.sampled_from(["checkout.session.completed", "refund.updated", "x"]))
def test_well_signed_nonsense_is_kept_and_moves_nothing(counter: Counter, thing: Any, kind: str):
    till = counter.till
    if isinstance(till, StripeTill):
        event = {
            "object": "event",
            "id": "evt_x",
            "type": kind,
            "livemode": False,
            "created": 1,
            "data": {"object": thing},
        }
        message = replace(counter.heard[0], body=json.dumps(event).encode())
    elif isinstance(till, PaytrailTill):
        message = till.saying(
            counter.heard[-1], {"checkout-status": kind, "checkout-x": str(thing)}
        )
    else:
        assert isinstance(till, SumupTill)
        message = till.signed({"id": "evt_x", "type": kind, "object": thing})
    strikes(counter, till.seal(message))
