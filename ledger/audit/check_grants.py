"""Whether people on lists keep their laws: one stream, one voucher, one letter for each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import get_args

from ledger.audit.findings import Finding, Step
from ledger.grants.grantee import GENERATIONS, Grantee, grantee_id
from ledger.grants.next_step import letter_called_for
from ledger.grants.stamps import (
    CreateVoucherSuccess,
    GrantLetter,
    GrantStamp,
    PersonListed,
    VoucherLetterStarted,
    VoucherRequested,
    VoucherUpgraded,
    VoucherWithdrawn,
)
from ledger.kernel.erasure import Erased


def listed_once(step: Step) -> Iterator[Finding]:
    """SPEC V1: somebody is listed first and once, in the stream of their own address and shop."""
    if not isinstance(step.before, Grantee) or step.stamp is None:
        return
    said = step.stamp.stamp
    if isinstance(said, PersonListed) != (step.before.listed is None):
        listed = "again" if step.before.listed else "never"
        yield step.finding("V1", f"{step.type} on a person who was {listed} listed")
    if isinstance(said, PersonListed) and said.person_index:
        own = (grantee_id(said.shop, said.person_index, one) for one in range(1, GENERATIONS + 1))
        if step.stamp.stream not in own:
            yield step.finding("V1", "a person stands in a stream of another address")


def one_voucher(step: Step) -> Iterator[Finding]:
    """SPEC V1: only who is confirmed is given a voucher, and nobody a second one that lives."""
    if not isinstance(step.before, Grantee) or step.stamp is None:
        return
    if not isinstance(step.stamp.stamp, VoucherRequested):
        return
    voucher = step.before.voucher
    if voucher is not None and voucher.lives:
        yield step.finding("V1", "a second voucher for one person")
    if not step.before.confirmed:
        yield step.finding("V1", "a voucher for somebody who was not confirmed")
    if step.stamp.correlation_id != step.before.voucher_correlation():
        yield step.finding("V1", "a voucher under another correlation id than its person's")


def asked_before(step: Step) -> Iterator[Finding]:
    """Law 6: what was done about a voucher was asked for before."""
    if not isinstance(step.before, Grantee) or step.stamp is None:
        return
    cause, said = step.stamp.correlation_id, step.stamp.stamp
    own = next((one for one in step.before.vouchers if one.correlation_id == cause), None)
    if own is None:
        yield step.finding("6", f"{step.type} of a voucher that nobody requested")
    elif isinstance(said, CreateVoucherSuccess) and not own.create.last_try:
        yield step.finding("6", "a voucher was made that nobody was asked to make")
    elif isinstance(said, VoucherUpgraded) and not own.upgrade.last_try:
        yield step.finding("6", "a voucher was upgraded that nobody was asked to upgrade")
    elif isinstance(said, VoucherWithdrawn) and own.made and not own.withdrawal.last_try:
        yield step.finding("6", "a voucher is gone that nobody was asked to withdraw")


def letters_as_owed(step: Step) -> Iterator[Finding]:
    """SPEC V1, law 9: a letter is begun only while it is owed, and never after it was sent."""
    if not isinstance(step.before, Grantee) or step.stamp is None:
        return
    said, cause = step.stamp.stamp, step.stamp.correlation_id
    if not isinstance(said, VoucherLetterStarted):
        return
    owed = letter_called_for(step.before)
    if owed is None or (owed.letter, owed.cause) != (said.letter, cause):
        yield step.finding("9", f"a letter is begun that nobody is owed: {said.letter}")
        return
    posting = step.before.postings.get((cause, said.letter))
    if posting is not None and posting.state == "sent" and said.letter is GrantLetter.VOUCHER:
        yield step.finding("9", "the letter of a voucher is begun once more after it was sent")


_EVERY = tuple(one for one in get_args(GrantStamp) if one is not Erased)
OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    listed_once: _EVERY,
    one_voucher: (VoucherRequested,),
    asked_before: (CreateVoucherSuccess, VoucherUpgraded, VoucherWithdrawn),
    letters_as_owed: (VoucherLetterStarted,),
}
