"""What was read once stays as it was read: values of the rules are not changed in place."""

import pkgutil
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib import import_module
from typing import Any

import pytest
from msgspec import Struct

import ledger
import projections

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
