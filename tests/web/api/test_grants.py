"""The list of people with vouchers for programs: listed, taken over, found, acted for; once."""

from typing import Any
from uuid import UUID

import pytest

from ledger.grants.stamps import Destination, GrantsSetUp, PersonConfirmed, PersonListed, Place
from ledger.kernel.money import Money
from tests.kits.product import SHOP, Product
from tests.kits.voucher_house import SHOP as SHOP_ID
from tests.web.api.test_openapi import schema
from web.actions.find_people import BEGINNING

PEOPLE = f"{SHOP}/people"
LIST = (
    "email,name,kind,reference\nbea@example.org,Bea Åberg,grant,1\n"
    ",Somebody,speaker,2\nx,Cyd,grant,3\nada@example.org,Ada,co_speaker,4\n"
)


class Program:
    """Calls with a token of staff; answers as JSON."""

    def __init__(self, product: Product, role: str = "staff") -> None:
        self.product, self.headers = product, product.token(role)

    def get(self, path: str = PEOPLE, **query: str) -> Any:
        return self.product.client.get(path, query_string=query, headers=self.headers)

    def post(self, path: str, body: Any, *, key: str = "") -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        return self.product.client.post(path, json=body, headers=headers)

    def send(self, content: str, *, commit: bool, key: str = "") -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        path = f"{PEOPLE}/import" + ("?commit=true" if commit else "")
        return self.product.client.post(
            path, data=content.encode(), headers={**headers, "Content-Type": "text/csv"}
        )

    def ids(self, **query: str) -> list[str]:
        return [one["id"] for one in self.get(**query).json["people"]]


@pytest.fixture
def program(product: Product) -> Program:
    return Program(product)


def stamped(product: Product, kind: type) -> int:
    return sum(isinstance(one.stamp, kind) for one in product.parts.store.feed(0, limit=9_000))


def set_up(product: Product) -> None:
    rules = GrantsSetUp(
        shop=SHOP_ID,
        shop_slug="winterfest",
        destination=Destination(place=Place.OWN, product="weekend"),
        co_speaker_percent="25",
        ticket_price=Money(10_000, "EUR"),
    )
    product.parts.grantees.set_up(rules, correlation_id=UUID(int=5), actor="test")


def works(product: Product) -> None:
    """The worker's pass over all that is due."""
    for row in product.parts.views.grantees("winterfest", {}, after=BEGINNING, limit=99):
        product.parts.fulfilment.act(row.stream)


def test_a_list_is_told_row_by_row_and_taken_over_when_that_is_asked_for(
    product: Product, program: Program
):
    dry = program.send(LIST, commit=False)
    assert dry.status_code == 200
    assert stamped(product, PersonListed) == 0
    rows = dry.json["rows"]
    assert [(one["row"], one["outcome"], one["troubles"]) for one in rows] == [
        (2, "new", []),
        (3, "nobody", []),
        (4, "trouble", ["bad-email"]),
        (5, "new", []),
    ]
    done = program.send(LIST, commit=True)
    assert done.json["outcomes"] == {"new": 2, "nobody": 1, "trouble": 1}
    assert program.send(LIST, commit=True).json["outcomes"] == {"same": 3, "trouble": 1}
    assert stamped(product, PersonListed) == 3
    for row in rows:
        schema("ListedRow").validate(row)


def test_the_same_list_under_the_same_key_is_answered_the_same_and_another_one_is_not(
    product: Product, program: Program
):
    first = program.send(LIST, commit=True, key="k").json
    again = program.send(LIST, commit=True, key="k").json
    assert again == first
    other = program.send(LIST.replace("Bea", "Eva"), commit=True, key="k").json
    assert other["rows"][0]["outcome"] == "key-reused"
    assert stamped(product, PersonListed) == 3


@pytest.mark.parametrize(
    ("content", "what"), [("", "no-columns"), ("email,kind,x\n", "unknown-column")]
)
def test_what_is_no_list_is_a_problem_that_says_why(program: Program, content: str, what: str):
    answer = program.send(content, commit=True)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/list-unreadable")
    assert answer.json["what"] == what
    assert "olumn" in answer.json["detail"]


def test_a_list_is_sent_as_csv(program: Program):
    answer = program.post(f"{PEOPLE}/import", {})
    assert (answer.status_code, answer.json["type"]) == (415, "/problems/not-csv")


BEA = {"email": "bea@example.org", "kind": "co_speaker", "name": "Bea", "reference": "B-1"}


def test_somebody_is_listed_once_under_a_key_and_told_what_they_came_to(
    product: Product, program: Program
):
    first = program.post(PEOPLE, BEA, key="k")
    assert first.status_code == 201
    schema("Person").validate(first.json)
    program.post(f"{PEOPLE}/{first.json['id']}/acts", {"act": "confirm"})
    again = program.post(PEOPLE, BEA, key="k")
    assert (again.status_code, again.json) == (201, first.json)
    other = program.post(PEOPLE, {**BEA, "email": "eva@example.org"}, key="k")
    assert (other.status_code, other.json["type"]) == (422, "/problems/key-reused")
    assert stamped(product, PersonListed) == 1
    changed = program.post(PEOPLE, {**BEA, "name": "Bea Å."}, key="another")
    assert (changed.status_code, changed.json["name"]) == (200, "Bea Å.")
    assert changed.json["state"] == "confirmed"


@pytest.mark.parametrize(
    ("field", "wrong", "trouble"),
    [
        ("email", "x", "bad-email"),
        ("email", "", "bad-email"),
        ("name", "n" * 101, "bad-name"),
        ("language", "tlh", "unknown-language"),
        ("reference", "a b", "bad-reference"),
    ],
)
def test_what_is_wrong_with_somebody_is_named(
    product: Product, program: Program, field: str, wrong: str, trouble: str
):
    answer = program.post(PEOPLE, {**BEA, "reference": "", field: wrong})
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/row-not-accepted")
    assert (
        trouble in answer.json["troubles"] or "nobody-without-reference" in answer.json["troubles"]
    )
    assert stamped(product, PersonListed) == 0


def test_people_are_found_by_address_code_and_reference_and_page_by_page(
    product: Product, program: Program
):
    set_up(product)
    program.send(LIST, commit=True)
    everybody = program.ids()
    assert len(everybody) == 3
    (bea,) = program.ids(query="bea@example.org")
    assert program.ids(query=bea) == [bea]
    assert program.ids(query="4") == program.ids(kind="co_speaker")
    program.post(f"{PEOPLE}/{bea}/acts", {"act": "confirm"})
    works(product)
    code = program.get(f"{PEOPLE}/{bea}").json["voucher"]["code"]
    assert program.ids(query=code.lower()) == [bea] == program.ids(voucher="issued")
    assert program.ids(query="nobody@example.org") == program.ids(query="\0") == []
    first = program.get(limit="2").json
    rest = program.get(after=first["after"]).json
    assert [one["id"] for one in first["people"] + rest["people"]] == everybody
    assert rest["after"] is None
    assert program.get(kind="cook").status_code == program.get(after="x").status_code == 400


def test_one_is_confirmed_once_and_the_key_holds_what_was_asked(product: Product, program: Program):
    bea = program.post(PEOPLE, BEA).json["id"]
    path = f"{PEOPLE}/{bea}/acts"
    first = program.post(path, {"act": "confirm"}, key="k")
    assert (first.status_code, first.json["state"]) == (200, "confirmed")
    program.post(path, {"act": "decline"})
    assert program.post(path, {"act": "confirm"}, key="k").json == first.json
    wrong = program.post(path, {"act": "cancel"}, key="k")
    assert (wrong.status_code, wrong.json["type"]) == (422, "/problems/key-reused")
    assert stamped(product, PersonConfirmed) == 1


def test_an_upgrade_makes_a_co_speaker_a_grantee_and_the_voucher_a_full_one(
    product: Product, program: Program
):
    set_up(product)
    bea = program.post(PEOPLE, {**BEA, "state": "confirmed"}).json["id"]
    works(product)
    path = f"{PEOPLE}/{bea}"
    assert program.get(path).json["voucher"]["value"] == "25.00"
    assert program.post(f"{path}/acts", {"act": "upgrade"}).json["kind"] == "grant"
    version = program.get(path).json["version"]
    assert program.post(f"{path}/acts", {"act": "upgrade"}).json["version"] == version
    works(product)
    after = program.get(path).json
    assert (after["voucher"]["price_mode"], after["voucher"]["value"]) == ("set", "0.00")
    schema("Person").validate(after)


def test_many_are_acted_for_with_a_result_for_each_and_a_second_call_does_the_rest(
    product: Product, program: Program
):
    program.send(LIST, commit=True)
    bea, nobody, ada = (program.ids(query=one)[0] for one in ("1", "2", "4"))
    unknown = str(UUID(int=7))
    answer = program.post(
        f"{PEOPLE}/acts", {"act": "confirm", "people": [bea, nobody, unknown]}, key="k"
    )
    assert {one["person"]: one["outcome"] for one in answer.json["results"]} == {
        bea: "done",
        nobody: "grant-not-open",
        unknown: "unknown-grantee",
    }
    again = program.post(
        f"{PEOPLE}/acts", {"act": "confirm", "people": [bea, nobody, unknown]}, key="k"
    )
    assert again.json == answer.json
    rest = program.post(f"{PEOPLE}/acts", {"act": "confirm"})
    assert rest.json["outcomes"] == {"done": 1, "grant-not-open": 1, "nothing": 1}
    assert rest.json["after"] is None
    assert {*program.ids(state="confirmed")} == {bea, ada}
    for one in answer.json["results"]:
        schema("PersonOutcome").validate(one)


def test_another_shop_s_people_are_nobody(product: Product, program: Program):
    bea = program.post(PEOPLE, BEA).json["id"]
    elsewhere = product.token("staff", shop="summerfest")
    assert product.client.get(f"{PEOPLE}/{bea}", headers=elsewhere).status_code == 403
    assert program.get(f"{PEOPLE}/{UUID(int=9)}").json["type"] == "/problems/unknown-grantee"
    assert program.get("/api/v1/shops/summerfest/people").status_code == 404


def test_writes_tell_what_is_left_of_the_allowance(product: Product, program: Program):
    assert "people" in program.post(PEOPLE, BEA).headers["RateLimit-Policy"]
    product.limits.tight = True
    answer = program.post(PEOPLE, BEA)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "17")
