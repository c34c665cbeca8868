"""Every stamp about a person who is given a voucher, in one plain sentence; nothing personal."""

from typing import assert_never

from ledger.grants import stamps
from ledger.kernel.erasure import Erased
from ledger.kernel.money import spoken


def told_of_grant(one: stamps.GrantStamp | stamps.ProgrammeStamp) -> str:
    """What this stamp says, in words."""
    if isinstance(one, stamps.LetterNews):
        return _letter(one)
    if isinstance(one, stamps.VoucherNews):
        return _voucher(one)
    match one:
        case stamps.VoucherHeldBack():
            return f"No voucher: the programme was over since {one.valid_until:%Y-%m-%d %H:%M} UTC"
        case stamps.VoucherRequested():
            worth = f", worth {spoken(one.worth)}" if one.worth else ""
            return f"A voucher requested: {one.kind}, {_where(one.destination)}{worth}"
        case stamps.GrantsSetUp():
            return f"Vouchers for people of {one.shop_slug} are issued {_where(one.destination)}"
        case Erased():
            return f"The person was erased ({one.ground}): the data key is destroyed"
        case _:
            return _person(one)


def _person(
    one: stamps.PersonListed
    | stamps.PersonChanged
    | stamps.PersonInvited
    | stamps.PersonConfirmed
    | stamps.PersonDeclined
    | stamps.PersonCancelled,
) -> str:
    match one:
        case stamps.PersonListed():
            who = "Somebody" if one.person_index else "A row that names nobody"
            return f"{who} listed at {one.shop_slug}: {one.kind}"
        case stamps.PersonChanged():
            return f"The list says of them: {one.kind}"
        case stamps.PersonInvited():
            return "Invited: a letter asks whether they come"
        case stamps.PersonConfirmed():
            return "Confirmed: they come"
        case stamps.PersonDeclined():
            return "Declined: they do not come"
        case stamps.PersonCancelled():
            return "The shop took its invitation back"
        case _:
            assert_never(one)


def _where(told: stamps.Destination) -> str:
    if told.place is stamps.Place.OWN:
        return f"by this shop for {told.product}"
    return f"at pretix for {told.organizer}/{told.event}"


def _voucher(one: stamps.VoucherNews) -> str:  # noqa: C901 (a dispatching match)
    match one:
        case stamps.CreateVoucherRequest():
            return f"Asked for the voucher{_try(one.try_number)}"
        case stamps.CreateVoucherSuccess():
            return f"The voucher exists as {one.provider_reference}"
        case stamps.CreateVoucherFailure():
            return f"The voucher was refused: {one.code}{_try(one.try_number)}"
        case stamps.VoucherUpgradeRequest():
            return f"Asked to make it a full voucher ({one.kind}){_try(one.try_number)}"
        case stamps.VoucherUpgraded():
            return f"It is a full voucher now ({one.kind})"
        case stamps.VoucherUpgradeFailure():
            return f"It was not made a full voucher: {one.code}{_try(one.try_number)}"
        case stamps.VoucherWithdrawalRequest():
            return f"Asked to delete the voucher{_try(one.try_number)}"
        case stamps.VoucherWithdrawn():
            return "There is no such voucher any more"
        case stamps.VoucherWithdrawalFailure():
            return f"The voucher was not deleted: {one.code}{_try(one.try_number)}"
        case stamps.VoucherWantedAgain():
            return f"To be tried again: {one.asked}, refused {one.after_try} times"
        case stamps.VoucherUsesSeen():
            return f"Seen used {one.uses} times"
        case _:
            assert_never(one)


def _letter(one: stamps.LetterNews) -> str:
    match one:
        case stamps.VoucherLetterStarted():
            return f"The {one.letter} letter claimed{_try(one.try_number)}"
        case stamps.VoucherLetterSent():
            return f"The {one.letter} letter sent{_try(one.try_number)}"
        case stamps.VoucherLetterFailed():
            return f"The {one.letter} letter failed: {one.code}{_try(one.try_number)}"
        case stamps.VoucherLetterUnknown():
            return f"Unknown whether the {one.letter} letter went out{_try(one.try_number)}"
        case stamps.VoucherLetterWanted():
            return f"The {one.letter} letter is wanted once more"
        case _:
            assert_never(one)


def _try(number: int) -> str:
    return f", try {number}" if number > 1 else ""
