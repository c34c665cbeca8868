"""The tables that readers have made of the ledger: other columns are another version."""

from typing import Any

import pytest

from projections.all import PROJECTIONS
from projections.engine.projection import column
from projections.reports.figures import Counted, Figure, Kind
from projections.reports.sums import FOREVER, Which
from tests.kits.spec import NOON

# As the tables stand. Whoever changes a row raises its version, so that it is worked out anew.
TABLES: dict[str, tuple[int, str]] = {
    "account_orders": (1, "order_id account"),
    "cases": (
        4,
        (
            "kind severity state order_id provider provider_reference amount currency "
            "opened_at text evidence alarming returning_since asleep_until keeper"
        ),
    ),
    "door_tickets": (3, "number shop product hash state inside position"),
    "door_visits": (1, "number day door shop product entered went"),
    "grantees": (
        1,
        (
            "shop kind state person_index list_reference voucher voucher_kind place organizer "
            "event provider_reference code_index uses worth currency trouble letter "
            "letter_due work_due_at listed_at issued_at"
        ),
    ),
    "mailing_letters": (1, "mailing state"),
    "mailings": (1, "mailing shop state"),
    "open_intents": (2, "kind correlation_id try_number provider requested_at"),
    "order_addresses": (2, "email_index"),
    "order_pages": (
        3,
        (
            "number payment_reference shop status flags currency total received "
            "refund_pending refunded disputed charged_back version placed_at language "
            "email_index products position"
        ),
    ),
    "outbox": (6, "correlation_id letter owed state try_number since changed_at permanent"),
    "persons_kept": (3, "kind shop since"),
    "product_sales": (1, "product revision shop ordered held sold"),
    "provider_references": (1, "provider reference attempt"),
    "receipts": (2, "correlation_id kind number amount currency state"),
    "refund_eligibility": (2, "blocked deadline amount fee currency payment"),
    "report_entries": (
        7,
        (
            "position nth at since shop kind outcome provider method product revision rate "
            "currency door day payout bank_reference many amount vat"
        ),
    ),
    "reservations": (1, "kind attempt due_at"),
    "seats": (4, "quota capacity held sold"),
    "shifts": (1, "shop actor opened_at"),
    "shop_changes": (1, "kind starts_at"),
    "shop_orders": (1, "shop provider fate outcome currency refund by_hand alive starts_at"),
    "unpaid": (3, "due_at"),
    "vouchers": (1, "shop issued_at uses taken kept valid_until over_at revoked"),
    "waiting_list": (1, "shop product quantity email_index state rank taken_at until look_at"),
}


@pytest.mark.parametrize("name", sorted({*TABLES, *PROJECTIONS}))
def test_a_table_of_other_columns_has_another_version(name: str):
    table = PROJECTIONS[name]
    assert (table.version, " ".join(table.columns[1:])) == TABLES[name]


def test_for_ever_is_the_last_position_that_a_column_holds():
    assert [column(one) for one in (FOREVER - 1, FOREVER, FOREVER + 1)] == [
        FOREVER - 1,
        FOREVER,
        FOREVER,
    ]


def test_what_a_kind_of_figure_does_not_tell_apart_is_empty():
    alone: list[tuple[Any, ...]] = [Figure(Kind.ORDERS, NOON), Which("winterfest", "orders")]
    assert [{*one[2:]} for one in alone] == [{"", 0}, {"", 0}]
    assert Counted() == (0, 0, 0)
