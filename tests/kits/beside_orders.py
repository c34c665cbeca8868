"""One of each beside orders: an account, a place in line, a shift, a voucher, somebody listed."""

from uuid import UUID

from ledger.accounts.stamps import AccountOpened
from ledger.grants.issued_voucher import IssuedVoucher
from ledger.grants.question import Question
from ledger.grants.stamps import GrantKind, PersonListed, VoucherRequested
from ledger.till.stamps import RateSum, SaleRung, ShiftOpened, Way, shift_id
from ledger.vouchers.stamps import Effect, EffectKind, VoucherIssued, VoucherTerms
from ledger.vouchers.voucher import Voucher, voucher_id
from ledger.waiting_list.stamps import PlaceTaken
from tests.kits.example_stamps import example
from tests.kits.spec import NOON, ORDER, PRICE, SHOP, WISH, eur

ADA = UUID(int=7)
OPENED = AccountOpened(email_index="index", generation=1, language="en", email="ada@example.org")

TAKEN = PlaceTaken(
    shop=SHOP,
    shop_slug="winterfest",
    product="weekend",
    quantity=2,
    language="en",
    email_index="ada",
    generation=1,
    code_hash="0" * 64,
    email="ada@example.org",
    code="ada",
)
HOUSE = shift_id(SHOP, "staff:ada", 1)
BEGUN = ShiftOpened(shop=SHOP, shop_slug="winterfest", number=1, opening=PRICE)
RATES = (RateSum(vat_percent="13.5", gross=eur(3500)), RateSum(vat_percent="24", gross=eur(3500)))
RUNG = SaleRung(order=ORDER, amount=PRICE, way=Way.CASH, rates=RATES)

TEN = Effect(kind=EffectKind.PERCENT_OFF, percent="10")
TERMS = VoucherTerms(effect=TEN, uses=3)
MADE = VoucherIssued(shop=SHOP, shop_slug="winterfest", code_index="c", terms=TERMS)
CODE = voucher_id(SHOP, "c")
KNOWN = Voucher(id=CODE, issued=MADE, taken_by={ORDER: 2})

LISTED = PersonListed(
    shop=SHOP,
    shop_slug="winterfest",
    kind=GrantKind.GRANT,
    language="en",
    person_index="ada",
    reference="row 7",
    name="Ada",
    email="ada@example.org",
)
MADE_UP = IssuedVoucher(correlation_id=WISH, request=example(VoucherRequested), requested_at=NOON)
TRIED = Question(asked={1: NOON})
DONE = Question(done=True)
