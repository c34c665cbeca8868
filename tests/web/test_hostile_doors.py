"""Hostile input at every door there is, whoever brings it: a 4xx, and an unharmed ledger (Z4)."""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote
from zlib import crc32

import pytest
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule

from adapters.providers.paytrail import PaytrailDoor
from ledger.accounts.session import SignedIn
from ledger.audit.verify import Verification
from tests.kits.examples import every
from tests.kits.product import SIGNED, Product, open_shop
from tests.kits.url_table import NOBODYS, address, doors, methods, name_of
from tests.web.pages.test_sign_in import is_in, sign_in

T = TypeVar("T")
MEBIBYTE = 1 << 20
JSON = {"Content-Type": "application/json"}
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a nought": b"\x00",
    "no text": b"\xff\xfe\x00\x80",
    "half an object": b'{"reason": "x", "version"',
    "null": b"null",
    "a list": b"[]",
    "a word": b'"word"',
    "a number of many digits": b'{"version": ' + b"9" * 50_000 + b"}",
    "a number without end": b'{"amount": 1e999999, "version": -0.0}',
    "not a number": b'{"amount": NaN, "version": Infinity}',
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "half a letter": b'{"reason": "\\ud800", "code": "\\udfff"}',
    "noughts in text": json.dumps({"reason": "\0\r\n", "code": "\0", "reference": "\0"}).encode(),
    "the same name twice": b'{"reason": "a", "reason": 1, "version": 1, "version": "x"}',
    "other types": json.dumps(
        {"reason": [], "version": {}, "amount": "1", "order": 7, "action": None, "lines": "x"}
    ).encode(),
    "another alphabet": '{"reason": "x"}'.encode("utf-16"),
    "packed": gzip.compress(b'{"reason": "x"}'),
    "a lot": b'{"reason": "' + b"x" * (MEBIBYTE - 100) + b'"}',
    "too much": b" " * (MEBIBYTE + 1),
    "a form": b"csrf_token=x&quantity=-1&buy.weekend=99999999999999999999&first_name=%00%ff",
    "half a form": b'--b\r\nContent-Disposition: form-data; name="first_name"\r\n\r\nx',
}
KINDS = (
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=b",
    "\xff/\xff; =",
    "x" * 5_000,
)
HEADERS: dict[str, dict[str, str]] = {
    "a host that is none": {"Host": "a b@[::1]:99999"},
    "no host": {"Host": ""},
    "a long language": {"Accept-Language": "fi;q=," * 2_000},
    "no language": {"Accept-Language": "\xff;q=x, *;q=-1"},
    "a cookie that is none": {"Cookie": "session=\xff.x.y; __Host-session=; =;;"},
    "a long cookie": {"Cookie": "session=" + "x" * 20_000},
    "an empty key": {"Idempotency-Key": ""},
    "an odd key": {"Idempotency-Key": "\xe4\x7f"},
    "a long key": {"Idempotency-Key": "k" * 5_000},
    "no bearer": {"Authorization": "Bearer"},
    "a strange bearer": {"Authorization": "Bearer \xff\xfe " + "x" * 500},
    "another scheme": {"Authorization": "Basic Og=="},
    "an empty token": {"x-modification-token": "e30.e30."},
    "an unsigned token": {"x-modification-token": "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0."},
    "an odd address": {"X-Forwarded-For": "\xff, ::::, 999.1.1.1", "Forwarded": "for=x;;"},
    "a packed body": {"Content-Encoding": "gzip"},
    "another method": {"X-HTTP-Method-Override": "DELETE"},
    "half a range": {"Range": "bytes=9-1,--", "If-None-Match": "\xff", "If-Range": "x"},
    "a signature of nothing": {"Stripe-Signature": "t=,v1=", "X-Payload-Signature": "sha256="},
}
QUERIES = (
    "%00",
    "%ff%fe",
    "&&&===",
    "a[]=1&a=2&a=",
    "x" * 8_000,
    "buy.weekend=99999999999999999999&buy.weekend=-1&buy.%00=x&quantity.=",
    "paid=-1&paid=%D9%A3&language=%F0%9F&state=%00&after=-1&limit=9999999999999999999",
    "checkout-account=%ff&checkout-algorithm=sha256&signature=%00",
)
ODD = (
    "\0",
    "\x7f",
    "..",
    "../../etc/passwd",
    "\N{ADMISSION TICKETS}",
    "x" * 3_000,
    NOBODYS.upper(),
    "{" + NOBODYS + "}",
    f"urn:uuid:{NOBODYS}",
    NOBODYS.replace("-", ""),
    "' or 1=1 --",
    "%s%n",
    "-1",
)


@dataclass
class House:
    """A shop with a paid order, a token of staff, and the browser of a customer who signed in."""

    product: Product = field(default_factory=partial(open_shop, lately=True))

    def __post_init__(self) -> None:
        self.customer = self.product.app.test_client()
        self.seen: object = None
        real = PaytrailDoor("375917", "SAIPPUAKAUPPIAS")
        object.__setattr__(
            self.product.parts, "doors", {**self.product.parts.doors, "paytrail": real}
        )
        self.paid = self.product.paid()
        self.staff = self.product.token("admin")

    def comes_back(self) -> None:
        """The customer, signed in whatever door was pressed before."""
        session, head = self._session(), self.product.parts.store.head()
        if session is not None and (session, head) == self.seen:
            return  # nothing that was pressed since their page was looked at did anything
        if not is_in(self.customer):
            sign_in(self.product, client=self.customer)
        assert is_in(self.customer)
        self.seen = self._session(), self.product.parts.store.head()

    def _session(self) -> SignedIn | None:
        """Of the word in the customer's cookie, what is kept of it."""
        kept = self.customer.get_cookie("customer")
        digest = sha256(kept.value.encode()).digest() if kept else b""
        now = self.product.clock()
        return self.product.parts.sessions.use(digest, "customer", at=now)

    def strikes(self, path: str, method: str, **how: Any) -> None:
        """By a stranger and by who may more: turned away without a trace, or done as it should be.

        That is staff, and at the doors of accounts and carts a customer.
        """
        theirs = path.startswith(
            ("/me/", "/me?", "/cart", "/winterfest/cart", "/winterfest/checkout")
        )
        # A body of a GET is read by nobody: one who may more would see the same page each time.
        theirs = (theirs or path == "/me") and not (method == "GET" and how.get("data"))
        known = (self.customer, {}) if theirs else (self.product.client, self.staff)
        for client, token in ((self.product.client, {}), known):
            size, kept = self.product.parts.store.head(), len(self.product.inbox.states)
            headers = Headers({**how.get("headers", {}), **token})
            answer = client.open(path, method=method, **{**how, "headers": headers})
            assert answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                assert (self.product.parts.store.head(), len(self.product.inbox.states)) == (
                    size,
                    kept,
                )

    def unharmed(self) -> None:
        assert [str(one) for one in Verification(self.product.parts.store.stored())] == []
        assert self.product.client.get(self.paid).status_code == 200


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    made = House()
    with pytest.MonkeyPatch.context() as patched:
        # Whatever token a form has is right, so that the rest of it is read at all.
        patched.setattr("flask_wtf.csrf.validate_csrf", lambda *_, **__: None)
        yield made
    made.unharmed()
    address, attempt = made.product.placed(lines=[{"product": "sauna", "quantity": 1}])
    made.product.tell(address, attempt, amount=1000)
    assert made.product.client.get(address).json["status"] == "PAID"


@pytest.fixture(autouse=True)
def _signed_in(house: House) -> None:
    house.comes_back()


DOORS = pytest.mark.parametrize("rule", doors(), ids=name_of)


def of_the_house(house: House, rule: Rule) -> str:
    return address(rule, order=house.paid.rpartition("/")[2])


def some(rule: Rule, cases: Iterable[T]) -> Iterator[T]:
    """Each third in the fast suite, and at another door others; each of them with `--slow`."""
    step = every(3)
    return islice(cases, crc32(str(rule).encode()) % step, None, step)


@DOORS
def test_no_body_harms_a_door(house: House, rule: Rule):
    path = of_the_house(house, rule)
    for method in methods(rule):
        for body in some(rule, BODIES.values()):
            house.strikes(path, method, data=body, headers=JSON)
        for kind in some(rule, KINDS):
            for name in ("half an object", "a form", "half a form"):
                house.strikes(path, method, data=BODIES[name], headers={"Content-Type": kind})
        for body in (BODIES["deep lists"], BODIES["no text"], BODIES["other types"]):
            house.strikes(path, method, data=body, headers=SIGNED)


@DOORS
def test_no_header_or_query_harms_a_door(house: House, rule: Rule):
    path = of_the_house(house, rule)
    for method in methods(rule):
        for headers in some(rule, HEADERS.values()):
            house.strikes(path, method, data=b"{}", headers={**JSON, **headers})
        for query in some(rule, QUERIES):
            house.strikes(f"{path}?{query}", method)


@DOORS
def test_no_address_harms_a_door(house: House, rule: Rule):
    for name in rule.arguments:
        for value in some(rule, ODD):
            path = address(rule, **{name: "HERE"}) if name != "kind" else address(rule)
            for method in methods(rule):
                house.strikes(path.replace("HERE", quote(value, safe="")), method)


@DOORS
def test_no_method_harms_a_door(house: House, rule: Rule):
    path = of_the_house(house, rule)
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "x"):
        house.strikes(path, method, data=b"{}", headers=JSON)
