"""`user …` and `orders approve`: people, as whoever runs the machine adds and helps them."""

import json
import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import click
import pytest
from click.testing import CliRunner

from ledger.kernel.money import Money
from ledger.order.stamps import ManualRefund
from tests.kits.api_shop import winterfest
from tests.kits.office import InvitationPost, memory_office
from tests.kits.product import Product, open_shop
from tests.kits.web_fakes import NOON
from web.actions import staff as actions
from web.actions.approvals import approve
from web.cli import operator
from web.cli.main import stampledger
from web.cli.staff import user
from web.cli.tokens import add as add_token

LINK = re.compile(r"http://localhost/admin/welcome/[\w-]{43}\n")


def run(product: Product, command: Any, *words: str) -> Any:
    return CliRunner().invoke(command, words, obj=lambda: product.parts)


def test_add_prints_a_link_alone_and_only_to_who_is_new(product: Product):
    added = run(product, user, "add", "ada@example.org", "--role", "admin")
    assert LINK.fullmatch(added.stdout)
    again = run(product, user, "add", "ADA@example.org", "--role", "door", "--shop", "winterfest")
    assert (again.exit_code, again.stdout) == (0, "")
    told = json.loads(run(product, user, "list", "--json").stdout)["users"]
    ((email, roles),) = [(one["email"], one["roles"]) for one in told]
    assert email == "ada@example.org"
    assert roles == [{"role": "admin", "shop": None}, {"role": "door", "shop": "winterfest"}]


@pytest.mark.parametrize(
    "words",
    [
        ["no address", "--role", "admin"],
        ["ada@example.org", "--role", "boss"],
        ["ada@example.org"],
    ],
)
def test_what_is_typed_wrongly_adds_nobody(product: Product, words: list[str]):
    assert run(product, user, "add", *words).exit_code == 2
    assert not product.parts.staff.belonging()


def test_reset_takes_all_away_and_remove_ends_it(product: Product):
    run(product, user, "add", "boss@example.org", "--role", "admin")
    run(product, user, "add", "ada@example.org", "--role", "staff")
    ada = actions.member_of(product.parts, "ada@example.org")
    product.parts.credentials.set_password(ada.id, "hash")
    assert LINK.fullmatch(run(product, user, "reset", "ada@example.org").stdout)
    assert product.parts.credentials.read(ada.id).password_hash is None
    assert run(product, user, "remove", "ada@example.org").exit_code == 0
    assert [one.email for one in product.parts.staff.belonging()] == ["boss@example.org"]


def test_the_operator_cannot_approve_their_own(monkeypatch: pytest.MonkeyPatch):
    product, spec = open_shop(), winterfest()
    policy = replace(spec.preferences.cancellation, approval_above=Money(0, "EUR"))
    limited = replace(spec.preferences, cancellation=policy)
    spec = replace(spec, preferences=limited, quotas={"weekend": 50, "sauna": 2})
    product.parts.shops.import_shop(spec, actor="test", at=NOON)
    order = product.paid().rpartition("/")[2]
    words = ["cancel-part", order, "--piece", "weekend=1", "--reason", "x", "--commit"]
    asked = run(product, stampledger.commands["orders"], *words, "--ask-approval")
    approval = UUID(re.findall(r"approval ([\w-]{36})", asked.stdout)[0])
    own = run(product, stampledger.commands["orders"], "approve", str(approval))
    assert type(own.exception).__name__ == "OwnApproval"
    (told,) = json.loads(
        run(product, stampledger.commands["orders"], "approvals", "--json").stdout
    )["approvals"]
    assert (told["state"], told["asked_by"]) == ("open", operator.actor())
    assert not approve(product.parts, approval, actor="staff:bob").alive


def test_who_approves_sends_money_by_hand_to_the_account_that_was_asked_for():
    product = open_shop()
    order = product.paid().rpartition("/")[2]
    account = ["--account", "FI3715903000000776", "--payee", "Aino Virtanen"]
    words = ["refund-by-hand", order, *account, "--reason", "x"]
    asked = run(product, stampledger.commands["orders"], *words, "--ask-approval")
    approval = UUID(re.findall(r"approval ([\w-]{36})", asked.stdout)[0])
    approve(product.parts, approval, actor="staff:bob")
    told = run(product, stampledger.commands["orders"], "refunds-by-hand", order).stdout
    assert "FI37 1590 3000 0007 76" in told
    (made,) = [
        one.stamp
        for one in product.parts.orders.history(UUID(order))
        if isinstance(one.stamp, ManualRefund)
    ]
    assert made.payee == "Aino Virtanen"


def test_a_token_may_stand_at_the_door():
    role = next(one for one in add_token.params if one.name == "role")
    assert isinstance(role.type, click.Choice)
    assert [*role.type.choices] == ["admin", "staff", "door", "auditor"]


def test_people_are_invited_by_letter_where_there_is_a_mail_server(product: Product):
    words = ("invite", "eve@example.org", "--role", "staff", "--language", "sv")
    refused = run(product, user, *words)
    assert (refused.exit_code, "STAMPLEDGER_SMTP_URL" in refused.output) == (2, True)
    post = InvitationPost()
    product.parts = replace(product.parts, office=memory_office(post=post))
    assert "A letter is on its way." in run(product, user, *words).output
    (one,) = json.loads(run(product, user, "invitations", "--json").stdout)["invitations"]
    assert (one["email"], one["role"], one["language"]) == ("eve@example.org", "staff", "sv")
    assert "eve@example.org" in run(product, user, "invitations").output
    assert run(product, user, "withdraw-invitation", one["id"]).exit_code == 0
    assert json.loads(run(product, user, "invitations", "--json").stdout)["invitations"] == []
    post.refuses = True
    assert run(product, user, *words).exit_code == 1
    assert run(product, user, "invite", "eve", "--role", "staff").exit_code == 2
