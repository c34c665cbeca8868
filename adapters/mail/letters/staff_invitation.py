"""The letter that invites somebody to a back office. It is the same whoever they are."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from adapters.mail.letters.language import Speech
from adapters.mail.letters.letter import Action, Body, RenderedLetter, one_line
from adapters.mail.letters.render import laid_out
from ledger.shop.stamps import Seller
from ledger.shop.texts import cut
from ledger.staff.invitation import INVITATION_LIVES, StaffInvitation
from ledger.staff.role import Role


def invitation_letter(
    invitation: StaffInvitation, *, url: str, place: str | None, inviter: str | None
) -> RenderedLetter:
    """`place` is the shop's name, None for all of them; `inviter` the address of a person."""
    speech = Speech(invitation.language, timezone="UTC")
    site = urlsplit(url).netloc
    body = _body(invitation, speech, site=site, url=url, place=place, inviter=inviter)
    nobody = Seller(name=site, email="")
    return RenderedLetter(
        subject=cut(one_line(body.subject)),
        text=laid_out("letter.txt", body, speech, seller=nobody, shop=site, page=""),
        html=laid_out("letter.html", body, speech, seller=nobody, shop=site, page=""),
        to=invitation.email,
        reply_to="",
        from_name=cut(one_line(site)),
    )


def _body(
    invitation: StaffInvitation,
    speech: Speech,
    *,
    site: str,
    url: str,
    place: str | None,
    inviter: str | None,
) -> Body:
    say = speech.say
    return Body(
        subject=say("You are invited to the back office of %(site)s", site=site),
        mark=say("Invitation"),
        tone="calm",
        heading=say("Come and help"),
        paragraphs=(
            say("You are invited to help run a ticket shop, with this address."),
            say(
                "Press the button to accept. If you have not signed in there before, you choose a"
                " password next; otherwise you sign in as you always do."
            ),
        ),
        facts=_facts(invitation, speech, place=place, inviter=inviter),
        action=Action(
            label=say("Look at the invitation"),
            url=url,
            note=say(
                "The link works once, for %(days)s days. It opens a page with a button: nothing"
                " happens before you press it.",
                days=INVITATION_LIVES.days,
            ),
        ),
        notes=(
            say("If you do not know what this is about, ignore this letter: nothing happens."),
            say("Never forward this letter: whoever has the link could accept in your place."),
        ),
        timed=False,
    )


def _facts(
    invitation: StaffInvitation, speech: Speech, *, place: str | None, inviter: str | None
) -> Sequence[tuple[str, str]]:
    say = speech.say
    roles = {
        Role.ADMIN: say("Admin"),
        Role.STAFF: say("Ticket sales"),
        Role.DOOR: say("Door"),
        Role.AUDITOR: say("Auditor"),
    }
    by = [(say("Invited by"), inviter)] if inviter else []
    return (
        (say("Your role"), roles[invitation.grant.role]),
        (say("Shop"), place or say("All shops")),
        *by,
        (say("Counts until"), speech.date(invitation.ends_at)),
    )
