"""Values of the rules stay as they were made, and what is not said of one is nothing."""

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields as struct_fields

import ledger
import projections
from ledger.kernel.money import CURRENCIES
from ledger.reconciliation.records import silent
from ledger.shop.stamps import Retention

# These gather what they read, and are handed on when they are done.
GATHERERS = {
    "ledger.audit.check_places._Line",
    "ledger.audit.replay.Standing",
    "ledger.inbox.ports.InHand",
    "ledger.reconciliation.by_pages.ByPages",
    "ledger.reconciliation.by_reference.OneByOne",
    "ledger.reconciliation.compare.Statement",
    "ledger.reconciliation.reconcile.Reconciliation",
}


def named(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def values() -> Iterator[type[Any]]:
    """Every class of the rules that is made of fields."""
    for ring in (ledger, projections):
        for one in pkgutil.walk_packages(ring.__path__, f"{ring.__name__}."):
            for kind in vars(import_module(one.name)).values():
                here = isinstance(kind, type) and kind.__module__ == one.name
                if here and (is_dataclass(kind) or issubclass(kind, Struct)):
                    yield kind


def test_there_are_hundreds() -> None:
    assert len([*values()]) > 400
    assert {named(kind) for kind in values()} > GATHERERS


@pytest.mark.parametrize("kind", [*values()], ids=named)
def test_a_value_is_frozen(kind: type[Any]) -> None:
    frozen = (
        kind.__struct_config__.frozen
        if issubclass(kind, Struct)
        else kind.__dataclass_params__.frozen
    )
    assert frozen is (named(kind) not in GATHERERS)


# What is true where nothing is said; all else is nothing then, and a try is the first.
UNTOLD: Mapping[str, dict[str, Any]] = {
    "ledger.grants.grantee.Grantee": {"kind": "grant", "language": "en", "state": "invited"},
    "ledger.grants.people_file.ListRow": {"kind": "grant", "language": "en"},
    "ledger.order.stamps.Line": {"tickets": 1},
    "ledger.order.stamps.OrderPlaced": {"overpaid": "case"},
    "ledger.payments.capabilities.Capability": {"currencies": CURRENCIES},
    "ledger.reconciliation.by_pages.ByPages": {"names_orders": True, "tell": silent},
    "ledger.reconciliation.by_reference.OneByOne": {"names_orders": True, "tell": silent},
    "ledger.reconciliation.reconcile.Reconciliation": {"tell": silent},
    "ledger.shop.changes.Change": {"values": (None, None)},
    "ledger.shop.questions.TicketQuestion": {"needed": "optional"},
    "ledger.shop.stamps.CancellationPolicy": {"fee_percent": "0", "release": "at_refund_accepted"},
    "ledger.shop.stamps.Retention": {"people_years": 3, "receipts_years": 6},
    "ledger.shop.stamps.Preferences": {
        "overpaid": "case",
        "remind_unpaid": True,
        "sign_in": "optional",
        "retention": Retention(),
    },
    "ledger.vouchers.stamps.Effect": {"percent": "0"},
    "ledger.vouchers.stamps.VoucherTerms": {"uses": 1, "minimum": 1, "returns": True},
    "ledger.waiting_list.place.WaitingPlace": {"state": "none"},
    "projections.order_search.OrderSearch": {
        "since": datetime.min.replace(tzinfo=UTC),
        "before": (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1)),
    },
    "projections.reports.sums.Asked": {"since": datetime.min.replace(tzinfo=UTC)},
}


def defaults(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    """What stands in a field of which nothing is said; only of fields that may be left out."""
    for one in struct_fields(kind) if issubclass(kind, Struct) else fields(kind):
        if one.default not in (MISSING, NODEFAULT):
            yield one.name, one.default
        elif one.default_factory not in (MISSING, NODEFAULT):
            yield one.name, one.default_factory()


def is_nothing(value: Any) -> bool:
    """Empty, or made of what is empty."""
    if is_dataclass(value) or isinstance(value, Struct):
        return all(is_nothing(getattr(value, name)) for name, _ in defaults(type(value)))
    return not value


@pytest.mark.parametrize("kind", [*values()], ids=named)
def test_what_is_not_said_is_nothing(kind: type[Any]) -> None:
    told = {name: value for name, value in defaults(kind) if not is_nothing(value)}
    first = {"try_number": 1} if "try_number" in told else {}
    assert told == first | UNTOLD.get(named(kind), {})


def test_whatever_is_true_untold_is_of_a_class_that_is_there() -> None:
    assert UNTOLD.keys() <= {named(kind) for kind in values()}


# What nobody reads in a log or an error: persons, their accounts, secrets, and what is too long.
UNPRINTED = {
    "ledger.shop.changes.Change": {"values"},
    "ledger.shop.shop.ShopSpec": {"pictures"},
    "ledger.statements.entry.BankEntry": {"payer", "payer_account", "text"},
    "ledger.statements.transfers.RefundTransfer": {"payee", "account"},
    "ledger.webhooks.endpoint.Endpoint": {"url", "secret", "former"},
}


@pytest.mark.parametrize("kind", [one for one in values() if is_dataclass(one)], ids=named)
def test_persons_and_secrets_are_not_printed(kind: type[Any]) -> None:
    assert {one.name for one in fields(kind) if not one.repr} == UNPRINTED.get(named(kind), set())
