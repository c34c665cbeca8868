"""One person, one voucher, one letter: what each wish stamps, refuses, or leaves alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.grants.commands import (
    AskKeeper,
    InvitePerson,
    ListPerson,
    RequestVoucher,
    SetState,
    StartGrantLetter,
    WantAgain,
    WantLetter,
)
from ledger.grants.decide import decide_grant, observe_voucher
from ledger.grants.grantee import Grantee, GrantState, fold_grantee, grantee_id
from ledger.grants.next_step import LEASE, Draw, KeeperAsk, next_step, owed_letter
from ledger.grants.service import drafted
from ledger.grants.stamps import (
    Asked,
    CreateVoucherFailure,
    CreateVoucherRequest,
    CreateVoucherSuccess,
    Destination,
    GrantKind,
    GrantLetter,
    GrantsSetUp,
    GrantStamp,
    PersonCancelled,
    PersonChanged,
    PersonConfirmed,
    PersonInvited,
    PersonListed,
    Place,
    PriceMode,
    VoucherHeldBack,
    VoucherLetterFailed,
    VoucherLetterSent,
    VoucherLetterStarted,
    VoucherLetterWanted,
    VoucherRequested,
    VoucherUpgraded,
    VoucherUpgradeFailure,
    VoucherUpgradeRequest,
    VoucherUsesSeen,
    VoucherWantedAgain,
    VoucherWithdrawalFailure,
    VoucherWithdrawalRequest,
    VoucherWithdrawn,
)
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.refusals import GrantNotOpen, UnknownGrantee
from ledger.shop.stamps import shop_id

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
SHOP = shop_id("winterfest")
EVENT = Destination(place=Place.PRETIX, organizer="org", event="conf", quota=1)
RULES = GrantsSetUp(
    shop=SHOP,
    shop_slug="winterfest",
    destination=EVENT,
    co_speaker_percent="25",
    ticket_price=Money(10000, "EUR"),
)
CODE = "A2B3C4D5E6F7G8H9K2M3N4P5Q6R7S8"


class Person:
    """A stream in memory: every wish is decided on what stands there."""

    def __init__(self) -> None:
        self.id = grantee_id(SHOP, "e" * 64)
        self.history: list[Recorded[object]] = []
        self.now = NOON

    @property
    def state(self) -> Grantee:
        return fold_grantee(self.id, self.history)

    def wish(self, command_type: type, **more: object) -> Sequence[GrantStamp]:
        command = command_type(correlation_id=uuid4(), actor="staff", at=self.now, **more)
        before = self.state
        stamps = decide_grant(command, before)
        for one in stamps:
            draft = drafted(one, before, command)
            self._keep(one, draft.correlation_id, draft.occurred_at)
        return stamps

    def see(self, fact: object) -> Sequence[object]:
        voucher = self.state.voucher
        assert voucher is not None
        stamps = observe_voucher(fact, voucher)  # type: ignore[arg-type]
        for one in stamps:
            self._keep(one, voucher.correlation_id, None)
        return stamps

    def letter(self, stamp: object) -> None:
        owed = owed_letter(self.state)
        assert owed is not None
        self._keep(stamp, owed.cause, None)

    def _keep(self, stamp: object, correlation_id: UUID, occurred_at: datetime | None) -> None:
        number = len(self.history) + 1
        self.history.append(
            Recorded(self.id, number, number, self.now, stamp, correlation_id, "staff", occurred_at)
        )

    def listed(self, kind: GrantKind = GrantKind.GRANT, **more: object) -> Sequence[GrantStamp]:
        said: dict[str, object] = {
            "shop": SHOP,
            "shop_slug": "winterfest",
            "kind": kind,
            "language": "fi",
            "name": "Bea Åberg",
            "email": "bea@example.org",
            "person_index": "e" * 64,
            "reference": "7",
        }
        return self.wish(ListPerson, **{**said, **more})

    def confirmed(self, state: GrantState = GrantState.CONFIRMED, **more: object):
        return self.wish(SetState, state=state, **more)

    def requested(self) -> Sequence[GrantStamp]:
        return self.wish(RequestVoucher, code=CODE, code_index="c" * 64, rules=RULES)

    def asked(self) -> Sequence[GrantStamp]:
        return self.wish(AskKeeper, rules=RULES)

    def issued(self, kind: GrantKind = GrantKind.GRANT) -> "Person":
        self.listed(kind)
        self.confirmed()
        self.requested()
        self.asked()
        self.see(CreateVoucherSuccess(provider_reference="13"))
        return self


def kinds(stamps: Sequence[object]) -> list[type]:
    return [type(one) for one in stamps]


def test_only_confirming_calls_for_a_voucher_and_only_once():
    bea = Person()
    assert kinds(bea.listed()) == [PersonListed]
    assert bea.requested() == []
    assert kinds(bea.wish(InvitePerson, code="x", link_hash="h" * 64)) == [PersonInvited]
    assert bea.requested() == []
    assert kinds(bea.confirmed(by_link=True)) == [PersonConfirmed]
    assert bea.confirmed() == []
    (asked,) = bea.requested()
    assert isinstance(asked, VoucherRequested)
    assert (asked.terms.mode, asked.terms.value) == (PriceMode.SET, "0.00")
    assert asked.worth == Money(10000, "EUR")
    assert bea.requested() == []
    assert kinds(bea.asked()) == [CreateVoucherRequest]
    assert bea.asked() == []
    assert next_step(bea.state, NOON + LEASE) == KeeperAsk(asked=Asked.CREATE, number=1, again=True)


def test_of_a_programme_that_is_over_nobody_is_given_one_until_it_is_prolonged():
    bea = Person()
    bea.listed()
    bea.confirmed()
    ended = replace(RULES, destination=replace(RULES.destination, valid_until=NOON))
    again = replace(ended, destination=replace(ended.destination, valid_until=NOON + LEASE))
    told = {"code": CODE, "code_index": "c" * 64}
    assert bea.wish(RequestVoucher, **told, rules=ended) == [VoucherHeldBack(valid_until=NOON)]
    assert bea.wish(RequestVoucher, **told, rules=ended) == []
    assert (bea.state.held_back, bea.state.voucher) == (True, None)
    assert next_step(bea.state, NOON) == Draw()
    bea.confirmed(GrantState.DECLINED)
    assert (bea.state.held_back, next_step(bea.state, NOON)) == (False, None)
    bea.confirmed()
    assert kinds(bea.wish(RequestVoucher, **told, rules=again)) == [VoucherRequested]
    assert (bea.state.held_back, bea.state.over_since) == (False, None)
    assert bea.wish(RequestVoucher, **told, rules=ended) == []


def test_a_co_speaker_s_takes_off_a_part_and_is_worth_as_much():
    bea = Person()
    bea.listed(GrantKind.CO_SPEAKER)
    bea.confirmed()
    (asked,) = bea.requested()
    assert isinstance(asked, VoucherRequested)
    assert (asked.terms.mode, asked.terms.value) == (PriceMode.PERCENT, "25.00")
    assert asked.worth == Money(2500, "EUR")


def test_a_row_without_a_person_is_left_alone():
    row = Person()
    row.listed(person_index="", email="", name="")
    with pytest.raises(GrantNotOpen):
        row.confirmed()
    assert row.requested() == []
    assert next_step(row.state, NOON) is None
    assert row.wish(InvitePerson, code="x", link_hash="h" * 64) == []


def test_who_is_not_listed_is_unknown():
    with pytest.raises(UnknownGrantee):
        Person().confirmed()


def test_the_same_list_again_changes_nothing_and_a_full_voucher_stays_full():
    bea = Person().issued()
    assert bea.listed() == []
    assert bea.listed(GrantKind.CO_SPEAKER) == []
    assert bea.state.kind is GrantKind.GRANT
    assert kinds(bea.listed(name="Bea B")) == [PersonChanged]


@pytest.mark.parametrize("full", [GrantKind.GRANT, GrantKind.SPEAKER])
def test_a_co_speaker_who_is_given_all_is_upgraded_and_told_once_more(full: GrantKind):
    bea = Person().issued(GrantKind.CO_SPEAKER)
    first = owed_letter(bea.state)
    assert first is not None
    bea.wish(StartGrantLetter, owed=first, try_number=1)
    bea.letter(
        VoucherLetterSent(letter=GrantLetter.VOUCHER, try_number=1, message_id="m", body_hash="b")
    )
    bea.listed(full)
    assert owed_letter(bea.state) is None, "what it will be is told, not what it was"
    assert kinds(bea.asked()) == [VoucherUpgradeRequest]
    voucher = bea.state.voucher
    assert voucher is not None
    told = bea.history[-1].stamp
    assert isinstance(told, VoucherUpgradeRequest)
    bea.see(VoucherUpgraded(kind=told.kind, terms=told.terms, worth=told.worth))
    again = owed_letter(bea.state)
    assert again is not None
    assert again.cause != first.cause
    assert bea.asked() == []


def test_a_used_voucher_is_not_upgraded_silently_until_it_is_given_back():
    bea = Person().issued(GrantKind.CO_SPEAKER)
    bea.see(VoucherUsesSeen(uses=1, seen_at=NOON))
    bea.listed(GrantKind.GRANT)
    assert kinds(bea.asked()) == [VoucherUpgradeFailure]
    assert bea.asked() == []
    bea.see(VoucherUsesSeen(uses=0, seen_at=NOON + timedelta(hours=1)))
    assert kinds(bea.asked()) == [VoucherUpgradeRequest]


def test_who_is_not_to_come_has_their_voucher_withdrawn_unless_it_was_used():
    bea, ada = Person().issued(), Person().issued()
    assert kinds(bea.confirmed(GrantState.CANCELLED)) == [PersonCancelled]
    assert owed_letter(bea.state) is None
    assert kinds(bea.asked()) == [VoucherWithdrawalRequest]
    bea.see(VoucherWithdrawn())
    assert bea.asked() == []
    ada.see(VoucherUsesSeen(uses=1, seen_at=NOON))
    ada.confirmed(GrantState.DECLINED)
    assert kinds(ada.asked()) == [VoucherWithdrawalFailure]
    assert ada.asked() == []


def test_what_nobody_was_asked_for_is_withdrawn_without_a_call_and_who_comes_back_has_another():
    bea = Person()
    bea.listed()
    bea.confirmed()
    bea.requested()
    first = bea.state.voucher
    bea.confirmed(GrantState.DECLINED)
    assert kinds(bea.asked()) == [VoucherWithdrawn]
    bea.confirmed()
    assert isinstance(next_step(bea.state, NOON), Draw)
    bea.requested()
    second = bea.state.voucher
    assert first
    assert second
    assert first.correlation_id != second.correlation_id


def test_who_was_cancelled_cannot_confirm_by_their_link_but_staff_can():
    bea = Person()
    bea.listed()
    bea.confirmed(GrantState.CANCELLED, reason="twice")
    with pytest.raises(GrantNotOpen):
        bea.confirmed(by_link=True)
    assert kinds(bea.confirmed()) == [PersonConfirmed]


def test_a_try_that_is_open_may_have_been_done_so_it_is_looked_at_before_withdrawing():
    bea = Person()
    bea.listed()
    bea.confirmed()
    bea.requested()
    bea.asked()
    bea.confirmed(GrantState.CANCELLED)
    assert next_step(bea.state, NOON) is None
    assert next_step(bea.state, NOON + LEASE) == KeeperAsk(asked=Asked.CREATE, number=1, again=True)


def test_a_refusal_that_passes_is_tried_again_after_a_pause_and_one_for_people_when_they_say_so():
    bea = Person()
    bea.listed()
    bea.confirmed()
    bea.requested()
    bea.asked()
    bea.see(CreateVoucherFailure(code="server_error", try_number=1))
    assert next_step(bea.state, NOON) is None
    bea.now = NOON + timedelta(minutes=1)
    assert bea.asked() == [CreateVoucherRequest(try_number=2)]
    bea.see(CreateVoucherFailure(code="sold_out", try_number=2, permanent=True))
    bea.now = NOON + timedelta(days=1)
    assert bea.asked() == []
    assert kinds(bea.wish(WantAgain, reason="room now")) == [VoucherWantedAgain]
    assert bea.wish(WantAgain, reason="room now") == []
    assert bea.asked() == [CreateVoucherRequest(try_number=3)]


def test_a_letter_is_claimed_once_per_try_and_again_only_as_staff_want():
    bea = Person().issued()
    owed = owed_letter(bea.state)
    assert owed is not None
    assert owed.letter is GrantLetter.VOUCHER
    assert kinds(bea.wish(StartGrantLetter, owed=owed, try_number=1)) == [VoucherLetterStarted]
    assert bea.wish(StartGrantLetter, owed=owed, try_number=1) == []
    bea.letter(
        VoucherLetterFailed(letter=GrantLetter.VOUCHER, try_number=1, code="x", permanent=True)
    )
    posting = bea.state.postings[owed.cause, owed.letter]
    assert posting.permanent
    assert kinds(bea.wish(WantLetter, reason="asked")) == [VoucherLetterWanted]
    posting = bea.state.postings[owed.cause, owed.letter]
    assert (posting.state, posting.permanent) == ("due", False)


FACTS = (
    CreateVoucherFailure(code="server_error", try_number=1),
    CreateVoucherSuccess(provider_reference="13"),
    VoucherUsesSeen(uses=1, seen_at=NOON),
    VoucherUsesSeen(uses=0, seen_at=NOON + timedelta(hours=1)),
    VoucherUpgradeFailure(code="away", try_number=1),
)


def test_news_of_a_voucher_may_come_in_any_order_and_twice():
    told = set()
    for facts in permutations(FACTS):
        bea = Person()
        bea.listed(GrantKind.CO_SPEAKER)
        bea.confirmed()
        bea.requested()
        bea.asked()
        for fact in (*facts, *facts):
            bea.see(fact)
        voucher = bea.state.voucher
        assert voucher is not None
        told.add((voucher.uses, voucher.reference, voucher.made, voucher.state))
    assert told == {(0, "13", True, "issued")}


WORDS = (
    "list co invite confirm decline cancel request ask ask made refused used back upgraded gone "
    "later letter letter"
)
STEPS = st.lists(st.sampled_from(WORDS.split()), max_size=40)


@given(STEPS)
def test_whatever_happens_there_is_one_voucher_and_one_letter_for_each_that_people_know(
    steps: list[str],
):
    """SPEC V1–V3 as a property: any wishes and any news, in any order and any number."""
    bea = Person()
    bea.listed(GrantKind.CO_SPEAKER)
    for word in steps:
        _do(bea, word)
        state = bea.state
        assert sum(one.lives for one in state.vouchers) <= 1
        assert len({one.correlation_id for one in state.vouchers}) == len(state.vouchers)
        requests = [one for one in bea.history if isinstance(one.stamp, VoucherRequested)]
        confirmations = [one for one in bea.history if isinstance(one.stamp, PersonConfirmed)]
        assert len(requests) <= len(confirmations)
        sent = [one for one in bea.history if isinstance(one.stamp, VoucherLetterSent)]
        causes = [one.correlation_id for one in sent]
        assert len(causes) == len(set(causes)), "no letter twice"
    _settle(bea)
    state, voucher = bea.state, bea.state.voucher
    assert not state.confirmed or (voucher is not None and voucher.made and voucher.lives)
    if state.confirmed and voucher is not None and not voucher.used:
        assert voucher.kind == GrantKind.GRANT or state.kind is GrantKind.CO_SPEAKER
        assert (voucher.letter_cause, GrantLetter.VOUCHER) in state.postings, "they were told"
    if not state.confirmed:
        assert voucher is None or voucher.withdrawn or voucher.used


def _do(bea: Person, word: str) -> None:  # noqa: C901 (a dispatching match)
    voucher = bea.state.voucher
    match word:
        case "list":
            bea.listed(GrantKind.GRANT)
        case "co":
            bea.listed(GrantKind.CO_SPEAKER)
        case "invite":
            bea.wish(InvitePerson, code="x", link_hash="h" * 64)
        case "confirm":
            bea.confirmed()
        case "decline":
            bea.confirmed(GrantState.DECLINED)
        case "cancel":
            bea.confirmed(GrantState.CANCELLED)
        case "request":
            bea.requested()
        case "ask":
            bea.asked()
        case "later":
            bea.now += timedelta(minutes=15)
        case "letter":
            _send(bea)
        case _ if voucher is not None:
            _news(bea, word)
        case _:
            pass


def _news(bea: Person, word: str) -> None:
    """What its keeper could say of a voucher as it stands."""
    voucher = bea.state.voucher
    assert voucher is not None
    if word == "made" and voucher.create.last_try and voucher.lives:
        bea.see(CreateVoucherSuccess(provider_reference="13"))
    if word == "refused" and voucher.create.open:
        bea.see(CreateVoucherFailure(code="away", try_number=voucher.create.last_try))
    if word == "used" and voucher.made and voucher.lives:
        bea.see(VoucherUsesSeen(uses=1, seen_at=bea.now + timedelta(seconds=len(bea.history))))
    if word == "back" and voucher.used:
        bea.see(VoucherUsesSeen(uses=0, seen_at=bea.now + timedelta(seconds=len(bea.history))))
    if word == "upgraded" and voucher.upgrade.open and voucher.lives:
        asked = next(
            one.stamp
            for one in reversed(bea.history)
            if isinstance(one.stamp, VoucherUpgradeRequest)
        )
        bea.see(VoucherUpgraded(kind=asked.kind, terms=asked.terms, worth=asked.worth))
    if word == "gone" and voucher.withdrawal.open:
        bea.see(VoucherWithdrawn())


def _send(bea: Person) -> None:
    owed = owed_letter(bea.state)
    if owed is None:
        return
    posting = bea.state.postings.get((owed.cause, owed.letter))
    if posting is None and bea.wish(StartGrantLetter, owed=owed, try_number=1):
        bea.letter(
            VoucherLetterSent(letter=owed.letter, try_number=1, message_id="m", body_hash="b")
        )


def _settle(bea: Person) -> None:
    """A worker that has all the time there is, and a keeper that says yes."""
    for _ in range(12):
        for word in ("later", "request", "ask", "made", "upgraded", "gone", "letter"):
            _do(bea, word)


def test_the_look_that_was_last_counts_in_whichever_order_two_workers_stamped_them():
    bea = Person().issued()
    voucher = bea.state.voucher
    assert voucher is not None
    late = VoucherUsesSeen(uses=0, seen_at=NOON + timedelta(hours=1))
    for fact in (late, VoucherUsesSeen(uses=1, seen_at=NOON)):
        bea._keep(fact, voucher.correlation_id, None)
    after = bea.state.voucher
    assert after is not None
    assert (after.uses, after.uses_seen_at) == (0, late.seen_at)
