"""Letters to people who are given vouchers: whether they come, and the voucher, of any kind."""

from datetime import datetime
from decimal import Decimal

from adapters.mail.letters.language import Speech
from adapters.mail.letters.letter import Action, Body, RenderedLetter, one_line
from adapters.mail.letters.render import laid_out
from ledger.grants.grantee import Grantee
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.next_step import OwedLetter
from ledger.grants.stamps import GrantLetter, Place, PriceMode
from ledger.kernel.money import rate_as_written
from ledger.shop.limits import DESCRIPTION
from ledger.shop.stamps import Preferences
from ledger.shop.texts import cut


def grant_letter(
    grantee: Grantee,
    owed: OwedLetter,
    terms: Preferences,
    *,
    base_url: str,
    pretix_url: str,
    until: datetime | None = None,
) -> RenderedLetter:
    """A letter in its person's language, from the shop; `to` is empty once they were erased.

    `until`: how long the shop's vouchers for people are valid, which an invitation tells.
    """
    speech = Speech(grantee.language, timezone=terms.timezone)
    shop = speech.of(terms.name)
    if owed.letter is GrantLetter.INVITATION:
        body = _invitation(grantee, speech, shop=shop, base_url=base_url, until=until)
    else:
        body = _voucher(grantee, speech, shop=shop, base_url=base_url, pretix_url=pretix_url)
    seller = terms.seller
    return RenderedLetter(
        subject=cut(one_line(body.subject), DESCRIPTION),
        text=laid_out("letter.txt", body, speech, seller=seller, shop=shop, page=""),
        html=laid_out("letter.html", body, speech, seller=seller, shop=shop, page=""),
        to=grantee.email or "",
        reply_to=seller.email,
        from_name=cut(one_line(shop)),
    )


def _invitation(
    grantee: Grantee, speech: Speech, *, shop: str, base_url: str, until: datetime | None
) -> Body:
    say, slug = speech.say, grantee.listed.shop_slug if grantee.listed else ""
    code = (grantee.invitation.code if grantee.invitation else None) or ""
    return Body(
        subject=say("Are you coming to %(shop)s?", shop=shop),
        mark=say("Invitation"),
        tone="calm",
        heading=_dear(grantee, speech, say("are you coming?")),
        paragraphs=(
            say("%(shop)s would like to give you a ticket, or a part of its price.", shop=shop),
            say("Tell us whether you come. If you do, your personal voucher follows by mail."),
        ),
        facts=(
            (say("For"), _role(grantee, speech)),
            *([(say("Vouchers are valid until"), speech.date(until))] if until else []),
        ),
        action=Action(
            label=say("Answer"),
            url=f"{base_url}/{slug}/invitation/{grantee.id}/{code}",
            note=say(
                "The link opens a page with two buttons: nothing happens before you press one."
            ),
        ),
        notes=(say("Never forward this letter: whoever has the link can answer as you."),),
        timed=False,
    )


def _voucher(
    grantee: Grantee, speech: Speech, *, shop: str, base_url: str, pretix_url: str
) -> Body:
    voucher, say = grantee.voucher, speech.say
    assert voucher is not None, "only a voucher that was made is told of"
    code, told = voucher.code or "", voucher.destination
    worth = _worth(voucher, speech)
    until = [(say("Valid until"), speech.date(told.valid_until))] if told.valid_until else []
    url = _where_to_order(grantee, code, base_url=base_url, pretix_url=pretix_url)
    return Body(
        subject=say("Your voucher for %(shop)s", shop=shop),
        mark=say("Voucher"),
        tone="good",
        heading=_dear(grantee, speech, say("here is your voucher")),
        paragraphs=(
            say("It is good for %(what)s at %(shop)s, once.", what=worth, shop=shop),
            say("It is a better one than we told you of before: the code is the same.")
            if voucher.upgraded
            else say("Nobody else has this code. Order with it while there are tickets."),
        ),
        facts=(
            (say("Code"), code),
            (say("Good for"), worth),
            (say("For"), _role(grantee, speech)),
            *until,
        ),
        action=Action(
            label=say("Order your ticket"),
            url=url,
            note=say("Enter the code when you order, if it does not stand there already."),
        ),
        notes=(say("The code is yours alone: whoever has it can use it up."),),
        timed=False,
    )


def _where_to_order(grantee: Grantee, code: str, *, base_url: str, pretix_url: str) -> str:
    """Where the voucher lives: pretix takes the code with the address, our shop asks for it."""
    told = grantee.voucher.destination if grantee.voucher else None
    if told is not None and told.place is Place.PRETIX:
        return f"{pretix_url}/{told.organizer}/{told.event}/redeem?voucher={code}"
    return f"{base_url}/{grantee.listed.shop_slug if grantee.listed else ''}/"


def _worth(voucher: IssuedVoucher, speech: Speech) -> str:
    if voucher.terms.mode is PriceMode.SET:
        return speech.say("a ticket for nothing")
    return speech.say("%(rate)s off a ticket", rate=speech.rate(_rate(voucher)))


def _rate(voucher: IssuedVoucher) -> str:
    return rate_as_written(Decimal(voucher.terms.value))


def _dear(grantee: Grantee, speech: Speech, rest: str) -> str:
    """By name, where the list has one."""
    if grantee.name:
        return speech.say("%(name)s, %(rest)s", name=one_line(grantee.name), rest=rest)
    return rest[:1].upper() + rest[1:]


def _role(grantee: Grantee, speech: Speech) -> str:
    words = {
        "speaker": speech.say("speakers"),
        "co_speaker": speech.say("co-speakers"),
        "grant": speech.say("grantees"),
    }
    return words[grantee.kind]
