"""The reference of letters, as they are written today; run as a program, it makes the page.

`python -m tests.kits.letter_pictures` writes the page and, in Chromium, its pictures.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from adapters.mail.letters import RenderedLetter, render
from adapters.mail.letters.grants import grant_letter
from adapters.mail.letters.sign_in import sign_in_letter
from adapters.mail.letters.staff_invitation import invitation_letter
from adapters.mail.letters.waiting_list import confirm_letter, place_letter
from adapters.mail.tickets.press import Press
from ledger.grants.grantee import Grantee, fold_grantee
from ledger.grants.next_step import OwedLetter
from ledger.grants.stamps import (
    CreateVoucherRequest,
    CreateVoucherSuccess,
    Destination,
    GrantKind,
    GrantLetter,
    GrantTerms,
    PersonConfirmed,
    PersonInvited,
    PersonListed,
    Place,
    PriceMode,
    VoucherRequested,
)
from ledger.kernel.events import Recorded
from ledger.order.stamps import Letter
from ledger.shop.texts import text_in
from ledger.staff.invitation import StaffInvitation, invitation_id
from ledger.staff.role import Grant, Role
from ledger.waiting_list.stamps import PlaceLetter
from ledger.waiting_list.wish import PlaceAsked
from tests.kits.letter_orders import BASE, IN_LINE, place_in_line, samples

REFERENCE = Path(__file__).parents[2] / "docs/reference"
PAGE, PICTURES = REFERENCE / "letters.md", REFERENCE / "pictures"
WIDTH, COLOURS = 390, 24
DARK = Letter.PAID
CALLED_BY = {GrantLetter.INVITATION: "`PERSON_INVITED`", GrantLetter.VOUCHER: "`VOUCHER_REQUESTED`"}
_INTRO = """# Letters

What the shop writes to its customers: each kind of letter, the stamps that call for it, and its
text part in English as it is written today. Each goes out in the language of the order (English,
Finnish, Swedish), as text and as HTML; the pictures show the HTML on a phone. This page is made
of the letters themselves, by `.venv/bin/python -m tests.kits.letter_pictures`; a test compares
its words with what is written today. How one is added: [Add a letter](../how-to/add-a-letter.md).

Times are those of the shop's time zone, which each letter names. A receipt and a credit note have
numbers of one series per shop, without gaps, and the date on which the number was drawn, whenever
they are sent again. Which letters an order owes is a function of its stamps
([0004](../decisions/0004-letters-owed.md)): one letter per correlation id and kind, claimed by
`RECEIPT_SEND_STARTED` before it goes out. A letter is written from the stamps up to that claim,
so whoever has the ledger and its key writes the same again and finds the keyed hash of
`RECEIPT_SENT`, until the person is erased. Sent again at somebody's wish it is
`RECEIPT_RESEND_REQUESTED`, a fact of its own, with another Message-ID. A shop's own words stand
beside what is shown here ([0051](../decisions/0051-letters-of-the-shop.md)): in which of their
versions a letter was written is told by `LETTER_WORDS_USED`.
"""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """When a letter is sent, and its samples of `letter_orders`: what each is, the first drawn."""

    called_by: str
    samples: Mapping[str, str]


KINDS = {
    Letter.PAID: Kind(
        called_by="`PAID`, once the payment is there in full and the order stands; `ZERO_PRICE`,"
        " for what costs nothing. It is the receipt, and brings the tickets (a PDF and the event"
        " for a calendar) while they are valid.",
        samples={
            "tickets": "Paid, with tickets",
            "paid": "Paid, without tickets",
            "free": "Free: no payment reference, for nobody pays",
        },
    ),
    Letter.REFUNDED: Kind(
        called_by="`CREATE_REFUND_SUCCESS`, `REFUNDED` or `MANUAL_REFUND`, whichever comes first of"
        " a refund; what settles it sends nothing more. It is a credit note, and names the receipt"
        " that it reverses.",
        samples={
            "refunded": "Cancelled by the customer, all of it returned",
            "fee": "A fee was kept back",
            "part": "Some pieces were given up",
            "the rest": "Then the rest was given up, too",
            "external": "Returned in the provider's own dashboard",
            "shop-cancelled": "The event does not take place",
        },
    ),
    Letter.CANCELLED: Kind(
        called_by="`CANCELLED` of an order that had been paid or was free, or `ORDER_AMENDED`,"
        " where no refund of the same correlation id tells so. It waits for that refund's outcome.",
        samples={
            "cancelled": "Cancelled by ticket sales, money aside",
            "refused": "The payment provider refused the refund",
            "part-refused": "The same, of some pieces",
            "shop-cancelled-unpaid": "The event does not take place, and nothing was paid",
        },
    ),
    Letter.CORRECTION: Kind(
        called_by="`REFUND_FAILED` after its letter went out; `PAYMENT_WITHDRAWN` and"
        " `CANCELLATION_WITHDRAWN`, where the mistake stood in a letter.",
        samples={
            "correction": "A refund failed after all",
            "not-paid": "A payment was marked by mistake: a credit note, too",
            "reinstated": "Cancelled by mistake",
        },
    ),
    Letter.WITHDRAWAL: Kind(
        called_by="`CREATE_REFUND_REQUEST` of a customer's own wish, if two minutes later its"
        " refund was not accepted.",
        samples={
            "withdrawal": "The payment provider has not answered",
            "withdrawal-refused": "It refused, and the order stays",
        },
    ),
    Letter.LINK: Kind(
        called_by="`CANCELLATION_REQUESTED`: only the newest, and only while nothing was done with"
        " it.",
        samples={"link": "Asked for on the order's page"},
    ),
    Letter.HOW_TO_PAY: Kind(
        called_by="`ORDER_PLACED`, while the order waits for its money: at once where it comes by"
        " hand, else after half an hour; once, and not any more when it is too late to pay. The"
        " code is that of the European Payments Council, for transfers in euros.",
        samples={
            "transfer": "By bank transfer, to a Finnish account",
            "reminder": "On a provider's page",
        },
    ),
    Letter.MOVED: Kind(
        called_by="`START_MOVED`: the event takes place at another time.",
        samples={"moved": "With the choice to have the money back"},
    ),
    Letter.TICKET: Kind(
        called_by="`TICKET_SENT_ON`, while the ticket is theirs and valid. It goes to its holder,"
        " brings"
        " that one ticket, and tells neither price nor buyer nor other tickets; once more where a"
        " cancellation was a mistake of ours.",
        samples={"ticket": "To its holder"},
    ),
    Letter.TICKET_VOID: Kind(
        called_by="`TICKET_TAKEN_BACK`, another `TICKET_SENT_ON` or the end of its seat, where"
        " the holder had been told of the ticket.",
        samples={"ticket-void": "Taken back by its buyer"},
    ),
    Letter.BUYERS: Kind(
        called_by="`BUYER_ADDRESSED`: the shop writes to all of its buyers, in its own words, which"
        " stand below the greeting and are left out here. News have a link to decline more of them,"
        " and the headers `List-Unsubscribe` and `List-Unsubscribe-Post` (RFC 8058)",
        samples={"news": "News", "buyers": "About the order"},
    ),
}


def link_to_sign_in(language: str = "en") -> RenderedLetter:
    """To whoever asked for it on a page."""
    return sign_in_letter(
        to="ada@example.org",
        url=f"{BASE}/me/link/9J7cUeK2XwqS0vYt",
        language=language,
        device="Firefox on Linux",
    )


def invitation_to_help(language: str = "en") -> RenderedLetter:
    """To whoever is invited to the back office."""
    grant, index = Grant(role=Role.STAFF, shop="winterfest"), "0" * 64
    invitation = StaffInvitation(
        id=invitation_id(index, grant),
        email="bea@example.org",
        email_index=index,
        grant=grant,
        language=language,
        invited_by="staff:1",
        made_at=IN_LINE.terms.starts_at,
    )
    url = f"{BASE}/admin/invitation/9J7cUeK2XwqS0vYt"
    place = text_in(IN_LINE.terms.name, language)
    return invitation_letter(invitation, url=url, place=place, inviter="ada@example.org")


def page() -> str:
    """The whole page."""
    orders = (part for kind in KINDS for part in _section(kind))
    return "".join((_INTRO, *orders, *_about_people(), *_about_places(), *_about_no_order()))


def letters_in_line(language: str = "en") -> Mapping[str, RenderedLetter]:
    """Those of the waiting list, by when they go out."""
    told = {
        PlaceLetter.JOINED: "`PLACE_TAKEN`",
        PlaceLetter.TURN: "`PLACE_OFFERED`",
        PlaceLetter.LAPSED: "`PLACE_LAPSED`",
        PlaceLetter.ENDED: "`PLACE_LEFT`, if staff or the shop ended it",
    }
    asked = PlaceAsked(
        shop="winterfest",
        product="weekend",
        quantity=2,
        email="ada@example.org",
        language=language,
        until=IN_LINE.terms.starts_at,
    )
    url = f"{BASE}/winterfest/line/confirm/9J7cUeK2XwqS0vYt"
    place = place_in_line(language)
    letters = {
        said: place_letter(place, letter, IN_LINE, base_url=BASE) for letter, said in told.items()
    }
    return {"no stamp: somebody asked": confirm_letter(asked, IN_LINE, url=url), **letters}


def letters_to_people() -> Mapping[str, RenderedLetter]:
    """Those to people on a shop's list: whether they come, and their voucher."""
    words: dict[GrantLetter, list[Any]] = {
        GrantLetter.INVITATION: [PersonInvited(link_hash="0" * 64, code="9J7cUeK2XwqS0vYt")],
        GrantLetter.VOUCHER: [
            PersonConfirmed(),
            VoucherRequested(
                kind=GrantKind.SPEAKER,
                terms=GrantTerms(mode=PriceMode.SET, value="0.00"),
                destination=Destination(place=Place.OWN),
                code_index="c" * 64,
                code="A2B3C4D5E6F7G8H9K2M3N4P5Q6R7S8",
            ),
            CreateVoucherRequest(),
            CreateVoucherSuccess(provider_reference="1"),
        ],
    }
    return {
        letter: grant_letter(
            _listed(*told),
            OwedLetter(letter=letter, cause=IN_LINE.id),
            IN_LINE.terms,
            base_url=BASE,
            pretix_url="",
        )
        for letter, told in words.items()
    }


def _listed(*stamps: Any) -> Grantee:
    first = PersonListed(
        shop=IN_LINE.id,
        shop_slug="winterfest",
        kind=GrantKind.SPEAKER,
        language="en",
        person_index="e" * 64,
        name="Ada",
        email="ada@example.org",
    )
    told = [
        Recorded(
            stream=IN_LINE.id,
            version=number,
            position=number,
            recorded_at=IN_LINE.terms.starts_at,
            stamp=one,
            correlation_id=IN_LINE.id,
            actor="test",
        )
        for number, one in enumerate((first, *stamps), start=1)
    ]
    return fold_grantee(IN_LINE.id, told)


def _about_people() -> Iterator[str]:
    yield "\n## People with vouchers\n\nTo who is on a shop's list, each once, claimed by"
    yield " `VOUCHER_LETTER_STARTED`; after an upgrade once more"
    yield " ([how to](../how-to/give-vouchers-to-people.md)).\n"
    for said, letter in letters_to_people().items():
        yield f"\n### Called for by {CALLED_BY[GrantLetter(said)]}\n\n"
        yield f"![{letter.subject}](pictures/letter-{said}.png)\n\n"
        yield f"Subject: {letter.subject}\n\n```text\n{_shown(letter.text)}```\n"


def _about_places() -> Iterator[str]:
    yield "\n## The waiting list\n\nTo who waits for what sold out, each once, claimed by"
    yield " `PLACE_LETTER_STARTED` ([how to](../how-to/waiting-list.md)).\n"
    for said, letter in letters_in_line().items():
        yield f"\n### Called for by {said}\n\nSubject: {letter.subject}\n\n"
        yield f"```text\n{_shown(letter.text)}```\n"


def _section(kind: Letter) -> Iterator[str]:
    told = KINDS[kind]
    yield f"\n## {kind}\n\nCalled for by {told.called_by}\n"
    for place, (name, what) in enumerate(told.samples.items()):
        letter = written(name)
        yield f"\n### {what}\n\n"
        if place == 0:
            yield "".join(f"![{what}](pictures/{one})\n" for one in pictures_of(kind)) + "\n"
        yield f"Subject: {letter.subject}{_files(letter)}\n\n```text\n{_shown(letter.text)}```\n"


def _about_no_order() -> Iterator[str]:
    for name, cause, letter in (
        ("A link to sign in", "somebody asked for it on the page.", link_to_sign_in()),
        ("An invitation to the back office", "an admin invited somebody.", invitation_to_help()),
    ):
        yield f"\n## {name}\n\nCalled for by no stamp: {cause}\n"
        yield f"\nSubject: {letter.subject}\n\n```text\n{_shown(letter.text)}```\n"


def _files(letter: RenderedLetter) -> str:
    names = ", ".join(f"`{one.name}`" for one in letter.attachments)
    return f"  \nAttached: {names}" if names else ""


def _shown(text: str) -> str:
    """Mail programs know the line of a signature by its blank, which editors take away."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def written(name: str, language: str = "en") -> RenderedLetter:
    """A sample as it is sent, files and all."""
    about, letter, cause, number = samples(language)[name]
    files = Press().attachments
    return render(about, letter, correlation_id=cause, number=number, base_url=BASE, files=files)


def pictures_of(kind: Letter) -> list[str]:
    """The names of a kind's pictures: one light one, and of one kind a dark one."""
    return [f"letter-{kind}.png", *([f"letter-{kind}-dark.png"] if kind is DARK else [])]


def shown_alone(letter: RenderedLetter) -> str:
    """The HTML part with its pictures in it."""
    html = letter.html
    for one in letter.pictures:
        html = html.replace(
            f"cid:{one.name}", f"data:image/png;base64,{b64encode(one.png).decode()}"
        )
    return html


def without_styles(html: str) -> str:
    """What a mail program shows that takes all styles away."""
    html = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r'\sstyle="[^"]*"', "", html)


def _draw() -> None:
    """All pictures, in few colours."""
    from playwright.sync_api import sync_playwright

    from tests.kits.browser import ARGUMENTS, find_or_install

    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        program = str(find_or_install())
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS])
        for kind, told in KINDS.items():
            for name in pictures_of(kind):
                scheme: Literal["dark", "light"] = "dark" if name.endswith("-dark.png") else "light"
                _picture(browser, written(next(iter(told.samples))), name, scheme)
        for said, letter in letters_to_people().items():
            _picture(browser, letter, f"letter-{said}.png", "light")
        browser.close()


def _picture(
    browser: Any, letter: RenderedLetter, name: str, scheme: Literal["dark", "light"]
) -> None:
    shown = browser.new_page(viewport={"width": WIDTH, "height": 600}, color_scheme=scheme)
    shown.set_content(shown_alone(letter))
    (PICTURES / name).write_bytes(_small(shown.screenshot(full_page=True)))
    shown.close()


def _small(png: bytes) -> bytes:
    from PIL import Image

    small = BytesIO()
    with Image.open(BytesIO(png)) as picture:
        drawn = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        drawn.save(small, "png", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    _draw()
