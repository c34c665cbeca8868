"""Somebody on a list at the edges: what stays given, what waits, and which letter is owed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.grants.commands import InvitePerson, StartGrantLetter, WantAgain
from ledger.grants.decide import listed_kind
from ledger.grants.grantee import Grantee, GrantState
from ledger.grants.next_step import Draw, KeeperAsk, LeaveUsed, next_step, owed_letter
from ledger.grants.service import drafted
from ledger.grants.stamps import (
    Asked,
    CreateVoucherFailure,
    GrantKind,
    GrantLetter,
    PersonConfirmed,
    VoucherLetterStarted,
    VoucherUpgradeFailure,
    VoucherUsesSeen,
    VoucherWantedAgain,
    VoucherWithdrawalFailure,
    VoucherWithdrawn,
)
from ledger.kernel.erasure import Erased, Ground
from tests.ledger.grants.test_grantee import NOON, Person

MINUTE = timedelta(minutes=1)
FULL, PART = GrantKind.GRANT, GrantKind.CO_SPEAKER


def given(kind: GrantKind, *, voucher: bool) -> Grantee:
    if voucher:
        return Person().issued(kind).state
    bea = Person()
    bea.listed(kind)
    return bea.state


@pytest.mark.parametrize(
    ("has", "voucher", "wanted", "kind"),
    [
        (FULL, True, PART, FULL),
        (FULL, False, PART, PART),
        (PART, True, PART, PART),
        (PART, True, FULL, FULL),
        (FULL, True, GrantKind.SPEAKER, GrantKind.SPEAKER),
    ],
)
def test_what_was_given_stays_given(
    has: GrantKind, voucher: bool, wanted: GrantKind, kind: GrantKind
) -> None:
    assert listed_kind(given(has, voucher=voucher), wanted) is kind


@pytest.mark.parametrize(("later", "uses"), [(-MINUTE, 2), (0 * MINUTE, 1), (MINUTE, 1)])
def test_the_look_that_was_later_counts(later: timedelta, uses: int) -> None:
    bea = Person().issued()
    bea.see(VoucherUsesSeen(uses=2, seen_at=NOON))
    voucher = bea.state.voucher
    assert voucher is not None
    bea._keep(VoucherUsesSeen(uses=1, seen_at=NOON + later), voucher.correlation_id, None)
    assert bea.state.voucher is not None
    assert bea.state.voucher.uses == uses


def test_a_used_voucher_is_left_under_the_next_number() -> None:
    bea = Person().issued(PART)
    bea.see(VoucherUsesSeen(uses=1, seen_at=NOON))
    bea.listed(FULL)
    assert bea.asked() == [VoucherUpgradeFailure(code="used", try_number=1, permanent=True)]
    assert next_step(bea.state, NOON) is None
    bea.confirmed(GrantState.DECLINED)
    assert next_step(bea.state, NOON) == LeaveUsed(asked=Asked.WITHDRAW)
    left = VoucherWithdrawalFailure(code="used", try_number=1, permanent=True)
    assert bea.asked() == [left]
    # People cannot ask for it again: it is used.
    assert bea.wish(WantAgain, reason="please") == []


def test_what_waits_for_people_is_tried_again_at_once_when_they_say_so() -> None:
    bea = Person()
    bea.listed()
    assert bea.wish(WantAgain, reason="please") == []
    bea.confirmed()
    bea.requested()
    bea.asked()
    bea.see(CreateVoucherFailure(code="no quota", try_number=1, permanent=True))
    assert next_step(bea.state, NOON + 10 * MINUTE) is None
    again = VoucherWantedAgain(asked=Asked.CREATE, after_try=1, reason="mended")
    assert bea.wish(WantAgain, reason="mended") == [again]
    assert next_step(bea.state, NOON) == KeeperAsk(asked=Asked.CREATE, number=2)


def test_who_comes_back_after_a_withdrawal_is_given_another() -> None:
    bea = Person().issued()
    bea.confirmed(GrantState.DECLINED)
    bea.see(VoucherWithdrawn())
    voucher = bea.state.voucher
    assert voucher is not None
    assert (voucher.withdrawn_at, voucher.lives) == (NOON, False)
    bea.confirmed()
    assert next_step(bea.state, NOON) == Draw()
    assert owed_letter(bea.state) is None
    held = replace(bea.state, over_since=NOON)
    assert held.held_back
    assert not replace(Person().issued().state, over_since=NOON).held_back


def listed() -> Person:
    bea = Person()
    bea.listed(PART)
    return bea


def invited() -> Person:
    bea = listed()
    bea.wish(InvitePerson, code="x", link_hash="h" * 64)
    return bea


def requested() -> Person:
    bea = listed()
    bea.confirmed()
    bea.requested()
    return bea


def made() -> Person:
    return Person().issued(PART)


def to_be_upgraded() -> Person:
    bea = made()
    bea.listed(FULL)
    return bea


def used() -> Person:
    bea = made()
    bea.see(VoucherUsesSeen(uses=1, seen_at=NOON))
    return bea


def withdrawn() -> Person:
    bea = made()
    bea.see(VoucherWithdrawn())
    return bea


def declined() -> Person:
    bea = made()
    bea.confirmed(GrantState.DECLINED)
    return bea


@pytest.mark.parametrize(
    ("person", "letter"),
    [
        (listed, None),
        (invited, GrantLetter.INVITATION),
        (requested, None),
        (made, GrantLetter.VOUCHER),
        (to_be_upgraded, None),
        (used, None),
        (withdrawn, None),
        (declined, None),
    ],
)
def test_which_letter_is_owed(person: Callable[[], Person], letter: GrantLetter | None) -> None:
    owed = owed_letter(person().state)
    assert (owed.letter if owed else None) is letter


def test_the_letter_with_a_voucher_goes_out_under_the_vouchers_id() -> None:
    bea = made().state
    owed = owed_letter(bea)
    assert owed is not None
    assert owed.cause == bea.vouchers[0].correlation_id


def test_who_was_invited_and_answered_is_owed_no_invitation() -> None:
    bea = Person()
    bea.listed()
    bea.wish(InvitePerson, code="x", link_hash="h" * 64)
    bea.confirmed(GrantState.DECLINED)
    assert owed_letter(bea.state) is None


def test_who_was_erased_is_nobody_any_more() -> None:
    bea = Person().issued()
    bea.wish(InvitePerson, code="x", link_hash="h" * 64)
    bea._keep(Erased(subject=bea.id, ground=Ground.ASKED), uuid4(), None)
    state = bea.state
    assert state.listed is not None
    assert (state.name, state.email, state.listed.name) == (None, None, None)
    assert (state.somebody, state.erased, next_step(state, NOON)) == (False, True, None)
    assert state.voucher is not None
    assert state.voucher.code is None
    nobody = Grantee(id=bea.id)
    assert (nobody.somebody, nobody.email, nobody.voucher) == (False, None, None)


def test_stamps_go_out_under_the_id_of_their_cause() -> None:
    bea = Person().issued().state
    owed = owed_letter(bea)
    assert owed is not None
    own = UUID(int=5)
    more: dict[str, Any] = {"actor": "worker", "at": NOON, "request": "digest"}
    letter = StartGrantLetter(correlation_id=own, owed=owed, try_number=1, **more)
    started = VoucherLetterStarted(letter=GrantLetter.VOUCHER, try_number=1)
    assert drafted(started, bea, letter).correlation_id == owed.cause
    assert drafted(PersonConfirmed(), bea, letter).correlation_id == own
    assert (
        drafted(VoucherWithdrawn(), bea, letter).correlation_id == bea.vouchers[-1].correlation_id
    )
    draft = drafted(PersonConfirmed(), bea, letter)
    assert (draft.stream, draft.actor, draft.occurred_at, draft.request) == (
        bea.id,
        "worker",
        None,
        "digest",
    )


@pytest.mark.parametrize("answered", [GrantState.CONFIRMED, GrantState.DECLINED])
def test_who_has_answered_is_not_invited(answered: GrantState) -> None:
    bea = Person()
    bea.listed()
    bea.confirmed(answered)
    assert bea.wish(InvitePerson, link_hash="h", code="c") == []
