"""Vouchers at a pretix: one of a code, whatever is asked twice, lost or answered late."""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

import httpx2

from adapters.providers.http import Json, Lost
from adapters.providers.pretix import shapes
from adapters.providers.pretix.client import PretixClient, Stumbled, Throttled, at_once
from adapters.providers.pretix.messages import read_message
from ledger.grants.issued_voucher import USED
from ledger.grants.keeper import (
    CreateAnswer,
    KeeperAway,
    KeeperSilent,
    KeptVoucher,
    PlaceToLook,
    UpgradeAnswer,
    VoucherAsk,
    WithdrawalAnswer,
)
from ledger.grants.stamps import (
    CreateVoucherFailure,
    CreateVoucherSuccess,
    Destination,
    VoucherUpgraded,
    VoucherUpgradeFailure,
    VoucherWithdrawalFailure,
    VoucherWithdrawn,
)
from ledger.payments.provider import BadMessage

_TROUBLE = (Lost, BadMessage)


class PretixVouchers:
    """The vouchers that one token may see to. `patience` is how many seconds one call may take.

    Each call waits for its turn, as `pace` says.
    """

    name = "pretix"

    def __init__(
        self,
        token: str,
        *,
        api_base: str | None = None,
        patience: float = 10.0,
        pace: Callable[[], None] = at_once,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if not token.strip():
            raise ValueError("the token of pretix must not be empty")
        self._client = PretixClient(
            token, api_base=api_base, patience=patience, pace=pace, transport=transport
        )

    def create(self, ask: VoucherAsk) -> CreateAnswer:
        """Make it, or find that it is there: pretix has one voucher of a code."""
        try:
            found = self._find(ask) if ask.again or ask.try_number > 1 else None
            return self._settled(found, ask) if found else self._made(ask)
        except _TROUBLE as trouble:
            return _silent(trouble)

    def upgrade(self, ask: VoucherAsk) -> UpgradeAnswer:
        """Change what it does to the price, and read that back."""
        try:
            return self._upgraded(ask)
        except _TROUBLE as trouble:
            return _silent(trouble)

    def withdraw(self, ask: VoucherAsk) -> WithdrawalAnswer:
        """Delete it; pretix keeps one that was used, as an order has it."""
        try:
            return self._withdrawn(ask)
        except _TROUBLE as trouble:
            return _silent(trouble)

    def look(self, ask: VoucherAsk) -> KeptVoucher | KeeperSilent | None:
        """As it is; None where there is none, or one of somebody else's."""
        try:
            found = self._get(ask)
            return shapes.kept(found) if found and shapes.is_of(found, ask) else None
        except _TROUBLE as trouble:
            return _silent(trouble)

    def wanted(self, ask: VoucherAsk) -> Mapping[str, str]:
        """What a voucher shows that is as this asks for."""
        return shapes.shows(shapes.wish(ask))

    def uses_by(self, destination: Destination, order: str) -> tuple[str, ...] | KeeperSilent:
        """The references of the vouchers that an order has, as pretix itself says."""
        try:
            path = f"{_event(destination)}/orders/{quote(order, safe='')}/"
            answer = self._client.get(path)
            content = answer.content if answer.status == 200 else {}
            positions = content.get("positions") if isinstance(content, dict) else None
            rows = [one for one in positions or () if isinstance(one, dict)]
            return tuple(str(one["voucher"]) for one in rows if one.get("voucher"))
        except _TROUBLE as trouble:
            return _silent(trouble)

    def read_message(self, body: bytes) -> PlaceToLook:
        """Where a webhook says that something happened; raises `BadMessage`."""
        return read_message(body)

    def kept(self, destination: Destination) -> Iterator[KeptVoucher]:
        """Every voucher of an event that has our mark; raises `KeeperAway`."""
        number, more = 1, True
        while more:
            try:
                answer = self._client.get(_vouchers(destination), page=str(number))
                rows, more = shapes.page(answer)
            except _TROUBLE as trouble:
                raise KeeperAway(_silent(trouble)) from None
            number += 1
            yield from (shapes.kept(one) for one in rows if shapes.mark_of(one) is not None)

    def _made(self, ask: VoucherAsk) -> CreateAnswer:
        """An unclear answer is resolved by a look for the code, never by a second code."""
        try:
            answer = self._client.post(
                _vouchers(ask.destination), shapes.wish(ask), key=str(ask.key)
            )
        except Stumbled:
            return self._after(
                ask, CreateVoucherFailure(code="server_error", try_number=ask.try_number)
            )
        except Lost as lost:
            if not lost.done:
                raise
            return self._after(ask, _silent(lost))
        except BadMessage as wrong:
            return self._after(ask, _silent(wrong))
        if answer.status == 201:
            made = shapes.one(answer)
            if _is_made(made, ask):
                return self._settled(made, ask)
            # The key is known for another wish: its old voucher came back.
            return self._after(
                ask, CreateVoucherFailure(code="key_taken", try_number=ask.try_number)
            )
        refused = CreateVoucherFailure(
            code=_word(answer.status, answer.content), try_number=ask.try_number, permanent=True
        )
        return self._after(ask, refused)

    def _after(
        self, ask: VoucherAsk, otherwise: CreateVoucherFailure | KeeperSilent
    ) -> CreateAnswer:
        """What is there of the code after all; otherwise this."""
        found = self._find(ask)
        return self._settled(found, ask) if found else otherwise

    def _settled(self, voucher: Json, ask: VoucherAsk) -> CreateAnswer:
        """Whether what is there is what was asked for; changed once where it is not."""
        if not _is_made(voucher, ask):
            return _refused(ask, "code_taken")
        if not shapes.is_as_asked(voucher, ask):
            if voucher["redeemed"]:
                return _refused(ask, "terms_differ")
            path = f"{_vouchers(ask.destination)}{voucher['id']}/"
            self._client.patch(path, shapes.wish(ask))
            again = self._find(ask)
            if again is None or not shapes.is_as_asked(again, ask):
                return _refused(ask, "terms_differ")
        return CreateVoucherSuccess(provider_reference=str(voucher["id"]))

    def _upgraded(self, ask: VoucherAsk) -> UpgradeAnswer:
        before = self._get(ask)
        if before is None or not shapes.is_of(before, ask):
            return _not_upgraded(ask, "gone")
        if not shapes.has_code(before, ask):
            return _not_upgraded(ask, "code_changed")
        if not shapes.costs_as_asked(before, ask):
            if before["redeemed"]:
                return _not_upgraded(ask, USED)
            after = self._patched(before, ask)
            if after is None or not shapes.costs_as_asked(after, ask):
                return _not_upgraded(ask, "not_changed")
            if after["redeemed"]:
                return _not_upgraded(ask, "used_meanwhile")
        return VoucherUpgraded(kind=ask.kind, terms=ask.terms, worth=ask.worth)

    def _patched(self, before: Json, ask: VoucherAsk) -> Json | None:
        """What it is after it was asked to be changed, whatever was heard of that."""
        path = f"{_vouchers(ask.destination)}{before['id']}/"
        try:
            self._client.patch(path, shapes.price(ask))
        except Lost as lost:
            if not lost.done:
                raise
        return self._get(ask)

    def _withdrawn(self, ask: VoucherAsk) -> WithdrawalAnswer:
        found = self._get(ask)
        if found is None:
            return VoucherWithdrawn()
        if not shapes.is_of(found, ask):  # of our code, which nobody else can have drawn
            return VoucherWithdrawalFailure(
                code="code_taken", try_number=ask.try_number, permanent=True
            )
        used = VoucherWithdrawalFailure(code=USED, try_number=ask.try_number, permanent=True)
        if found["redeemed"]:
            return used
        try:
            self._client.delete(f"{_vouchers(ask.destination)}{found['id']}/")
        except Throttled:
            raise
        except Lost as lost:
            after = self._get(ask)
            if after is not None and after["redeemed"]:
                return used  # that is what its 403 is about
            if after is not None:
                raise lost from None
        return VoucherWithdrawn() if self._get(ask) is None else _silent(Lost("it is still there"))

    def _get(self, ask: VoucherAsk) -> Json | None:
        """By its id, where that is known; else by its code: a pretix that moved has other ids."""
        if ask.reference:
            path = f"{_vouchers(ask.destination)}{quote(ask.reference, safe='')}/"
            answer = self._client.get(path)
            found = None if answer.status == 404 else shapes.one(answer)
            if found is not None and shapes.is_of(found, ask):
                return found
        return self._find(ask)

    def _find(self, ask: VoucherAsk) -> Json | None:
        answer = self._client.get(_vouchers(ask.destination), code=ask.code)
        if answer.status == 404:
            return None
        rows, _ = shapes.page(answer)
        return rows[0] if rows else None


def _is_made(voucher: Json, ask: VoucherAsk) -> bool:
    """Whether it is what was asked for: with our mark, and under our code."""
    return shapes.is_of(voucher, ask) and shapes.has_code(voucher, ask)


def _event(told: Destination) -> str:
    organizer, event = quote(told.organizer, safe=""), quote(told.event, safe="")
    return f"/organizers/{organizer}/events/{event}"


def _vouchers(told: Destination) -> str:
    return f"{_event(told)}/vouchers/"


def _silent(trouble: Lost | BadMessage) -> KeeperSilent:
    if isinstance(trouble, Throttled):
        return KeeperSilent(reason=str(trouble), rest=trouble.rest if trouble.everybody else None)
    return KeeperSilent(
        reason=str(trouble), person=trouble.person if isinstance(trouble, Lost) else ""
    )


def _refused(ask: VoucherAsk, code: str) -> CreateVoucherFailure:
    return CreateVoucherFailure(code=code, try_number=ask.try_number, permanent=True)


def _not_upgraded(ask: VoucherAsk, code: str) -> VoucherUpgradeFailure:
    return VoucherUpgradeFailure(code=code, try_number=ask.try_number, permanent=True)


# What pretix says in sentences, by what is in them.
_SENTENCES = (
    ("sold out or completely reserved", "sold_out"),
    ("code already exists", "code_taken"),
    ("object does not exist", "unknown_quota_or_item"),
    ("quota and a specific product", "quota_and_item"),
)


def _word(status: int, content: object) -> str:
    """A word for a refusal; its sentences may quote what we sent, so none of them is kept."""
    if status == 404:
        return "unknown_event"
    text = str(content)
    return next((word for part, word in _SENTENCES if part in text), f"refused_{status}")
