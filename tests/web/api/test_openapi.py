import json
import re

from jsonschema import Draft202012Validator

from tests.kits.product import SHOP, Product
from web.api.bodies import Body
from web.api.openapi import BODIES, FILE, described

DESCRIBED = described()


def schema(name: str) -> Draft202012Validator:
    whole = {"$ref": f"#/components/schemas/{name}", "components": DESCRIBED["components"]}
    return Draft202012Validator(whole)


def test_every_call_is_described_and_every_description_a_call(product: Product):
    served = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")), method.lower())
        for rule in product.app.url_map.iter_rules()
        if rule.rule.startswith(("/api/v1/", "/store/"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {
        (path, method)
        for path, calls in DESCRIBED["paths"].items()
        for method in calls
        if method != "servers"
    }
    assert served == told


def test_the_description_is_served(product: Product):
    answer = product.client.get("/api/v1/openapi.json")
    assert answer.json == DESCRIBED
    assert answer.json["openapi"].startswith("3.1")


def test_the_store_stands_beside_the_api_and_says_so():
    for path, calls in DESCRIBED["paths"].items():
        (server,) = calls.get("servers", DESCRIBED["servers"])
        assert server["url"] == ("/" if path.startswith("/store/") else "/api/v1")


def test_answers_are_what_the_description_says(product: Product):
    get, post = product.client.get, product.client.post
    schema("Catalogue").validate(get(f"{SHOP}/products").json)
    schema("Placed").validate(product.place().json)
    schema("Placed").validate(product.place(lines=[{"product": "helper", "quantity": 1}]).json)
    open_order, _ = product.placed()
    schema("Attempt").validate(post(f"{open_order}/payments").json)
    address = product.paid()
    schema("Order").validate(get(address).json)
    post(f"{address}/cancellation-requests")
    body = {"code": product.link(address)}
    schema("Cancelled").validate(post(f"{address}/cancellation", json=body).json)
    stamps = get(f"{address}/stamps", headers=product.token("auditor")).json["stamps"]
    for stamp in stamps:
        schema("Stamp").validate(stamp)
    schema("Problem").validate(get("/api/v1/nothing").json)


def test_what_is_sent_is_described_by_what_decodes_it_and_nowhere_else():
    every = {one for one in all_of(Body) if one.__module__.startswith("web.api.")}
    nested = {
        "TermsBody",
        "EffectBody",
        "CustomerBody",
        "LineBody",
        "WantedBody",
        "AnsweredTicketBody",
        "QueuedScan",
        "SaidBody",
    }
    assert {one.__name__ for one in every} == {one.__name__ for one in BODIES} | nested
    by_hand = json.loads(FILE.read_text())["components"]["schemas"]
    assert not {one.__name__ for one in every} & {*by_hand}


def all_of(kind: type) -> set[type]:
    below: set[type] = set(kind.__subclasses__())
    return below.union(*(all_of(one) for one in below))


def test_every_reference_leads_somewhere():
    told = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DESCRIBED)))
    assert told == {*DESCRIBED["components"]["schemas"]}


def test_calls_have_tags_and_lead_on_to_each_other():
    calls = [
        one
        for path in DESCRIBED["paths"].values()
        for name, one in path.items()
        if name != "servers"
    ]
    names, tags = {one["operationId"] for one in calls}, {one["name"] for one in DESCRIBED["tags"]}
    assert {tag for one in calls for tag in one["tags"]} == tags
    links = [
        link
        for one in calls
        for answer in one["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    assert {one["operationId"] for one in links} <= names
    assert len(links) > 50


def test_what_may_be_left_out_stands_in_words():
    """Generators take a field with a default for one that is always there."""
    schemas = DESCRIBED["components"]["schemas"]
    fields = {
        name: schemas[name].get("properties", {}) for name in (one.__name__ for one in BODIES)
    }
    assert not [one for body in fields.values() for one in body.values() if "default" in one]
    assert "amount" not in schemas["RefundBody"]["required"]
    assert fields["OrderBody"]["language"]["description"] == 'Left out, it is "en".'
    assert fields["CancelBody"]["refund"]["description"] == "Left out, it is false."


def test_the_key_has_a_pattern():
    keys = [
        one["schema"]["pattern"]
        for path in DESCRIBED["paths"].values()
        for call in path.values()
        if isinstance(call, dict)
        for one in call.get("parameters", ())
        if one["name"] == "Idempotency-Key"
    ]
    assert set(keys) == {"^[ -~]{1,255}$"}
    assert len(keys) > 8
