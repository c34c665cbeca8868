"""`webhooks …` and the page about them: endpoints of a shop, by who is its admin."""

import json
import re
from pathlib import Path
from time import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from adapters.webhooks.signature import signed
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.webhooks.endpoint import MOST_ENDPOINTS
from projections.order_events import event_document, events_of
from tests.kits.back_office import employed, let_in
from tests.kits.product import Product
from web.actions import webhooks as actions
from web.cli.webhooks import webhooks

URL = "https://hooks.example/stampledger"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


def run(product: Product, *words: str) -> Any:
    return CliRunner().invoke(webhooks, words, obj=lambda: product.parts)


def added(product: Product, *words: str) -> UUID:
    run(product, "add", "winterfest", URL, *words)
    return product.parts.webhooks.listed(["winterfest"])[-1].id


def told(product: Product) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(product, "list", "--json").stdout)["endpoints"]
    return found


def test_add_prints_the_secret_alone_and_only_once(product: Product):
    made = run(product, "add", "winterfest", URL, "--event", "order.paid")
    assert SECRET.fullmatch(made.stdout.splitlines()[-1])
    (one,) = told(product)
    assert (one["url"], one["events"], one["personal"]) == (URL, ["order.paid"], False)
    assert one["position"] == product.parts.store.head()[0]
    everything = run(product, "list").stdout + run(product, "list", "--json").stdout
    assert "whsec_" not in everything


@pytest.mark.parametrize(
    "words",
    [
        ["winterfest", "http://hooks.example/"],
        ["winterfest", "https://nobody.invalid"],
        ["winterfest", URL, "--event", "order.eaten"],
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_added(product: Product, words: list[str]):
    assert run(product, "add", *words).exit_code == 2
    assert told(product) == []


def test_a_shop_has_so_many_endpoints_and_no_more(product: Product):
    for _ in range(MOST_ENDPOINTS):
        added(product)
    assert run(product, "add", "winterfest", URL).exit_code == 2


def test_a_test_event_goes_out_at_once_and_its_answer_is_told(product: Product):
    endpoint = str(added(product))
    assert run(product, "test", endpoint).exit_code == 0
    ((to, event, body),) = product.receiver.taken
    sent = json.loads(body)
    assert (sent["type"], sent["data"]["id"], to.url) == ("webhook.test", str(event), URL)
    product.receiver.status = 500
    answer = run(product, "test", endpoint)
    assert (answer.exit_code, answer.stdout) == (1, "Answered: 500.\n")


def test_a_new_secret_counts_beside_the_former_one_for_a_day(product: Product):
    endpoint = added(product)
    before = product.parts.webhooks.get(endpoint)
    assert SECRET.fullmatch(run(product, "rotate", str(endpoint)).stdout.splitlines()[-1])
    after = product.parts.webhooks.get(endpoint)
    assert before
    assert after
    now = product.clock()
    assert after.secrets_at(now) == (after.secret, before.secret)
    product.clock.move(days=1)
    assert after.secrets_at(product.clock()) == (after.secret,)


def test_events_are_sent_again_one_or_all_after_a_position(product: Product):
    endpoint = added(product)
    product.paid()
    position = product.parts.store.head()[0]
    assert run(product, "replay", str(endpoint), "--after", "1").exit_code == 0
    assert told(product)[0]["position"] == 1
    assert run(product, "replay", str(endpoint), "--position", "1").exit_code == 1
    assert run(product, "replay", str(endpoint), "--position", str(position)).exit_code == 0
    assert told(product)[0]["waiting"] == 1
    assert run(product, "replay", str(endpoint)).exit_code == 2


def test_removed_it_is_gone(product: Product):
    endpoint = str(added(product))
    assert run(product, "remove", endpoint).exit_code == 0
    assert told(product) == []
    for command in ("test", "rotate", "remove", "enable"):
        assert run(product, command, endpoint).exit_code == 2


@pytest.fixture
def admin(product: Product) -> Any:
    product.app.config["WTF_CSRF_ENABLED"] = False
    return let_in(product, employed(product, "admin", shop="winterfest").id)


def test_the_page_shows_a_secret_once_and_events_by_their_state(product: Product, admin: Any):
    form = {"url": URL, "shop": "winterfest", "kind": ["order.paid"], "personal": "1"}
    page = admin.post("/admin/webhooks", data=form).text
    assert SECRET.search(page)
    again = admin.get("/admin/webhooks").text
    assert not SECRET.search(again)
    assert URL in again
    assert "order.paid" in again
    (one,) = product.parts.webhooks.listed(["winterfest"])
    assert one.personal
    assert one.made_by.startswith("staff:")
    for act, word in (("test", "took the test event"), ("rotate", "whsec_")):
        assert word in admin.post(f"/admin/webhooks/{one.id}/{act}").text
    product.receiver.status = 503
    assert "503" in admin.post(f"/admin/webhooks/{one.id}/test").text
    assert admin.post(f"/admin/webhooks/{one.id}/replay", data={"after": "0"}).status_code == 303
    assert admin.post(f"/admin/webhooks/{one.id}/replay", data={"after": "x"}).status_code == 422
    assert admin.post(f"/admin/webhooks/{one.id}/enable").status_code == 303
    assert admin.post(f"/admin/webhooks/{one.id}/remove").status_code == 303
    assert product.parts.webhooks.listed(["winterfest"]) == []


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(product: Product, admin: Any):
    wrong = admin.post("/admin/webhooks", data={"url": "http://x.example/", "shop": "winterfest"})
    assert wrong.status_code == 422
    assert "must begin with https" in wrong.text
    assert "http://x.example/" in wrong.text
    other = admin.post("/admin/webhooks", data={"url": URL, "shop": "summerfest"})
    assert other.status_code == 422
    assert product.parts.webhooks.listed(["winterfest", "summerfest"]) == []


def test_an_admin_of_another_shop_touches_none_of_it(product: Product, admin: Any):
    endpoint = added(product)
    other = let_in(product, employed(product, "admin", shop="summerfest").id)
    for act in ("test", "rotate", "replay", "enable", "remove"):
        assert other.post(f"/admin/webhooks/{endpoint}/{act}").status_code == 403
        assert admin.post(f"/admin/webhooks/{uuid4()}/{act}").status_code == 404
    assert URL not in other.get("/admin/webhooks").text


def test_the_reference_names_every_event_and_shows_what_is_sent(product: Product):
    page = Path("docs/reference/outgoing-webhooks.md").read_text()
    kinds = set(re.findall(r"^\| `(order\.\w+)` \|", page, flags=re.MULTILINE))
    assert kinds == {*actions.EVENT_KINDS}
    order = product.paid().rpartition("/")[2]
    history = product.parts.store.read(UUID(order))
    (event,) = events_of(UUID(order), history, [history[-1].position])
    sent = json.loads(json.dumps(event_document(event, id=uuid4(), personal=False)))
    shown = json.loads(part(r"\n    (\{\n.*?\n    \})\n", page))
    assert keys_of(shown) == keys_of(sent)


def part(pattern: str, text: str) -> str:
    found = re.search(pattern, text, flags=re.DOTALL)
    assert found
    return found[1]


def keys_of(document: Any) -> Any:
    """The names in a document, in their order."""
    if not isinstance(document, dict):
        return None
    return [(name, keys_of(value)) for name, value in document.items()]


def test_the_receiver_of_the_how_to_takes_what_is_ours_and_nothing_else():
    page = Path("docs/how-to/receive-webhooks.md").read_text()
    code = part(r"```python\n(.*?)```", page)
    secret = part(r"(whsec_\w+)", code)
    room: dict[str, Any] = {}
    exec(code, room)
    receiver = room["app"].test_client()
    body = b'{"type":"order.paid","data":{}}'
    headers = signed(body, id=str(uuid4()), timestamp=int(time()), secrets=[secret])
    assert receiver.post("/hook", data=body, headers=headers).status_code == 204
    assert receiver.post("/hook", data=body + b" ", headers=headers).status_code == 400
    assert receiver.post("/hook", data=body).status_code == 400


@pytest.mark.parametrize("command", ["enable", "remove"])
def test_the_case_of_one_that_was_switched_off_closes_with_it(product: Product, command: str):
    added(product), added(product)
    endpoint, other = (one.id for one in product.parts.webhooks.listed(["winterfest"]))
    cases = [
        product.parts.cases.open(
            CaseOpened(
                kind=CaseKind.WEBHOOK_DISABLED,
                severity=Severity.CRITICAL,
                text="switched off",
                about=str(one),
            ),
            correlation_id=uuid4(),
            actor="worker",
        )
        for one in (endpoint, other)
    ]
    assert run(product, command, str(endpoint)).exit_code == 0
    assert [product.parts.cases.get(one).state for one in cases] == ["resolved", "open"]
