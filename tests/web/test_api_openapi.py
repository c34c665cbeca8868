import json
import re

from jsonschema import Draft202012Validator

from tests.web.kit import SHOP, Product
from web.api.openapi import FILE

DESCRIBED = json.loads(FILE.read_text())


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
