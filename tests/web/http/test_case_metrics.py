"""Cases on `/metrics`: how many wait, and how often people had to be called."""

from uuid import uuid4

from tests.kits.product import SIGNED, Product


def lines(product: Product) -> list[str]:
    text = product.client.get("/metrics").text
    return [line for line in text.splitlines() if "_cases" in line and not line.startswith("#")]


def test_before_anything_went_wrong(product: Product):
    assert lines(product) == [
        'stampledger_open_cases{severity="critical"} 0.0',
        'stampledger_open_cases{severity="warning"} 0.0',
    ]


def test_open_cases_come_and_go_what_was_rung_stays(product: Product):
    news = {"order": str(uuid4()), "attempt": str(uuid4()), "amount": 3500}
    product.client.post("/webhooks/stripe", json=news, headers=SIGNED)
    rung = 'stampledger_critical_cases_total{kind="unmatched_money"} 1.0'
    assert 'stampledger_open_cases{severity="critical"} 1.0' in lines(product)
    assert rung in lines(product)
    (case,) = product.parts.views.cases("open")
    product.client.post(
        f"/api/v1/cases/{case.stream}/resolve",
        json={"action": "close", "reason": "seen"},
        headers=product.token("staff"),
    )
    assert 'stampledger_open_cases{severity="critical"} 0.0' in lines(product)
    assert rung in lines(product)
