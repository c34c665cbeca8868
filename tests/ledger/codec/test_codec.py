"""Stored names and bytes: golden, versioned, without anything personal in the clear."""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, get_args, get_origin
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import codec
from ledger.accounts import stamps as account_stamps
from ledger.approvals.stamps import ApprovalStamp
from ledger.cases import stamps as case_stamps
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.grants.stamps import GrantStamp, ProgrammeStamp
from ledger.kernel.events import Draft, declared
from ledger.kernel.money import Money
from ledger.news.stamps import NewsAddressed, NewsDeclined, NewsStamp, NewsWanted
from ledger.order import stamps
from ledger.order.stamps import Cancelled, Cause
from ledger.shop import stamps as shop_stamps
from ledger.shop.letter_words import LetterWords
from ledger.shop.stamps import PreferencesChanged, ProductRevised
from ledger.staff.stamps import StaffStamp
from ledger.till.stamps import TillStamp
from ledger.vouchers.stamps import (
    Effect,
    EffectKind,
    VoucherGivenBack,
    VoucherIssued,
    VoucherRedeemed,
    VoucherStamp,
    VoucherTerms,
)
from ledger.waiting_list.stamps import PlaceStamp
from tests.kits.examples import examples
from tests.kits.spec import (
    CANCELLED,
    CHECKED_IN,
    ISSUED,
    LINK,
    ORDER,
    PAID,
    PLACED,
    REFUND_ASKED,
    RELEASED,
    UNDONE,
)
from tests.kits.worlds import PREFERENCES

CAUSE = UUID(int=6)
MOMENT = datetime(2027, 2, 12, 10, 0, 0, 5, tzinfo=UTC)


def encoded(stamp: Any, **envelope: Any) -> codec.Encoded:
    return codec.encode(
        Draft(stream=ORDER, stamp=stamp, correlation_id=CAUSE, actor="test", **envelope)
    )


def decoded(one: codec.Encoded) -> codec.Decoded:
    return codec.decode(one.type, one.schema, one.body, one.private)


GOLDEN: dict[str, Any] = {
    "MAILING_STARTED": shop_stamps.MailingStarted(
        about_order=False,
        product="weekend",
        buyers=(shop_stamps.Buyers.PAID, shop_stamps.Buyers.CANCELLED),
        subject={"en": "News"},
        text={"en": "Hello {name}", "fi": "Hei"},
    ),
    "MAILING_TURNED": shop_stamps.MailingTurned(
        mailing=CAUSE, state=shop_stamps.MailingState.CALLED_OFF
    ),
    "BUYER_ADDRESSED": stamps.BuyerAddressed(mailing=CAUSE, about_order=True),
    "NEWS_ADDRESSED": NewsAddressed(mailing=CAUSE, order=ORDER),
    "NEWS_DECLINED": NewsDeclined(order=ORDER),
    "NEWS_WANTED": NewsWanted(order=ORDER),
    "LETTER_WORDS_SET": shop_stamps.LetterWordsSet(
        letter="paid", words=LetterWords(subject={"en": "{order}"}, closing={"fi": "Moi"})
    ),
    "LETTER_WORDS_USED": stamps.LetterWordsUsed(letter=stamps.Letter.PAID, try_number=2, version=9),
    "PAID": PAID,
    "CANCELLED": CANCELLED,
    "CANCELLATION_REQUESTED": LINK,
    "ORDER_PLACED": PLACED,
    "ORDER_AMENDED": stamps.OrderAmended(
        pieces=(stamps.Pieces(line=0, quantity=1),),
        amount=Money(3000, "EUR"),
        fee=Money(500, "EUR"),
        cause=Cause.CUSTOMER,
        reason="one of them is ill",
    ),
    "TICKETS_ISSUED": ISSUED,
    "VOUCHER_ISSUED": VoucherIssued(
        shop=PLACED.shop,
        shop_slug="winterfest",
        code_index="index",
        terms=VoucherTerms(
            effect=Effect(kind=EffectKind.SET_PRICE, amount=Money(0, "EUR")),
            products=("weekend",),
            valid_until=MOMENT,
            reserved=(UUID(int=7),),
        ),
        code="SPEAKER",
        label="Ada",
    ),
    "VOUCHER_REDEEMED": VoucherRedeemed(order=ORDER, uses=2, reduction=Money(7000, "EUR")),
    "VOUCHER_GIVEN_BACK": VoucherGivenBack(order=ORDER, uses=2),
    "TICKET_CHECKED_IN": CHECKED_IN,
    "TICKET_CHECK_IN_UNDONE": UNDONE,
}
BODIES: dict[str, str] = {
    "MAILING_STARTED": (
        "7b2261626f75745f6f72646572223a66616c73652c226163746f72223a2274657374222c2262757965727322"
        "3a5b2270616964222c2263616e63656c6c6564225d2c2265766964656e6365223a6e756c6c2c226f63637572"
        "7265645f6174223a6e756c6c2c2270726f64756374223a227765656b656e64222c227375626a656374223a7b"
        "22656e223a224e657773227d2c2274657874223a7b22656e223a2248656c6c6f207b6e616d657d222c226669"
        "223a22486569227d7d"
    ),
    "MAILING_TURNED": (
        "7b226163746f72223a2274657374222c2265766964656e6365223a6e756c6c2c226d61696c696e67223a2230"
        "303030303030302d303030302d303030302d303030302d303030303030303030303036222c226f6363757272"
        "65645f6174223a6e756c6c2c227374617465223a2263616c6c65645f6f6666227d"
    ),
    "BUYER_ADDRESSED": (
        "7b2261626f75745f6f72646572223a747275652c226163746f72223a2274657374222c2265766964656e6365"
        "223a6e756c6c2c226d61696c696e67223a2230303030303030302d303030302d303030302d303030302d3030"
        "30303030303030303036222c226f636375727265645f6174223a6e756c6c7d"
    ),
    "NEWS_ADDRESSED": (
        "7b226163746f72223a2274657374222c2265766964656e6365223a6e756c6c2c226d61696c696e67223a2230"
        "303030303030302d303030302d303030302d303030302d303030303030303030303036222c226f6363757272"
        "65645f6174223a6e756c6c2c226f72646572223a2236663936313966662d386238362d346430312d62343264"
        "2d303063663466633936346666227d"
    ),
    "NEWS_DECLINED": (
        "7b226163746f72223a2274657374222c2265766964656e6365223a6e756c6c2c226f636375727265645f6174"
        "223a6e756c6c2c226f72646572223a2236663936313966662d386238362d346430312d623432642d30306366"
        "3466633936346666227d"
    ),
    "NEWS_WANTED": (
        "7b226163746f72223a2274657374222c2265766964656e6365223a6e756c6c2c226f636375727265645f6174"
        "223a6e756c6c2c226f72646572223a2236663936313966662d386238362d346430312d623432642d30306366"
        "3466633936346666227d"
    ),
    "LETTER_WORDS_SET": (
        "7b226163746f72223a2274657374222c2265766964656e6365223a6e756c6c2c226c6574746572223a227061"
        "6964222c226f636375727265645f6174223a6e756c6c2c22776f726473223a7b227375626a656374223a7b22"
        "656e223a227b6f726465727d227d2c226f70656e696e67223a7b7d2c22636c6f73696e67223a7b226669223a"
        "224d6f69227d7d7d"
    ),
    "LETTER_WORDS_USED": (
        "7b226163746f72223a2274657374222c2265766964656e6365223a6e756c6c2c226c6574746572223a227061"
        "6964222c226f636375727265645f6174223a6e756c6c2c227472795f6e756d626572223a322c227665727369"
        "6f6e223a397d"
    ),
    "PAID": (
        "7b226163746f72223a2274657374222c22616d6f756e74223a7b22616d6f756e74223a373030302c22637572"
        "72656e6379223a22455552227d2c2265766964656e6365223a6e756c6c2c226d6574686f64223a22222c226f"
        "636375727265645f6174223a6e756c6c2c2270726f7669646572223a22737472697065222c2270726f766964"
        "65725f7265666572656e6365223a2270695f31227d"
    ),
    "CANCELLED": (
        "7b226163746f72223a2274657374222c226361757365223a22637573746f6d6572222c2265766964656e6365"
        "223a6e756c6c2c226f636375727265645f6174223a6e756c6c7d"
    ),
    "CANCELLATION_REQUESTED": (
        "7b226163746f72223a2274657374222c22636f64655f68617368223a22613034383461363138356233323465"
        "3266333535313934663333343438326663373931393463643830353138353135356464636636383034666462"
        "3930393061222c2265766964656e6365223a6e756c6c2c226f636375727265645f6174223a6e756c6c7d"
    ),
    "ORDER_PLACED": (
        "7b226163636f756e74223a6e756c6c2c226163746f72223a2274657374222c2263616e63656c6c6174696f6e"
        "223a7b22706572696f645f64617973223a31342c226665655f6669786564223a7b22616d6f756e74223a302c"
        "2263757272656e6379223a22455552227d2c226665655f70657263656e74223a2230222c2272656c65617365"
        "223a2261745f726566756e645f6163636570746564222c227061727473223a66616c73652c22617070726f76"
        "616c5f61626f7665223a6e756c6c7d2c22656d61696c5f696e646578223a22696e646578222c226576696465"
        "6e6365223a6e756c6c2c2267726163655f706572696f64223a6e756c6c2c226c616e6775616765223a22656e"
        "222c226c696e6573223a5b7b2270726f64756374223a227765656b656e64222c227265766973696f6e223a31"
        "2c227469746c65223a7b22656e223a225765656b656e64207469636b6574227d2c227175616e74697479223a"
        "322c22756e69745f7072696365223a7b22616d6f756e74223a333530302c2263757272656e6379223a224555"
        "52227d2c227661745f70657263656e74223a2231332e35222c227469636b657473223a312c2271756f746173"
        "223a5b5d2c2266756c6c5f7072696365223a6e756c6c7d5d2c226f636375727265645f6174223a6e756c6c2c"
        "226f76657270616964223a2263617365222c227061796d656e745f6c6574746572223a6e756c6c2c22726571"
        "756573745f646967657374223a22646967657374222c227365617473223a5b7b2271756f7461223a22346336"
        "38346332332d383831642d353066312d393063622d396237623937613338666636222c227365617473223a32"
        "7d5d2c2273656c6c6572223a7b226e616d65223a2257696e74657266657374207279222c22656d61696c223a"
        "227469636b6574734077696e746572666573742e6578616d706c65222c22627573696e6573735f6964223a22"
        "222c2261646472657373223a22222c2270686f6e65223a22227d2c2273686f70223a2261393166333162312d"
        "653464322d353366352d383939382d623765336564366538313330222c2273686f705f6e616d65223a7b2265"
        "6e223a2257696e746572666573742032303237227d2c2273686f705f736c7567223a2277696e746572666573"
        "74222c227374617274735f6174223a22323032372d30322d31325431303a30303a30305a222c2274696d657a"
        "6f6e65223a224575726f70652f48656c73696e6b69222c22746f74616c223a7b22616d6f756e74223a373030"
        "302c2263757272656e6379223a22455552227d2c22756e706169645f6166746572223a3235393230302c2276"
        "69736974223a6e756c6c2c22766f7563686572223a6e756c6c7d"
    ),
    "ORDER_AMENDED": (
        "7b226163746f72223a2274657374222c22616d6f756e74223a7b22616d6f756e74223a333030302c22637572"
        "72656e6379223a22455552227d2c226361757365223a22637573746f6d6572222c2265766964656e6365223a"
        "6e756c6c2c22666565223a7b22616d6f756e74223a3530302c2263757272656e6379223a22455552227d2c22"
        "6f636375727265645f6174223a6e756c6c2c22706965636573223a5b7b226c696e65223a302c227175616e74"
        "697479223a312c227768696368223a5b5d7d5d7d"
    ),
    "TICKETS_ISSUED": (
        "7b226163746f72223a2274657374222c2265766964656e6365223a6e756c6c2c22686173686573223a5b2231"
        "3366663836353862316338386162323865613736356461376234343834356334333133316666306230313161"
        "65373061333662303233393862653634363330222c2237363664316238326562366433633732633764646436"
        "613939653864636638663665376466333738373465656530356336623837623436636365653162343634225d"
        "2c226f636375727265645f6174223a6e756c6c7d"
    ),
    "VOUCHER_ISSUED": (
        "7b226163746f72223a2274657374222c22636f64655f696e646578223a22696e646578222c2265766964656e"
        "6365223a6e756c6c2c226f636375727265645f6174223a6e756c6c2c2273686f70223a226139316633316231"
        "2d653464322d353366352d383939382d623765336564366538313330222c2273686f705f736c7567223a2277"
        "696e74657266657374222c22736f75726365223a6e756c6c2c227465726d73223a7b22656666656374223a7b"
        "226b696e64223a227365745f7072696365222c22616d6f756e74223a7b22616d6f756e74223a302c22637572"
        "72656e6379223a22455552227d2c2270657263656e74223a2230227d2c2270726f6475637473223a5b227765"
        "656b656e64225d2c2275736573223a312c226d696e696d756d223a312c2276616c69645f66726f6d223a6e75"
        "6c6c2c2276616c69645f756e74696c223a22323032372d30322d31325431303a30303a30302e303030303035"
        "5a222c227265736572766564223a5b2230303030303030302d303030302d303030302d303030302d30303030"
        "3030303030303037225d2c2272657475726e73223a747275657d7d"
    ),
    "VOUCHER_REDEEMED": (
        "7b226163746f72223a2274657374222c2265766964656e6365223a6e756c6c2c226f636375727265645f6174"
        "223a6e756c6c2c226f72646572223a2236663936313966662d386238362d346430312d623432642d30306366"
        "3466633936346666222c22726564756374696f6e223a7b22616d6f756e74223a373030302c2263757272656e"
        "6379223a22455552227d2c2275736573223a327d"
    ),
    "VOUCHER_GIVEN_BACK": (
        "7b226163746f72223a2274657374222c2265766964656e6365223a6e756c6c2c226f636375727265645f6174"
        "223a6e756c6c2c226f72646572223a2236663936313966662d386238362d346430312d623432642d30306366"
        "3466633936346666222c2275736573223a327d"
    ),
    "TICKET_CHECKED_IN": (
        "7b226163746f72223a2274657374222c22627265616368223a22222c22636c6f636b5f6168656164223a302c"
        "22646179223a22323032372d30312d3130222c22646576696365223a226e6f7274682d31222c22646f6f7222"
        "3a226d61696e222c2265766964656e6365223a6e756c6c2c226f636375727265645f6174223a6e756c6c2c22"
        "717565756564223a66616c73652c227363616e223a2266623837616238382d646333302d356435302d623435"
        "322d656666373761633330613364222c227363616e6e65645f6174223a22323032372d30312d31305431323a"
        "30303a30305a222c227469636b6574223a223133666638363538623163383861623238656137363564613762"
        "3434383435633433313331666630623031316165373061333662303233393862653634363330227d"
    ),
    "TICKET_CHECK_IN_UNDONE": (
        "7b226163746f72223a2274657374222c2265766964656e6365223a6e756c6c2c226f636375727265645f6174"
        "223a6e756c6c7d"
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_stored_bytes_are_these_for_ever(name):
    one = encoded(GOLDEN[name])
    assert (one.type, one.body.hex()) == (name, BODIES[name])


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_bytes_are_still_read(name):
    private = encoded(GOLDEN[name]).private
    newest = codec.STORED[name][1]
    found = codec.decode(name, newest, bytes.fromhex(BODIES[name]), private)
    assert found.stamp == GOLDEN[name]


def test_a_cancellation_of_version_1_was_a_customer_s():
    body = b'{"actor":"visitor","evidence":null,"occurred_at":null}'
    found = codec.decode("CANCELLED", 1, body, None)
    assert found.stamp == Cancelled(cause=Cause.CUSTOMER)


def test_a_part_of_version_1_was_the_last_pieces_of_a_line():
    body = bytes.fromhex(BODIES["ORDER_AMENDED"])
    first = body.replace(b',"which":[]', b"")
    assert first != body
    private = encoded(GOLDEN["ORDER_AMENDED"]).private
    assert codec.decode("ORDER_AMENDED", 1, first, private).stamp == GOLDEN["ORDER_AMENDED"]
    freed = b'{"actor":"a","evidence":null,"occurred_at":null,"pieces":[{"line":0,"quantity":1}]}'
    last = (stamps.Pieces(line=0, quantity=1),)
    assert codec.decode("SEATS_RELEASED", 2, freed, None).stamp.pieces == last


def test_older_orders_were_captured_at_once_and_kept_their_surplus():
    grace, surplus = b'"grace_period":null,', b'"overpaid":"case",'
    body = bytes.fromhex(BODIES["ORDER_PLACED"])
    private = encoded(PLACED).private
    assert grace in body
    sixth = body.replace(b',"voucher":null', b"").replace(b',"full_price":null', b"")
    fifth = sixth.replace(b',"visit":null', b"").replace(b',"approval_above":null', b"")
    fifth = fifth.replace(b'"account":null,', b"")
    fourth = fifth.replace(b',"parts":false', b"").replace(b',"quotas":[]', b"")
    third = fourth.replace(b'"payment_letter":null,', b"")
    second = third.replace(surplus, b"")
    first = second.replace(grace, b"")
    assert first != second != third != fourth != fifth != sixth != body
    assert codec.decode("ORDER_PLACED", 6, sixth, private).stamp == PLACED
    assert codec.decode("ORDER_PLACED", 5, fifth, private).stamp == PLACED
    assert codec.decode("ORDER_PLACED", 4, fourth, private).stamp == PLACED
    assert codec.decode("ORDER_PLACED", 3, third, private).stamp == PLACED
    assert codec.decode("ORDER_PLACED", 2, second, private).stamp == PLACED
    assert codec.decode("ORDER_PLACED", 1, first, private).stamp == PLACED


def test_older_preferences_knew_less():
    """No grace period at first, no way to pay by hand, no surplus, no reminder, no parts.

    Then neither a venue nor pictures.
    """
    looks = (
        b',"venue":null,"doors_at":null,"ends_at":null,"picture":null,"logo":null'
        b',"colour":"","sign_in":"optional"'
    )
    added = [
        looks,
        b',"parts":false',
        b',"bank_account":null,"remind_unpaid":true',
        b',"overpaid":"case"',
        b',"how_to_pay":{}',
        b',"grace_period":null',
    ]
    for before in (None, PREFERENCES):
        changed = PreferencesChanged(before=before, after=PREFERENCES)
        body = encoded(changed).body
        for version, name in zip((6, 5, 4, 3, 2, 1), added, strict=True):
            assert name in body
            body = body.replace(name, b"").replace(b',"approval_above":null', b"")
            found = codec.decode("PREFERENCES_CHANGED", version, body, None)
            assert found.stamp == changed


def test_a_case_of_version_1_did_not_say_where_the_money_lay():
    case = CaseOpened(kind=CaseKind.UNMATCHED_MONEY, severity=Severity.CRITICAL, text="money")
    body = encoded(case).body
    for added in (b'"account":"",', b'"live":false,', b'"payment_reference":"",'):
        assert added in body
        body = body.replace(added, b"")
    assert codec.decode("CASE_OPENED", 1, body, None).stamp == case


def test_a_product_of_version_1_let_people_in_everywhere():
    product = ProductRevised(
        slug="weekend",
        revision=1,
        rank=1,
        title={"en": "Weekend"},
        description={},
        price=Money(3500, "EUR"),
        vat_percent="13.5",
        quotas=(),
        tickets=1,
        max_per_order=10,
    )
    body = encoded(product).body
    assert b'"admission":null,' in body
    first = body.replace(b'"admission":null,', b"")
    assert codec.decode("PRODUCT_REVISED", 1, first, None).stamp == product


@pytest.mark.parametrize("one", [REFUND_ASKED, RELEASED])
def test_before_parts_could_be_cancelled_stamps_were_about_the_whole_order(one):
    now = encoded(one)
    body = now.body.replace(b'"pieces":[],', b"").replace(b',"pieces":[]', b"")
    assert body != now.body
    assert codec.decode(now.type, 1, body, None).stamp == one


def test_every_older_version_has_its_upcaster():
    needed = {(name, v) for name, (_, newest) in codec.STORED.items() for v in range(1, newest)}
    assert set(codec.UPCASTERS) == needed


def test_every_stamp_has_one_stored_name_and_every_name_a_stamp():
    unions = (
        stamps.OrderStamp,
        shop_stamps.ShopStamp,
        case_stamps.CaseStamp,
        StaffStamp,
        ApprovalStamp,
        account_stamps.AccountStamp,
        VoucherStamp,
        TillStamp,
        GrantStamp,
        ProgrammeStamp,
        PlaceStamp,
        NewsStamp,
    )
    every = {one for union in unions for one in get_args(union)}
    assert sorted(codec.NAMES, key=str) == sorted(every, key=str)


def test_the_envelope_comes_back():
    found = decoded(encoded(PAID, occurred_at=MOMENT, evidence="ab"))
    assert (found.stamp, found.actor) == (PAID, "test")
    assert (found.occurred_at, found.evidence) == (MOMENT, "ab")


@pytest.mark.parametrize("one", [PAID, CANCELLED, LINK])
def test_what_a_key_asked_for_comes_back_and_binds(one: Any):
    plain, asked, otherwise = (encoded(one, request=word) for word in (None, "k/1", "k/2"))
    assert (decoded(plain).request, decoded(asked).request) == (None, "k/1")
    assert len({plain.binding, asked.binding, otherwise.binding}) == 3
    assert b"request" not in plain.body


def test_times_sealed_parts_and_evidence_are_no_difference():
    plain, told = encoded(PAID), encoded(PAID, occurred_at=MOMENT, evidence="ab")
    assert plain.binding == told.binding
    anonymous = stamps.CancellationRequested(code_hash=LINK.code_hash)
    assert encoded(LINK).binding == encoded(anonymous).binding


@pytest.mark.parametrize(
    ("name", "schema", "body"),
    [
        ("NO_SUCH_STAMP", 1, b"{}"),
        ("PAID", 1, b"{}"),
        ("PAID", 1, b"not json"),
        ("PAID", 1, b"[]"),
        ("PAID", 1, b'{"actor":"provider:strip\xe5","evidence":null,"occurred_at":null}'),
        ("PAID", 1, b'{"actor":"a","evidence":null,"occurred_at":null,"amount":7}'),
        ("PAID", 0, b'{"actor":"a","evidence":null,"occurred_at":null}'),
    ],
)
def test_what_is_no_stamp_is_unreadable_and_nothing_else(name, schema, body):
    with pytest.raises(codec.Unreadable):
        codec.decode(name, schema, body, None)


@pytest.mark.parametrize("state", [b"", b"\x00\x01", b"\x00\x01\x00\x00\x00\x09{}"])
def test_a_state_that_is_cut_off_is_unreadable(state):
    with pytest.raises(codec.Unreadable):
        codec.unframe(state)


def test_a_frame_comes_apart_as_it_was_put_together():
    assert codec.unframe(codec.frame(2, b"sealed", b"body")) == (2, b"sealed", b"body")


# Any stamp of any type


TEXT = st.text(max_size=12)
LEAVES: Mapping[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**40), 2**40),
    bool: st.booleans(),
    UUID: st.uuids(),
    datetime: st.datetimes(
        min_value=datetime(2020, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone itself)
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Every value that a field of this type can hold."""
    arguments = get_args(kind)
    if kind is type(None):
        return st.none()
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if is_dataclass(kind) or kind is Money:
        return instances(kind)
    if get_origin(kind) in (types.UnionType, typing.Union):
        return st.one_of([values(one) for one in arguments])
    if get_origin(kind) is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if arguments:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=2)
    return LEAVES[kind]


def instances(kind: Any) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{name: values(hint) for name, hint in hints.items()})


@pytest.mark.parametrize("name", codec.STORED)
@examples(15)
@given(data=st.data())
def test_every_stamp_comes_back_and_its_seal_keeps_what_is_personal(name, data):
    stamp = data.draw(instances(codec.STORED[name][0]))
    one = encoded(stamp)
    assert decoded(one).stamp == stamp
    sealed = declared(type(stamp)).sealed
    core = codec.decode(name, one.schema, one.body, None).stamp if not _lacking(stamp) else None
    for field in sealed:
        assert f'"{field}":'.encode() not in one.body
        assert core is None or getattr(core, field) is None


def _lacking(stamp: Any) -> set[str]:
    """Sealed fields that a stamp could not do without once its key is gone."""
    sealed = declared(type(stamp)).sealed
    return {one.name for one in fields(stamp) if one.name in sealed and one.default is MISSING}


@pytest.mark.parametrize("name", codec.STORED)
def test_a_stamp_can_do_without_its_sealed_part(name):
    sealed = declared(codec.STORED[name][0]).sealed
    absent = {one.name: one.default for one in fields(codec.STORED[name][0])}
    assert all(absent[field] is None for field in sealed)
