"""Whoever looks for a person finds all their orders and no others, until the person is erased."""

import json
from uuid import uuid4

import psycopg
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.statements import statement
from adapters.postgres.views.order_words import WordTable
from adapters.worker.feed import Feed
from adapters.worker.reactors.order_words import WordFinder
from ledger.kernel.erasure import Erased, Ground
from ledger.order.evolve import fold
from ledger.order.stamps import ContactChanged, Customer, TicketsIssued
from projections.order_search import OrderSearch, end_of
from projections.order_words import Wanted
from tests.kits.histories import placed
from tests.kits.projector import append, project

FIRST = ("Anna", "Anna-Maria", "Åsa", "annika", "Maximilian-Ferdinand-Ludwig", "李", "Ole")
LAST = ("Mäki", "MAKINEN", "O'Neill", "van der Berg", "Ferdinandsdotterson", "Ferdinandsdóttir")
SHOPS = ("winterfest",)


@pytest.fixture
def finder(ledger, database):
    connections = Connections(database.app)
    yield WordFinder(ledger=ledger, table=WordTable(connections), feed=Feed(ledger, shared=True))
    connections.close()


def person(first, last, *, email="ada@example.org"):
    return Customer(first_name=first, last_name=last, email=email)


def everybody(ledger):
    """One order for each pair of names."""
    people = [
        person(first, last, email=f"P{number}@Example.org")
        for number, (first, last) in enumerate((one, two) for one in FIRST for two in LAST)
    ]
    orders = [uuid4() for _ in people]
    for order, one in zip(orders, people, strict=True):
        append(ledger, order, placed(customer=one))
    return orders


def moved(ledger, owned, finder):
    project(ledger, owned)
    while finder.run().done:
        pass


def found(views, ledger, text):
    """As the list of orders does: looked up by words, then read."""
    wanted = Wanted(text)
    if not wanted.terms:
        return set()
    words = tuple(ledger.keyring.blind_word(term) for term in wanted.terms)
    rows = views.orders(OrderSearch(shops=SHOPS, words=words), limit=1000)
    orders = (fold(one.stream, ledger.read(one.stream)) for one in rows)
    return {order.id for order in orders if wanted.matches(order)}


def folded(text):
    """Another way to compare than the one that is tried: letter by letter, without signs."""
    plain = text.casefold().replace("ä", "a").replace("å", "a").replace("ó", "o")
    return plain.replace("-", " ").replace("'", " ").split()


def meant(ledger, orders, text):
    def is_meant(one):
        who = ledger.read(one)[0].stamp.customer
        names = folded(f"{who.first_name} {who.last_name}")
        return all(any(name.startswith(word) for name in names) for word in folded(text))

    return {one for one in orders if is_meant(one)}


TYPED = (
    "an",
    "ANNA",
    "mäk",
    "maki",
    "asa mak",
    "o'nei",
    "neill anna",
    "berg van",
    "ferdinandsdo",
    "ferdinandsdotterson",
    "Ferdinandsdóttir ås",
    "zz",
    "anna z",
    "ole van",
)


def test_who_is_looked_for_is_found_and_nobody_else(ledger, owned, views, finder):
    orders = everybody(ledger)
    moved(ledger, owned, finder)
    for text in TYPED:
        assert found(views, ledger, text) == meant(ledger, orders, text), text
    assert len(found(views, ledger, "anna")) == 2 * len(LAST)
    assert found(views, ledger, " p3@EXAMPLE.org") == {orders[3]}
    assert found(views, ledger, "p@example.org") == found(views, ledger, "a") == set()


def erase(ledger, *orders):
    """As the ledger does it: the stamp, and in its commit the end of the key."""
    for order in orders:
        erased = Erased(subject=order, ground=Ground.ASKED)
        append(ledger, order, erased, version=len(ledger.read(order)))


def rows(database):
    with psycopg.connect(database.owner) as connection:
        return {*connection.execute("select word, placed_at, stream, shop from views.order_words")}


def test_who_is_erased_is_found_by_nothing(ledger, owned, views, finder, database):
    orders = everybody(ledger)
    moved(ledger, owned, finder)
    gone, left = orders[::2], orders[1::2]
    erase(ledger, *gone)
    assert {one for *_, one, _ in rows(database)} == {*left}  # before anybody has read of it
    moved(ledger, owned, finder)
    assert {one for *_, one, _ in rows(database)} == {*left}
    for text in TYPED:
        assert found(views, ledger, text) == meant(ledger, left, text), text
    before = rows(database)
    assert finder.rebuild(lambda done, total: None) == ledger.head()[0]
    assert rows(database) == before


def test_a_corrected_name_is_found_and_the_former_is_not(ledger, owned, views, finder):
    order = uuid4()
    append(ledger, order, placed(customer=person("Ada", "Lovelace")))
    moved(ledger, owned, finder)
    changed = ContactChanged(
        email_index="x", customer=person("Ada", "King", email="ada@king.example")
    )
    append(ledger, order, changed, version=1)
    moved(ledger, owned, finder)
    assert found(views, ledger, "king") == found(views, ledger, "ada@king.example") == {order}
    assert found(views, ledger, "love") == found(views, ledger, "ada@example.org") == set()


def test_a_tickets_code_finds_its_order(ledger, owned, views, finder):
    order, code = uuid4(), "ZZZZZZZZZZZZZZZP"
    append(ledger, order, placed(customer=person("Ada", "Lovelace")))
    append(ledger, order, TicketsIssued(hashes=("h",), codes=(code,)), version=1)
    moved(ledger, owned, finder)
    assert found(views, ledger, "zzzz-zzzz-zzzz-zzzp") == {order}


def test_the_table_holds_nothing_of_a_person(ledger, owned, finder, database):
    append(ledger, uuid4(), placed(customer=person("Ada", "Lovelace")))
    moved(ledger, owned, finder)
    with psycopg.connect(database.owner) as connection:
        told = connection.execute("select array_agg(w::text) from views.order_words w").fetchone()
    assert told is not None
    assert "love" not in str(told).lower()
    assert len(told[0]) == 1 + 2 + 7  # the address, Ad to Ada, Lo to Lovelace


_FILLED = """
insert into views.order_pages
select md5(n::text)::uuid, n, 'RF' || n, 'winterfest', case when n % 1000 = 0 then 'DISPUTED'
    else 'PAID' end, '{}', 'EUR', 3500, 3500, 0, 0, 0, 7, timestamptz '2027-01-01' + n * interval
    '1 second', 'en', md5(n::text), '{weekend}', n, 0
from generate_series(1, %(many)s) as n;
insert into views.order_words
select w, timestamptz '2027-01-01' + n * interval '1 second', md5(n::text)::uuid, 'winterfest'
from generate_series(1, %(many)s) as n cross join lateral (values (1), (100 + n %% 50)) as of (w);
analyze views.order_pages; analyze views.order_words
"""


def read_rows(plan):
    """Rows that the leaves of a plan looked at, those thrown away again, too."""
    below = plan.get("Plans", [])
    if below:
        return sum(read_rows(one) for one in below)
    thrown = plan.get("Rows Removed by Filter", 0)
    return (plan["Actual Rows"] + thrown) * plan["Actual Loops"]


@pytest.mark.parametrize("many", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_page_of_very_many_orders_reads_no_more_than_it_shows(database, many):
    every = [["winterfest"], *end_of(None), "2000-01-01", [], [], 50]
    last = [["winterfest"], "2027-01-01T00:20:00+00:00", uuid4(), "2000-01-01", [], [], 50]
    asked = {
        "the newest": ("views_read_orders", every),
        "page ten thousand": ("views_read_orders", last),
        "of a status": ("views_read_orders_of_status", [*every, "DISPUTED"]),
        "a name that all have": ("views_read_orders_of_words", [*every, 1, [], None]),
        "the last of that name": ("views_read_orders_of_words", [*last, 1, [], None]),
        "a name with another": ("views_read_orders_of_words", [*every, 107, [1], None]),
        "by number": ("views_read_orders_named", [["winterfest"], 77, "RF77", "77", None, 50]),
    }
    with psycopg.connect(database.owner) as connection:
        for each in _FILLED.replace("%(many)s", str(many)).replace("%%", "%").split(";"):
            connection.execute(each)
        if many < 100_000:
            # So few rows may be read as fast without an index: whether there is one is asked.
            connection.execute("set enable_seqscan = off")
        for name, (query, values) in asked.items():
            raw = psycopg.RawCursor(connection)
            raw.execute(b"explain (analyze, format json) " + statement(query), values)
            ((told,),) = raw.fetchall()
            plan = told[0]["Plan"]
            assert "Seq Scan" not in json.dumps(plan), name
            assert read_rows(plan) <= 50 * 4, name
