"""Who is on a shop's list, how far their voucher and their letter are, and what is to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.grants.grantee import Grantee
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.next_step import due_step, owed_letter, posting_of
from ledger.grants.question import Question
from projections.engine.projection import Projection, column

# The trouble of who is held back: the programme was over when their voucher was due.
OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class GranteeRow:
    """A person on a list, without who they are: `person_index` is the keyed hash of the address.

    `voucher` is its state, empty before there is one; `trouble` why a person has to look; `worth`
    is in minor units. `work_due_at` says from when on something is to be done about the voucher,
    `letter_due` that a letter is owed and did not go out.
    """

    stream: UUID
    shop: str
    kind: str
    state: str
    person_index: str
    list_reference: str
    voucher: str
    voucher_kind: str
    place: str
    organizer: str
    event: str
    provider_reference: str
    code_index: str
    uses: int
    worth: int | None
    currency: str | None
    trouble: str
    letter: str
    letter_due: bool
    work_due_at: datetime | None
    listed_at: datetime
    issued_at: datetime | None


def grantees(grantee: Grantee) -> Sequence[GranteeRow]:
    """One row, as soon as somebody was listed."""
    listed, at = grantee.listed, grantee.listed_at
    if listed is None or at is None:
        return ()
    voucher, due, owed = grantee.voucher, due_step(grantee), owed_letter(grantee)
    posting = posting_of(grantee, owed) if owed is not None else None
    letter = (posting.state if posting else "due") if owed is not None else _told_before(grantee)
    told = voucher.destination if voucher else None
    row = GranteeRow(
        stream=grantee.id,
        shop=listed.shop_slug,
        kind=str(grantee.kind),
        state=str(grantee.state),
        person_index="" if grantee.erased else listed.person_index,
        list_reference=listed.reference,
        voucher=voucher.state if voucher else "",
        voucher_kind=str(voucher.kind) if voucher else "",
        place=str(told.place) if told else "",
        organizer=told.organizer if told else "",
        event=told.event if told else "",
        provider_reference=voucher.reference if voucher else "",
        code_index=voucher.request.code_index if voucher else "",
        uses=column(voucher.uses) if voucher else 0,
        worth=column(voucher.worth.amount) if voucher and voucher.worth else None,
        currency=voucher.worth.currency if voucher and voucher.worth else None,
        trouble=trouble_of(grantee),
        letter=letter,
        letter_due=owed is not None and letter != "sent" and not (posting and posting.permanent),
        work_due_at=max(due.at, at) if due is not None else None,
        listed_at=at,
        issued_at=voucher.made_at if voucher else None,
    )
    return (row,)


def trouble_of(grantee: Grantee) -> str:
    """Why somebody has to look at their voucher, or that there is none; empty if nobody has to."""
    if grantee.held_back:
        return OVER
    return _trouble(grantee.voucher) if grantee.voucher else ""


def _trouble(voucher: IssuedVoucher) -> str:
    questions = (voucher.withdrawal, voucher.upgrade, voucher.create)
    if voucher.withdrawn:
        return ""
    return next((one.code for one in questions if _stuck(one)), "")


def _stuck(question: Question) -> bool:
    return question.waits_for_people


def _told_before(grantee: Grantee) -> str:
    """Of the letter that went out last, where none is owed."""
    return "sent" if any(one.state == "sent" for one in grantee.postings.values()) else ""


GRANTEES = Projection(name="grantees", version=1, row=GranteeRow, key=(), rows={Grantee: grantees})
