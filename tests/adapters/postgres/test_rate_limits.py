"""Rate limits count for everybody together; tokens are kept as hashes."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import psycopg
import pytest

from adapters.postgres.connections import Connections
from adapters.postgres.working.rate_limits import RateLimits
from adapters.postgres.working.tokens import Identity, Tokens

NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def connections(database):
    made = Connections(database.app)
    yield made
    made.close()


def test_uses_up_to_the_limit_are_allowed_whoever_counts_them(connections, database):
    other = Connections(database.app)
    counters = [RateLimits(connections), RateLimits(other)] * 2
    allowed = [bool(one.hit("login/1.2.3.4", per_seconds=86400, limit=3)) for one in counters]
    other.close()
    assert allowed == [True, True, True, False]


def test_keys_are_counted_apart_and_not_kept_in_the_clear(connections, database):
    limits = RateLimits(connections)
    assert limits.hit("a", per_seconds=86400, limit=1)
    assert limits.hit("b", per_seconds=86400, limit=1)
    with psycopg.connect(database.app) as connection:
        kept = {key for (key,) in connection.execute("select key_hash from working.rate_limits")}
    assert kept == {sha256(b"a").digest(), sha256(b"b").digest()}


@pytest.mark.parametrize("who_comes_next", ["a", "somebody else"])
def test_a_window_that_is_over_is_forgotten_whoever_comes_next(
    connections, database, who_comes_next
):
    limits = RateLimits(connections)
    limits.hit("a", per_seconds=60, limit=1)
    with psycopg.connect(database.app) as connection:
        connection.execute(
            "update working.rate_limits"
            " set began_at = began_at - interval '1 h', ends_at = ends_at - interval '1 h'"
        )
    assert limits.hit(who_comes_next, per_seconds=60, limit=1)
    with psycopg.connect(database.app) as connection:
        count = connection.execute("select count(*) from working.rate_limits").fetchone()
    assert count == (1,)


def test_a_token_stands_for_who_it_was_made_for(connections):
    tokens = Tokens(connections)
    token = tokens.add("till", role="staff", shop="winterfest")
    assert tokens.check(token) == Identity(name="till", role="staff", shop="winterfest")
    assert tokens.find(sha256(token.encode()).hexdigest()) == tokens.check(token)
    assert tokens.check(token + "x") is None


def test_an_expired_token_stands_for_nobody(connections):
    tokens = Tokens(connections)
    token = tokens.add("till", role="auditor", expires_at=NOW)
    assert tokens.check(token, now=NOW - timedelta(seconds=1)) is not None
    assert tokens.check(token, now=NOW) is None


def test_a_token_cannot_be_read_back(connections, database):
    token = Tokens(connections).add("till", role="admin")
    with psycopg.connect(database.app) as connection:
        kept = connection.execute("select tokens::text from working.tokens").fetchall()
    assert token not in str(kept)


def test_a_token_tells_when_it_was_used_and_can_be_taken_back(connections):
    tokens = Tokens(connections)
    first, second, other = (tokens.add(name, role="staff") for name in ("till", "till", "door"))
    assert tokens.check(first)
    used = {one.name: one.last_used_at for one in tokens.listed() if one.last_used_at}
    assert [*used] == ["till"]
    (door,) = (one for one in tokens.listed() if one.name == "door")
    assert (tokens.revoke("till"), tokens.revoke("till"), tokens.revoke(door.id)) == (2, 0, 1)
    assert [tokens.check(one) for one in (first, second, other)] == [None, None, None]


def test_a_short_word_or_a_pattern_takes_nothing_back(connections):
    tokens = Tokens(connections)
    tokens.add("till", role="staff")
    (kept,) = (one for one in tokens.listed() if one.name == "till")
    for word in ("", "%", "%%%%%%%%", "________", kept.id[:7]):
        assert tokens.revoke(word) == 0
    assert kept in tokens.listed()
