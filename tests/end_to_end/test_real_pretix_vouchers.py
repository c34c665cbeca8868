"""Vouchers for people at a real pretix, behind a proxy that cuts answers: one for each person."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from ledger.audit.verify import verify
from ledger.grants.grantee import GrantState
from ledger.grants.stamps import GrantKind
from tests.end_to_end.houses import ports_in_a_row
from tests.kits.real_pretix import Pretix, PretixAbsent, running_pretix
from tests.kits.voucher_house import VoucherHouse
from tests.kits.worker import World

pytestmark = pytest.mark.slow
_EVENT = "events/conf/"


@pytest.fixture(scope="module")
def pretix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pretix]:
    folder = tmp_path_factory.mktemp("pretix")
    database = {"backend": "sqlite3", "name": str(folder / "db.sqlite3")}
    try:
        with running_pretix(folder, port=ports_in_a_row(1), database=database) as pretix:
            _conference(pretix)
            yield pretix
    except PretixAbsent as absent:
        pytest.skip(str(absent))


def _conference(pretix: Pretix) -> None:
    pretix.ask(
        "events/",
        {
            "name": {"en": "Conference"},
            "slug": "conf",
            "currency": "EUR",
            "timezone": "Europe/Berlin",
            "date_from": "2030-09-03T09:00:00+02:00",
            "plugins": [],
        },
    )
    ticket = pretix.ask(
        f"{_EVENT}items/",
        {"name": {"en": "Ticket"}, "default_price": "100.00", "admission": True},
    )
    pretix.ask(f"{_EVENT}quotas/", {"name": "Tickets", "size": 100, "items": [ticket["id"]]})


class Proxy:
    """Passes everything on, and swallows answers as it is told to: the deed is done."""

    def __init__(self, base: str) -> None:
        self.base, self.swallow = base, list[str]()
        self.passed: list[str] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def _do(self) -> None:
                proxy.handle(self)

            def log_message(self, format: str, *args: Any) -> None:
                return

        for method in ("GET", "POST", "PATCH", "DELETE"):
            setattr(Handler, f"do_{method}", Handler._do)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handle(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        headers = {
            name: value
            for name, value in asked.headers.items()
            if name.lower() in ("authorization", "content-type", "x-idempotency-key", "accept")
        }
        wish = Request(self.base + asked.path, body or None, headers, method=asked.command)
        try:
            with urlopen(wish, timeout=60) as answer:
                status, told, kind = answer.status, answer.read(), answer.headers
        except HTTPError as error:
            status, told, kind = error.code, error.read(), error.headers
        self.passed.append(f"{asked.command} {status}")
        if asked.command in self.swallow:
            self.swallow.remove(asked.command)
            asked.close_connection = True
            return
        asked.send_response(status)
        asked.send_header("Content-Type", kind.get("Content-Type", ""))
        if status != 204:
            asked.send_header("Content-Length", str(len(told)))
        asked.end_headers()
        asked.wfile.write(told)


def vouchers(pretix: Pretix) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pretix.ask(f"{_EVENT}vouchers/")["results"]
    return found


def test_one_voucher_each_whatever_answer_is_cut_and_who_is_upgraded_used_or_taken_back(
    pretix: Pretix,
):
    proxy, world = Proxy(pretix.base), World()
    house = VoucherHouse(
        ledger=world.store, clock=world.clock, base=proxy.url, token=pretix.token, patience=60
    )
    house.set_up()
    bea = house.confirmed("bea@example.org", GrantKind.CO_SPEAKER)
    ada, cyd = house.confirmed("ada@example.org"), house.confirmed("cyd@example.org")
    proxy.swallow += ["POST", "POST", "GET"]
    house.run()
    made = {one["code"]: one for one in vouchers(pretix)}
    assert {*made} == {code_of(house, one) for one in (ada, bea, cyd)}
    assert made[code_of(house, bea)]["price_mode"] == "percent"
    # The same keys again, as another worker that knows nothing would send them.
    for one in (ada, bea, cyd):
        assert house.another_worker().act(one.id).silent is None
    assert len(vouchers(pretix)) == 3
    # An upgrade whose answer is cut is read back.
    house.listed("bea@example.org", GrantKind.GRANT)
    proxy.swallow += ["PATCH"]
    house.run()
    upgraded = next(one for one in vouchers(pretix) if one["code"] == code_of(house, bea))
    assert (upgraded["price_mode"], upgraded["value"]) == ("set", "0.00")
    # A used one stays, and is seen as used; an unused one goes, though the answer is cut.
    item = pretix.ask(f"{_EVENT}items/")["results"][0]["id"]
    pretix.ask(f"{_EVENT}orders/", order_of(item, code_of(house, ada)))
    assert house.uses().run().done == 1
    house.says(ada.id, GrantState.CANCELLED)
    house.says(cyd.id, GrantState.DECLINED)
    proxy.swallow += ["DELETE"]
    house.run(passes=6)
    assert {one["code"] for one in vouchers(pretix)} == {code_of(house, one) for one in (ada, bea)}
    ada_now = house.grantees.get(ada.id).voucher
    assert ada_now is not None
    assert (ada_now.used, ada_now.withdrawn) == (True, False)
    assert len(house.mail.delivered) == 4, "three vouchers, and one that became a better one"
    assert verify(house.ledger.stored()) == ()
    assert "POST 201" in proxy.passed


def code_of(house: VoucherHouse, person: Any) -> str:
    voucher = house.grantees.get(person.id).voucher
    assert voucher is not None
    return str(voucher.code)


def order_of(item: int, code: str) -> dict[str, Any]:
    return {
        "email": "ada@example.org",
        "locale": "en",
        "sales_channel": "web",
        "fees": [],
        "payment_provider": "free",
        "status": "p",
        "positions": [{"item": item, "price": "0.00", "voucher": code, "answers": []}],
    }
