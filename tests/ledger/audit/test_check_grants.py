"""A person on a list is listed once, and given one voucher that was asked for."""

from dataclasses import replace

import pytest

from ledger.audit import check_grants
from ledger.grants.grantee import Grantee, GrantState, grantee_id
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.question import Question
from ledger.grants.stamps import (
    CreateVoucherSuccess,
    GrantLetter,
    PersonConfirmed,
    VoucherLetterStarted,
    VoucherRequested,
    VoucherUpgraded,
    VoucherWithdrawn,
)
from ledger.order.letter_delivery import Posting
from tests.kits.audit_steps import laws, says
from tests.kits.beside_orders import ADA, LISTED
from tests.kits.example_stamps import example
from tests.kits.spec import NOON, SECOND, SHOP, WISH


def test_v1_a_person_is_listed_first_once_and_in_their_own_stream():
    check = check_grants.listed_once
    for generation in (1, 50):
        own = grantee_id(SHOP, "ada", generation)
        assert not says(check, Grantee(id=own), LISTED, stream=own)
    late = grantee_id(SHOP, "ada", 51)
    assert says(check, Grantee(id=late), LISTED, stream=late) == [
        "V1: a person stands in a stream of another address"
    ]
    nobody = replace(LISTED, person_index="")
    assert not says(check, Grantee(id=ADA), nobody, stream=ADA)
    own = grantee_id(SHOP, "ada")
    known = Grantee(id=own, listed=LISTED)
    assert "again listed" in says(check, known, LISTED, stream=own)[0]
    assert not says(check, known, PersonConfirmed(), stream=own)
    assert "never listed" in says(check, Grantee(id=own), PersonConfirmed(), stream=own)[0]
    assert not says(check, None, LISTED)


def test_v1_who_is_confirmed_is_given_one_voucher_under_its_own_id():
    check, wish = check_grants.one_voucher, example(VoucherRequested)
    coming = Grantee(id=ADA, listed=LISTED, state=GrantState.CONFIRMED)
    own = coming.voucher_correlation()
    assert not says(check, coming, wish, under=own)
    assert says(check, coming, wish, under=WISH) == [
        "V1: a voucher under another correlation id than its person's"
    ]
    asked = replace(coming, state=GrantState.INVITED)
    assert says(check, asked, wish, under=own) == [
        "V1: a voucher for somebody who was not confirmed"
    ]
    assert not says(check, asked, PersonConfirmed(), under=own)
    assert not says(check, None, wish)


def test_v1_nobody_has_two_vouchers_that_live():
    check, wish = check_grants.one_voucher, example(VoucherRequested)
    has = Grantee(id=ADA, listed=LISTED, state=GrantState.CONFIRMED, vouchers=(MADE_UP,))
    second = has.voucher_correlation()
    assert says(check, has, wish, under=second) == ["V1: a second voucher for one person"]
    withdrawn = replace(has, vouchers=(replace(MADE_UP, withdrawal=DONE),))
    assert not says(check, withdrawn, wish, under=second)


MADE_UP = IssuedVoucher(correlation_id=WISH, request=example(VoucherRequested), requested_at=NOON)
TRIED = Question(asked={1: NOON})
DONE = Question(done=True)


@pytest.mark.parametrize(
    ("voucher", "stamp", "lawful"),
    [
        (None, CreateVoucherSuccess, False),
        (MADE_UP, CreateVoucherSuccess, False),
        (replace(MADE_UP, create=TRIED), CreateVoucherSuccess, True),
        (replace(MADE_UP, create=TRIED), VoucherUpgraded, False),
        (replace(MADE_UP, upgrade=TRIED), VoucherUpgraded, True),
        (MADE_UP, VoucherWithdrawn, True),
        (replace(MADE_UP, create=DONE), VoucherWithdrawn, False),
        (replace(MADE_UP, create=DONE, withdrawal=TRIED), VoucherWithdrawn, True),
        (replace(MADE_UP, create=replace(TRIED, done=True)), CreateVoucherSuccess, True),
    ],
)
def test_law_6_what_was_done_about_a_voucher_was_asked_for(voucher, stamp, lawful):
    person = Grantee(id=ADA, listed=LISTED, vouchers=(voucher,) if voucher else ())
    found = laws(check_grants.asked_before, person, example(stamp), under=WISH)
    assert found == ([] if lawful else ["6"])
    assert laws(check_grants.asked_before, person, example(stamp), under=SECOND) == ["6"]


def test_v1_a_letter_is_begun_while_it_is_owed_and_not_after_it_was_sent():
    check = check_grants.letters_as_owed
    made = replace(MADE_UP, create=DONE, made_at=NOON)
    person = Grantee(id=ADA, listed=LISTED, state=GrantState.CONFIRMED, vouchers=(made,))
    letter = replace(example(VoucherLetterStarted), letter=GrantLetter.VOUCHER)
    assert not says(check, person, letter)
    assert laws(check, person, letter, under=SECOND) == ["9"]
    other = replace(letter, letter=GrantLetter.INVITATION)
    assert laws(check, person, other) == ["9"]
    assert laws(check, Grantee(id=ADA, listed=LISTED), letter) == ["9"]

    def posted(word: str) -> Grantee:
        return replace(person, postings={(WISH, GrantLetter.VOUCHER): Posting(tries={1: word})})

    assert not says(check, posted("failed"), letter)
    assert laws(check, posted("sent"), letter) == ["9"]


def test_v1_an_invitation_may_be_begun_once_more_after_it_was_sent():
    letter = replace(example(VoucherLetterStarted), letter=GrantLetter.INVITATION)
    sent = {(WISH, GrantLetter.INVITATION): Posting(tries={1: "sent"})}
    invited = Grantee(
        id=ADA, listed=LISTED, state=GrantState.INVITED, invited_under=WISH, postings=sent
    )
    assert not says(check_grants.letters_as_owed, invited, letter)
