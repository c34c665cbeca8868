"""A voucher as pretix writes it: what we ask for, and whether what it shows is that."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.providers.http import Answer, Json
from ledger.grants.keeper import KeptVoucher, VoucherAsk
from ledger.payments.provider import BadMessage
from ledger.vouchers.code import folded

MARK = "Stampledger "
# So long is what follows it; people may write on behind.
_MARK = 36
_PLAIN = ("price_mode", "max_usages", "block_quota", "item", "quota")


def wish(ask: VoucherAsk) -> Json:
    """The body that makes a voucher."""
    told = ask.destination
    return {
        "code": ask.code,
        "comment": f"{MARK}{ask.voucher}",
        "max_usages": 1,
        "valid_until": told.valid_until.isoformat() if told.valid_until else None,
        "block_quota": told.block_quota,
        "allow_ignore_quota": False,
        "item": told.item,
        "variation": None,
        "quota": told.quota,
        "subevent": None,
        **price(ask),
    }


def price(ask: VoucherAsk) -> Json:
    """What of it an upgrade changes."""
    return {
        "price_mode": str(ask.terms.mode),
        "value": ask.terms.value,
        "tag": str(ask.kind),
    }


def one(answer: Answer) -> Json:
    """The voucher in an answer; raises `BadMessage` for what is none."""
    content = answer.content
    if not isinstance(content, dict):
        raise BadMessage("an answer that is no voucher")
    _named(content)
    return content


def page(answer: Answer) -> tuple[list[Json], bool]:
    """The vouchers of a page, and whether another one follows; raises `BadMessage`."""
    content = answer.content
    rows = content.get("results") if isinstance(content, dict) else None
    if answer.status != 200 or not isinstance(rows, list):
        raise BadMessage("an answer that is no list")
    for row in rows:
        if not isinstance(row, dict):
            raise BadMessage("a list of something else")
        _named(row)
    return rows, bool(content.get("next"))


def kept(voucher: Json) -> KeptVoucher:
    """The same in our words."""
    return KeptVoucher(
        reference=str(voucher["id"]),
        code=str(voucher["code"]),
        uses=int(voucher["redeemed"]),
        ours=mark_of(voucher),
        shows=shows(voucher),
    )


def mark_of(voucher: Json) -> UUID | None:
    """Whose voucher of ours it is, as its comment begins; None for anybody else's."""
    comment = voucher.get("comment")
    if not isinstance(comment, str) or not comment.startswith(MARK):
        return None
    try:
        return UUID(comment.removeprefix(MARK)[:_MARK])
    except ValueError:
        return None


def is_of(voucher: Json, ask: VoucherAsk) -> bool:
    """Whether it is this one: by its mark, or by id and code where somebody wrote over the mark."""
    mark = mark_of(voucher)
    if mark is not None:
        return mark == ask.voucher
    return str(voucher["id"]) == ask.reference and has_code(voucher, ask)


def has_code(voucher: Json, ask: VoucherAsk) -> bool:
    """Whether it has our code: pretix takes any case for the same."""
    return folded(str(voucher["code"])) == folded(ask.code)


def is_as_asked(voucher: Json, ask: VoucherAsk) -> bool:
    """Whether everything that we ask for is there: what pretix does not know it ignores."""
    return shows(voucher) == shows(wish(ask))


def costs_as_asked(voucher: Json, ask: VoucherAsk) -> bool:
    """Whether it does to a price what we ask for, whatever people changed of it beside that."""
    seen, wanted = shows(voucher), shows(wish(ask))
    return all(seen[name] == wanted[name] for name in ("price_mode", "value"))


def shows(voucher: Json) -> Mapping[str, str]:
    """What of a voucher we ask for, each as the same text however it is written."""
    told = {name: str(voucher.get(name)) for name in _PLAIN}
    return {
        **told,
        "code": folded(str(voucher.get("code"))),
        "value": str(_number(voucher.get("value"))),
        "valid_until": str(_moment(voucher.get("valid_until"))),
    }


def _named(voucher: Json) -> None:
    known = voucher.get("id"), voucher.get("redeemed")
    counted = all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in known)
    if not counted or not isinstance(voucher.get("code"), str):
        raise BadMessage("a voucher without its id, code or uses")


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)).normalize()
    except ArithmeticError:
        return None


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else None
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
