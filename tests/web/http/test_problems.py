from collections import Counter

import pytest

from ledger.kernel.money import Money
from ledger.kernel.refusals import NotCancellable, QuoteChanged, Refusal
from tests.kits.product import Product
from web.http.problems import OTHERS, PROBLEMS, Problem, explained, of_refusal, of_status


def test_every_refusal_is_a_problem_and_every_problem_a_refusal():
    assert set(PROBLEMS) == set(Refusal.__subclasses__())


def test_every_slug_names_one_problem():
    slugs = [kind.slug for kind in PROBLEMS.values()] + [*OTHERS]
    assert [slug for slug, times in Counter(slugs).items() if times > 1] == []


def test_every_problem_has_a_sentence_and_a_status_of_refusal():
    for problem in explained().values():
        assert problem.detail.endswith("."), problem
        assert 400 <= problem.status < 600
        assert problem.title


def test_facts_of_a_refusal_come_along_and_money_is_an_integer():
    document = of_refusal(QuoteChanged(quote=Money(3500, "EUR"))).document()
    assert (document["quote"], document["currency"]) == (3500, "EUR")


def test_a_no_explains_itself_with_what_it_looked_at():
    document = of_refusal(NotCancellable(code="too_late", inputs={"total": 3500})).document()
    assert (document["code"], document["inputs"]) == ("too_late", {"total": 3500})


def test_facts_never_replace_the_standard_members():
    problem = Problem(status=409, slug="s", title="t", detail="d", facts={"status": "PAID"})
    assert problem.document()["status"] == 409


@pytest.mark.parametrize("status", [404, 405, 413, 415, 418, 429, 500, 503])
def test_whatever_flask_declines_has_its_status(status: int):
    assert of_status(status).status == status


def test_the_address_of_a_problem_explains_it(product: Product):
    for slug, problem in explained().items():
        page = product.client.get(f"/problems/{slug}")
        assert page.status_code == 200
        assert problem.title in page.text


def test_a_problem_that_is_none_is_not_found(product: Product):
    assert product.client.get("/problems/no-such").status_code == 404


def test_programs_get_problem_details_and_people_a_page(product: Product):
    for_program = product.client.get("/api/v1/nothing-here")
    assert for_program.mimetype == "application/problem+json"
    assert for_program.json == {
        "type": "/problems/not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this address.",
    }
    for_person = product.client.get("/winterfest/orders/nothing-here")
    assert for_person.mimetype == "text/html"
    assert for_person.status_code == 404
