"""Letters to all buyers, started, paused, called off: each by one append on the shop's stream."""

from uuid import UUID, uuid5

from ledger.kernel.events import Draft
from ledger.kernel.refusals import Contradicted, ShopChanged, ShopInvalid
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import Append, Appended, Conflict, StampStore
from ledger.shop.buyers_letter import Mailing, open_one
from ledger.shop.letter_rules import mailing_faults
from ledger.shop.rules import field_of, said
from ledger.shop.service import Shops
from ledger.shop.shop import Shop
from ledger.shop.stamps import ChangeExplained, MailingStarted, MailingState, MailingTurned, shop_id

_NEXT = {
    MailingState.RUNNING: (MailingState.PAUSED, MailingState.CALLED_OFF, MailingState.FINISHED),
    MailingState.PAUSED: (MailingState.RUNNING, MailingState.CALLED_OFF),
}


class Mailings:
    """The letters to buyers of all shops."""

    def __init__(self, store: StampStore, shops: Shops) -> None:
        self._store, self._shops = store, shops

    def start(
        self, slug: str, stamp: MailingStarted, *, reason: str, actor: str, seen: int
    ) -> Mailing:
        """It goes out from now on. `seen` is the version of the shop that somebody looked at.

        Raises `ShopInvalid`, and `ShopChanged` where the shop is another one since, or one is open.
        """
        shop = self._shops.newest(slug)
        if found := [(field_of(one.path), said(one)) for one in mailing_faults(stamp, shop)]:
            raise ShopInvalid(found)
        if shop.version != seen or open_one(shop.mailings) is not None:
            raise ShopChanged(version=shop.version)
        cause = uuid5(shop.id, f"mailing/{shop.version}")
        if isinstance(self._append(shop, cause, actor, stamp, reason), Conflict):
            raise ShopChanged(version=self._shops.newest(slug).version)
        return self._shops.newest(slug).mailings[cause]

    def turn(
        self, slug: str, mailing: UUID, state: MailingState, *, reason: str, actor: str
    ) -> Mailing:
        """It is paused, goes on, is called off or is done; what is not its next state is left."""

        def attempt() -> Mailing | Conflict:
            shop = self._shops.newest(slug)
            known = shop.mailings[mailing]
            if state not in _NEXT.get(known.state, ()):
                return known
            stamp = MailingTurned(mailing=mailing, state=state)
            cause = uuid5(mailing, f"{shop.version}")
            conflict = self._append(shop, cause, actor, stamp, reason)
            return conflict or self._shops.newest(slug).mailings[mailing]

        return again_on_conflict(shop_id(slug), attempt)

    def _append(
        self,
        shop: Shop,
        cause: UUID,
        actor: str,
        stamp: MailingStarted | MailingTurned,
        reason: str,
    ) -> Conflict | None:
        told = [stamp, *([ChangeExplained(reason=reason)] if reason else [])]
        drafts: list[Draft[object]] = [
            Draft(stream=shop.id, stamp=one, correlation_id=cause, actor=actor) for one in told
        ]
        (outcome,) = self._store.append(Append(drafts=drafts, expected={shop.id: shop.version}))
        if isinstance(outcome, Conflict):
            return outcome
        if not isinstance(outcome, Appended):
            raise Contradicted
        self._shops.forget()
        return None
