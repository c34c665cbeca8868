"""Seats that came free are held for who is next in line; a hold that nobody used goes on.

Each step is an append on the place's own stream: of two workers the slower one finds it done. The
lists may lag; the commit alone says whether there is room, and whether somebody still waits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from adapters.mail.letters import RenderedLetter
from adapters.mail.smtp import Delivery, Rejected, Sent, Unknown
from adapters.worker.reactor import DONE, NOTHING, WAITING, Clock, Progress
from adapters.worker.reactors.deliver_letter import (
    MOST_TRIES,
    DeliveryPolicy,
    Forgotten,
    Mail,
    Try,
    next_move,
)
from ledger.kernel.events import derived
from ledger.kernel.store import NoRoom
from ledger.shop.service import Shops
from ledger.shop.shop import SeatTotals, Shop, free_seats
from ledger.waiting_list.line import InLine, whose_turn
from ledger.waiting_list.place import WaitingPlace, letters_to_send
from ledger.waiting_list.service import WORKER, WaitingList, hold_until
from ledger.waiting_list.stamps import (
    Leaving,
    LetterFate,
    PlaceLetter,
    PlaceLetterEnded,
    PlaceLetterStarted,
)
from projections.waiting_list import PlaceInLine

# So many of each line are looked at at a time.
NEXT = 50
_log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTurns:
    """Acts on the lines of one shop: who waits no longer leaves, who is next gets seats held."""

    waiting: WaitingList
    shops: Shops
    lines: Callable[[str, int], tuple[int, Sequence[InLine]]]
    places: Callable[[str], Sequence[PlaceInLine]]
    bought: Callable[[str], Sequence[tuple[UUID, UUID]]]
    totals: Callable[[Sequence[UUID]], SeatTotals]
    clock: Clock

    def __call__(self, slug: str) -> Progress:
        """Give what came free to who is next, as far as it goes."""
        shop = self.shops.get(slug)
        progress = self._closed(shop)
        for place, order in self.bought(slug):
            self.waiting.leave(place, Leaving.BOUGHT, actor=WORKER, order=order)
            progress += DONE
        return progress + (self._offered(shop) if shop.lets_wait else NOTHING)

    def _closed(self, shop: Shop) -> Progress:
        """Where nobody can wait any more, nobody is left waiting without a word."""
        progress = NOTHING
        for one in () if self._takes_all(shop) else self.places(shop.slug):
            held = one.state == "held" and shop.cancelled is None
            if not held and not _has_line(shop, one.product):
                self.waiting.leave(one.stream, Leaving.CLOSED, actor=WORKER)
                progress += DONE
        return progress

    def _takes_all(self, shop: Shop) -> bool:
        _, waiting = self.lines(shop.slug, 1)
        return shop.lets_wait and all(_has_line(shop, one.product) for one in waiting)

    def _offered(self, shop: Shop) -> Progress:
        seen, waiting = self.lines(shop.slug, NEXT)
        quotas = {one.product: self._quotas(shop, one.product) for one in waiting}
        totals = self.totals(sorted({quota for some in quotas.values() for quota in some}))
        free = {quota: free_seats(totals, quota) for quota in totals}
        progress = NOTHING
        for one in whose_turn(waiting, quotas, free):
            until = hold_until(shop, one.product, self.clock())
            came = self.waiting.offer(one.place, shop, until=until, seen=seen)
            if not isinstance(came, WaitingPlace):
                # Somebody was faster, or what was seen is old: all of it is looked at again.
                self.shops.forget()
                return progress + (NOTHING if isinstance(came, NoRoom) else WAITING)
            progress += DONE
        return progress

    def _quotas(self, shop: Shop, product: str) -> Sequence[UUID]:
        known = shop.products.get(product)
        return shop.quota_ids(known) if known else ()


def _has_line(shop: Shop, product: str) -> bool:
    known = shop.products.get(product)
    return shop.lets_wait and known is not None and bool(known.quotas)


Render = Callable[[WaitingPlace, PlaceLetter, Shop], RenderedLetter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Acts on one place: its hold lapses when the time is over, and its letters go out.

    A letter is claimed by a stamp before it is sent, like those of orders, and answered by one.
    """

    waiting: WaitingList
    shops: Shops
    mail: Mail | None
    render: Render
    keyed_hash: Callable[[bytes], str]
    mail_domain: str
    clock: Clock
    policy: DeliveryPolicy = field(default_factory=DeliveryPolicy)

    def __call__(self, id: UUID) -> Progress:
        """Move one place by what is due."""
        before = self.waiting.get(id)
        place = self.waiting.lapse(id, self.clock())
        progress = DONE if place.version != before.version else NOTHING
        for letter in letters_to_send(place):
            progress += self._letter(place, letter)
            place = self.waiting.get(id)
        return progress

    def _letter(self, place: WaitingPlace, letter: PlaceLetter) -> Progress:
        match next_move(place.postings.get(letter), now=self.clock(), policy=self.policy):
            case Try(number=number) if self.mail is not None:
                begun = PlaceLetterStarted(letter=letter, try_number=number)
                claimed = self.waiting.tell(place, begun)
                if claimed is None:
                    return WAITING
                # No transaction is open while we talk to the mail server.
                ended = self._sent(self.mail, claimed, letter, number)
                self.waiting.tell(self.waiting.get(place.id), ended)
                return DONE
            case Forgotten(number=number):
                fate = LetterFate.UNKNOWN
                ended = PlaceLetterEnded(letter=letter, try_number=number, fate=fate)
                return DONE if self.waiting.tell(place, ended) else WAITING
            case _:
                return NOTHING

    def _sent(
        self, mail: Mail, place: WaitingPlace, letter: PlaceLetter, number: int
    ) -> PlaceLetterEnded:
        last = number >= MOST_TRIES
        try:
            rendered = self.render(place, letter, self.shops.get(place.terms.shop_slug))
        except Exception as error:
            code = f"render:{type(error).__name__}"
            return _ended(letter, number, LetterFate.FAILED, code=code, permanent=last)
        message_id = f"<{derived(place.id, f'letter/{letter}')}@{self.mail_domain}>"
        content = "\0".join((rendered.subject, rendered.text, rendered.html)).encode()
        match self._answer(mail, rendered, message_id):
            case Sent():
                return PlaceLetterEnded(
                    letter=letter,
                    try_number=number,
                    fate=LetterFate.SENT,
                    message_id=message_id,
                    body_hash=self.keyed_hash(content),
                )
            case Rejected(code=code, permanent=permanent):
                gone = permanent or last
                return _ended(letter, number, LetterFate.FAILED, code=code, permanent=gone)
            case _:
                return _ended(letter, number, LetterFate.UNKNOWN)

    def _answer(self, mail: Mail, rendered: RenderedLetter, message_id: str) -> Delivery:
        """A bug on the way to the server is an answer that we did not get."""
        try:
            return mail.send(rendered, message_id)
        except Exception as error:
            _log.error("mail_stumbled", error=type(error).__name__)
            return Unknown(type(error).__name__)


def _ended(
    letter: PlaceLetter, number: int, fate: LetterFate, *, code: str = "", permanent: bool = False
) -> PlaceLetterEnded:
    return PlaceLetterEnded(
        letter=letter, try_number=number, fate=fate, code=code, permanent=permanent
    )
