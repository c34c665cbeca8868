from dataclasses import replace
from datetime import timedelta

from tests.kits.api_shop import winterfest
from tests.kits.product import SHOP, Product
from tests.kits.web_fakes import NOON


def test_what_is_on_sale_is_told_in_the_shops_order(product: Product):
    answer = product.client.get(f"{SHOP}/products")
    assert [one["slug"] for one in answer.json["products"]] == ["weekend", "sauna", "helper"]
    first = answer.json["products"][0]
    assert (first["price"], first["currency"], first["vat_percent"]) == (3500, "EUR", "13.5")
    assert first["available"] is True


def test_the_language_is_the_callers(product: Product):
    by_query = product.client.get(f"{SHOP}/products?language=fi")
    by_header = product.client.get(
        f"{SHOP}/products", headers={"Accept-Language": "fi-FI, en;q=0.5"}
    )
    assert by_query.json["products"][0]["title"] == "Viikonloppulippu"
    assert by_header.json["shop"]["name"] == "Talvifestarit"


def test_sold_out_is_told(product: Product):
    product.place(lines=[{"product": "sauna", "quantity": 2}])
    sauna = product.client.get(f"{SHOP}/products").json["products"][1]
    assert (sauna["slug"], sauna["available"]) == ("sauna", False)


def test_what_is_not_on_sale_yet_is_silent(product: Product):
    slugs = [one["slug"] for one in product.client.get(f"{SHOP}/products").json["products"]]
    assert "next-year" not in slugs
    product.clock.now = NOON + timedelta(days=366)
    slugs = [one["slug"] for one in product.client.get(f"{SHOP}/products").json["products"]]
    assert "next-year" in slugs


def test_what_is_on_sale_until_a_moment_is_gone_then_and_the_rest_stays(product: Product):
    spec = winterfest()
    weekend = replace(spec.products[0], available_until=NOON + timedelta(hours=1))
    spec = replace(spec, products=(weekend, *spec.products[1:]))
    product.parts.shops.import_shop(spec, actor="test", at=NOON)
    for passed, here in ((timedelta(hours=1, microseconds=-1), True), (timedelta(hours=1), False)):
        product.clock.now = NOON + passed
        told = product.client.get(f"{SHOP}/products").json["products"]
        assert [one["slug"] for one in told] == ["weekend"] * here + ["sauna", "helper"]
    product.clock.now = NOON + timedelta(days=300)
    told = product.client.get(f"{SHOP}/products").json["products"]
    assert [one["slug"] for one in told] == ["sauna", "helper"], "until further notice"


def test_an_unknown_shop_is_a_problem(product: Product):
    answer = product.client.get("/api/v1/shops/nowhere/products")
    assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-shop")


def test_who_has_the_list_is_told_so_until_something_changes(product: Product):
    first = product.client.get(f"{SHOP}/products")
    assert first.headers["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    again = product.client.get(f"{SHOP}/products", headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    finnish = product.client.get(f"{SHOP}/products?language=fi", headers=known)
    assert (finnish.status_code, finnish.json["shop"]["name"]) == (200, "Talvifestarit")
    product.place(lines=[{"product": "sauna", "quantity": 2}])
    sold_out = product.client.get(f"{SHOP}/products", headers=known)
    assert sold_out.json["products"][1]["available"] is False
