"""`shop new`: a shop to begin with, asked for in a few questions, written, checked and opened."""

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from adapters.shop_file.read import shop_of
from adapters.shop_file.write import scalar, shop_file
from ledger.kernel.money import Money, digits
from ledger.shop.rules import check
from ledger.shop.shop import ShopSpec
from web.cli.arguments import Word
from web.wiring.parts import Parts

STARTER = Path(__file__).parent.parent / "samples" / "new-shop.yaml"
_HALF_A_YEAR = timedelta(days=182)
# What is asked, in this order, unless an option says it.
_QUESTIONS = {
    "slug": "Its address, small letters, digits and hyphens",
    "name": "Its name",
    "seller": "Who sells (an association or a company)",
    "email": "The address that letters come from",
    "starts": "When it begins, local time",
    "ticket": "What the first ticket is called",
    "price": "What it costs",
    "seats": "How many there are",
    "provider": "Who takes the payments: stripe, paytrail, sumup or manual",
    "pay": "How people pay (where money comes by hand)",
}


class Price(click.ParamType[Decimal]):
    """An amount as people write it, such as 35 or 35.50."""

    name = "amount"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        whole, _, part = str(value).strip().replace(",", ".").partition(".")
        if not (whole + part).isascii() or not (whole + part).isdigit() or len(whole) > 9:
            self.fail("an amount such as 35 or 35.50 is expected", param, ctx)
        return Decimal(f"{whole}.{part or 0}")


@click.command(name="new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--slug", type=Word(), help=_QUESTIONS["slug"] + ".")
@click.option("--name", type=Word(), help=_QUESTIONS["name"] + ", in English.")
@click.option("--seller", type=Word(), help=_QUESTIONS["seller"] + ".")
@click.option("--email", type=Word(), help=_QUESTIONS["email"] + ".")
@click.option("--currency", type=Word(longest=3), help="EUR, if nothing is said.")
@click.option("--timezone", type=Word(), help="Europe/Helsinki, if nothing is said.")
@click.option("--starts", type=Word(), help=_QUESTIONS["starts"] + ": 2027-06-01T12:00:00.")
@click.option("--ticket", type=Word(), help=_QUESTIONS["ticket"] + ".")
@click.option("--price", type=Price(), help=_QUESTIONS["price"] + ", such as 35.00.")
@click.option("--seats", type=click.IntRange(0), help=_QUESTIONS["seats"] + ".")
@click.option("--provider", type=Word(), help=_QUESTIONS["provider"] + ".")
@click.option("--pay", type=Word(longest=2_000), help=_QUESTIONS["pay"] + ".")
@click.option("--ask/--no-ask", default=None, help="Ask for the rest. Default: on a terminal.")
@click.option("--open/--no-open", "opened", default=None, help="Import it, too. Default: ask.")
@click.pass_context
def new_shop(
    context: click.Context, /, file: Path, ask: bool | None, opened: bool | None, **said: Any
) -> None:
    """Write FILE, a shop to begin with, in which every key is explained, and open it.

    On a terminal it asks; what an option says is not asked for.
    """
    if file.exists():
        raise click.UsageError(f"{file} is there already and stays as it is.")
    asks = sys.stdin.isatty() if ask is None else ask
    starter = shop_of(STARTER.read_bytes(), name=STARTER.name)
    answers = _answered(said, starter) if asks else said
    text = shop_file(_begun(starter, answers))
    for key, answer in (("timezone", answers["timezone"]), ("starts_at", _start(answers))):
        text = _saying(text, key, answer)
    spec = shop_of(text.encode(), name=file.name)
    check(spec)
    write_new_file(file, text)
    click.echo(f"{file} is written.")
    if opened or (opened is None and asks and click.confirm("Open this shop now?", default=True)):
        parts: Parts = context.obj()
        parts.shops.import_shop(spec, actor="cli", at=parts.clock())
        click.echo(f"It is open: {parts.settings.base_url}/{spec.slug}")
    else:
        click.echo(f"Change it, then say: stampledger shop import {file}")


def _answered(said: dict[str, Any], starter: ShopSpec) -> dict[str, Any]:
    answers = dict(said)
    for key, question in _QUESTIONS.items():
        if answers[key] is None and (key != "pay" or answers["provider"] == "manual"):
            answers[key] = click.prompt(question, default=_usual(key, starter), type=_kind(key))
    return answers


def _kind(key: str) -> click.ParamType[Any]:
    return {"price": Price(), "seats": click.IntRange(0)}.get(key, Word(longest=2_000))


def _usual(key: str, starter: ShopSpec) -> str:
    said, first = starter.preferences, starter.products[0]
    return {
        "slug": starter.slug,
        "name": said.name["en"],
        "seller": said.seller.name,
        "email": said.seller.email,
        "starts": _half_a_year_ahead(),
        "ticket": first.title["en"],
        "price": "35.00",
        "seats": str(starter.quotas[first.quotas[0]]),
        "provider": said.provider,
        "pay": said.how_to_pay["en"],
    }[key]


def _half_a_year_ahead() -> str:
    return (datetime.now(UTC) + _HALF_A_YEAR).strftime("%Y-%m-%dT12:00:00")


def _start(answers: dict[str, Any]) -> str:
    return str(answers["starts"] or _half_a_year_ahead())


def _saying(text: str, key: str, answer: str | None) -> str:
    """The file with one line as it was typed: reading it tells whether that can be."""
    line = f"{key}: {scalar(answer)}" if answer else None
    return re.sub(rf"(?m)^{key}: .*$", lambda was: line or was[0], text)


def _begun(starter: ShopSpec, said: dict[str, Any]) -> ShopSpec:
    """The shop to begin with, with what was said in its places."""
    usual, first = starter.preferences, starter.products[0]
    currency = (said["currency"] or usual.currency).upper()
    price = said["price"]
    amount = first.price.amount if price is None else _minor(price, currency)
    provider = said["provider"] or usual.provider
    quota = first.quotas[0]
    return replace(
        starter,
        slug=said["slug"] or starter.slug,
        quotas={quota: starter.quotas[quota] if said["seats"] is None else said["seats"]},
        products=(
            replace(
                first,
                price=Money(amount, currency),
                title={"en": said["ticket"] or first.title["en"]},
            ),
        ),
        preferences=replace(
            usual,
            name={"en": said["name"] or usual.name["en"]},
            seller=replace(
                usual.seller,
                name=said["seller"] or usual.seller.name,
                email=said["email"] or usual.seller.email,
            ),
            currency=currency,
            provider=provider,
            how_to_pay={"en": said["pay"] or usual.how_to_pay["en"]}
            if provider == "manual"
            else {},
        ),
    )


def _minor(price: Decimal, currency: str) -> int:
    amount = price.scaleb(digits(currency))
    if amount != int(amount):
        raise click.UsageError(f"{price} is no amount of {currency}: too many digits.")
    return int(amount)


def write_new_file(file: Path, text: str) -> None:
    """A file that was not there before; one that is there stays as it is."""
    try:
        with file.open("x", encoding="utf-8") as made:
            made.write(text)
    except FileExistsError:
        raise click.UsageError(f"{file} is there already and stays as it is.") from None
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}.") from None
