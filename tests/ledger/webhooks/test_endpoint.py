"""An endpoint's rules: which secrets sign, when it is tried again, and when no more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ledger.webhooks.endpoint import (
    BOTH_SECRETS,
    GIVES_UP_AFTER,
    LONGEST_URL,
    PAUSES,
    Answer,
    Endpoint,
    EventDelivery,
    address_fault,
    event_id,
    pause_after,
    rest_after,
    unknown_kinds,
)

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
BLINK = timedelta(microseconds=1)
ENDPOINT = Endpoint(
    id=UUID(int=1),
    shop="winterfest",
    url="https://example.org/hook",
    secret="new",
    made_at=NOW,
    made_by="test",
)


def test_the_former_secret_signs_beside_the_new_one_until_its_end():
    renewed = replace(ENDPOINT, former="old", former_until=NOW)
    assert renewed.secrets_at(NOW - BLINK) == ("new", "old")
    assert renewed.secrets_at(NOW) == ("new",)
    assert replace(renewed, former="").secrets_at(NOW - BLINK) == ("new",)
    assert replace(renewed, former_until=None).secrets_at(NOW - BLINK) == ("new",)
    assert timedelta(days=1) == BOTH_SECRETS


def test_an_endpoint_wants_the_kinds_that_it_names_or_all():
    assert ENDPOINT.wants("order.paid")
    some = replace(ENDPOINT, kinds=("order.paid",))
    assert some.wants("order.paid")
    assert not some.wants("order.cancelled")


def test_it_is_given_up_three_days_after_it_first_failed():
    failing = replace(ENDPOINT, failing_since=NOW)
    assert timedelta(days=3) == GIVES_UP_AFTER
    assert not failing.gives_up(NOW + GIVES_UP_AFTER - BLINK)
    assert failing.gives_up(NOW + GIVES_UP_AFTER)
    assert not ENDPOINT.gives_up(NOW + timedelta(days=99))


@pytest.mark.parametrize(
    ("status", "taken", "gone"),
    [
        (0, False, False),
        (199, False, False),
        (200, True, False),
        (299, True, False),
        (300, False, False),
        (409, False, False),
        (410, False, True),
        (411, False, False),
    ],
)
def test_what_a_status_says(status, taken, gone):
    answer = Answer(status=status)
    assert (answer.taken, answer.gone, str(answer)) == (taken, gone, str(status))


def test_where_there_was_no_status_a_word_says_why():
    assert str(Answer(word="timeout")) == "timeout"


def test_an_event_has_one_name_at_one_endpoint():
    first = EventDelivery(endpoint=UUID(int=1), position=7, order=UUID(int=3))
    assert first.event == event_id(UUID(int=1), 7)
    names = [event_id(UUID(int=at), position) for at in (1, 2) for position in (7, 8)]
    assert len({*names}) == 4


def test_each_failure_waits_longer_until_the_event_is_a_dead_letter():
    assert [pause_after(tries, jitter=0) for tries in range(1, 11)] == [
        timedelta(seconds=5),
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=14),
        timedelta(hours=20),
        timedelta(hours=24),
    ]
    assert pause_after(11, jitter=0) is None
    assert sum(PAUSES, timedelta()) > GIVES_UP_AFTER, "an outage loses nothing"


@pytest.mark.parametrize(("jitter", "seconds"), [(-1, 48), (0, 60), (1, 72)])
def test_a_pause_is_a_fifth_more_or_less(jitter, seconds):
    assert pause_after(2, jitter=jitter) == timedelta(seconds=seconds)


def test_an_endpoint_rests_from_the_third_failure_on_twice_as_long_each_time_up_to_a_limit():
    rests = [
        rest_after(failures, jitter=0).seconds for failures in (0, 2, 3, 4, 5, 8, 9, 10, 10_000)
    ]
    assert rests == [0, 0, 5, 10, 20, 160, 300, 300, 300]
    assert rest_after(3, jitter=1) == timedelta(seconds=6)
    assert rest_after(99, jitter=-1) == timedelta(minutes=4)


LONG = "https://example.org/"


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://example.org:8443/hook?shop=1", ""),
        (LONG + "a" * (LONGEST_URL - len(LONG)), ""),
        (LONG + "a" * (LONGEST_URL + 1 - len(LONG)), "malformed"),
        ("https://example.org/h\u00f6\u00f6k", "malformed"),
        ("https://example.org/ho\x7fok", "malformed"),
        ("https://example.org/ho ok", "malformed"),
        ("https://example.org:port/", "malformed"),
        ("https://[::1/", "malformed"),
        ("https://exa_mple.org/", "malformed"),
        ("https:///hook", "malformed"),
        ("https://example.org/hook#top", "malformed"),
        ("https://ada@example.org/hook", "malformed"),
        ("http://example.org/hook", "not-https"),
        ("ftp://localhost/hook", "not-https"),
        ("http://localhost/hook", "not-https"),
    ],
)
def test_events_go_to_plain_https_addresses_only(url, fault):
    assert address_fault(url, plain=False) == fault


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://localhost:8000/hook", ""),
        ("http://127.0.0.1/hook", ""),
        ("http://[::1]/hook", ""),
        ("http://example.org/hook", "not-https"),
        ("ftp://localhost/hook", "not-https"),
        ("https://example.org/hook", ""),
    ],
)
def test_to_this_machine_itself_http_does_where_it_is_allowed(url, fault):
    assert address_fault(url, plain=True) == fault


def test_kinds_that_no_event_is_of_are_named():
    assert unknown_kinds(["a", "b", "c"], ["b"]) == ["a", "c"]
    assert unknown_kinds([], ["b"]) == []
