import pytest
import structlog

from tests.kits.back_office import PASSWORD, employed, entered
from tests.kits.product import Product
from web.actions import staff as actions


@pytest.fixture(autouse=True)
def forms_without_tokens(product: Product) -> None:
    product.app.config["WTF_CSRF_ENABLED"] = False


def sign_in(
    product: Product, password: str = PASSWORD, email: str = "ada@example.org", **more: str
):
    fields = {"email": email, "password": password, **more}
    return product.client.post("/admin/sign-in", data=fields)


@pytest.fixture
def ada(product: Product):
    member = employed(product, "staff", shop="winterfest", email="ada@example.org")
    actions.choose_password(product.parts, member.id, PASSWORD)
    return member


def test_who_has_not_signed_in_is_led_there_and_back(product: Product, ada):
    answer = product.client.get("/admin/?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/admin/sign-in?next=/admin/?x%3D1",
    )
    assert sign_in(product, next="/admin/?x=1").headers["Location"] == "/admin/?x=1"
    assert product.client.get("/admin/?x=1").status_code == 200


def test_a_press_without_a_session_is_refused(product: Product):
    assert product.client.post("/admin/sign-out").status_code == 401


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example/admin/", "//elsewhere.example", "/admin/..//x", "/admin/\\x", "/"],
)
def test_signing_in_leads_nowhere_else(product: Product, ada, elsewhere: str):
    assert sign_in(product, next=elsewhere).headers["Location"] == "/admin/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(product: Product, ada):
    wrong, nobody = sign_in(product, "grey geese seven"), sign_in(product, email="x@example.org")
    assert (wrong.status_code, nobody.status_code) == (422, 422)
    assert wrong.text.replace("ada@", "x@") == nobody.text
    assert product.client.get("/admin/").status_code == 303


def test_only_the_shops_of_ones_role_are_there(product: Product):
    elsewhere = entered(product, "staff", shop=None, email="b@example.org").get("/admin/").text
    assert "/winterfest/" in elsewhere
    member = employed(product, "staff", email="b@example.org")
    grant = next(iter(member.grants))
    actions.withdraw_role(product.parts, member.id, grant, actor="test")
    browser = entered(product, "staff", shop="winterfest", email="b@example.org")
    assert "/winterfest/" in browser.get("/admin/").text


def test_leaving_ends_it(product: Product):
    browser = entered(product, "auditor")
    assert browser.post("/admin/sign-out").status_code == 303
    assert browser.get("/admin/").status_code == 303


def test_who_is_removed_is_out_at_once(product: Product):
    entered(product, "admin", email="other@example.org")
    browser = entered(product, "admin", email="ada@example.org")
    member = actions.member_of(product.parts, "ada@example.org")
    # Nothing is kept but the ledger's word: the session itself may live in any process.
    product.parts.staff.remove(actions.asked_by("test"), member.id)
    assert browser.get("/admin/security").status_code == 303
    assert browser.post("/admin/people").status_code == 401


def test_a_role_that_was_taken_away_opens_nothing_more(product: Product):
    browser = entered(product, "auditor", email="ada@example.org")
    with structlog.testing.capture_logs() as logs:
        assert browser.get("/admin/people").status_code == 403
    (denied,) = [one for one in logs if one["event"] == "access denied"]
    assert denied["route"] == "/admin/people"
    assert denied["actor"].startswith("staff:")
    assert "example.org" not in str(logs)


def test_tries_are_counted(product: Product):
    product.limits.tight = True
    assert sign_in(product).status_code == 429


def test_who_lets_people_in_is_offered_nothing_else_and_told_whom_to_ask(product: Product):
    door = entered(product, "door", shop="winterfest")
    home = door.get("/admin/").text
    assert "Let people in" in home
    assert "To the orders" not in home
    denied = door.get("/admin/orders")
    assert denied.status_code == 403
    assert "Ask an admin of the shop" in denied.text
    assert "from your letters" not in denied.text
    staff = entered(product, "staff", email="staff@a.example")
    assert "To the orders" in staff.get("/admin/").text
