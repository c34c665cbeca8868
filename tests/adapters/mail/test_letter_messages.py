"""Messages are read by Python's e-mail package, whose newer form also writes the same."""

import email
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.generator import BytesGenerator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mail.letters import RenderedLetter, mime, render
from adapters.mail.letters.letter import Attachment
from adapters.mail.letters.mime import Unwritable, compose
from tests.kits.letter_orders import BASE, samples

AT = datetime(2026, 11, 21, 14, 30, 5, tzinfo=UTC)
FROM = "Tickets <tickets@shop.example>"
NAME = "<5d0c8a4e-27f5-4f0b-9d4e-0b7f1c1f6a11@shop.example>"
HEADERS = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted")
PLAIN = RenderedLetter(
    subject="Hello", text="a\n", html="<p>a</p>\n", to="a@b.example", reply_to="", from_name="S"
)


def composed(letter: RenderedLetter) -> bytes:
    return compose(letter, NAME, mail_from=FROM, at=AT)


def by_the_library(letter: RenderedLetter) -> EmailMessage:
    """The same letter, written by Python and read again."""
    message = EmailMessage(SMTP.clone(cte_type="7bit"))
    message["From"] = Address(letter.from_name, addr_spec="tickets@shop.example")
    message["To"] = Address(addr_spec=letter.to)
    if letter.reply_to:
        message["Reply-To"] = Address(letter.from_name, addr_spec=letter.reply_to)
    message["Subject"] = letter.subject
    message["Date"] = AT
    message["Message-ID"] = NAME
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for picture in letter.pictures:
        _, page = message.iter_parts()
        page.add_related(picture.png, "image", "png", cid=f"<{picture.name}>")
    return read(message.as_bytes())


def read(content: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(content, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def contents(message: EmailMessage) -> Iterator[tuple[str, str]]:
    for part in message.iter_parts():
        assert isinstance(part, EmailMessage)
        if part.get_content_type() == "multipart/related":
            page, *pictures = part.iter_parts()
            assert isinstance(page, EmailMessage)
            yield page.get_content_type(), page.get_content().replace("\r\n", "\n")
            yield from ((str(one["Content-ID"]), one.as_string()[-200:]) for one in pictures)
            continue
        assert part.get_content_charset() == "utf-8"
        yield part.get_content_type(), part.get_content().replace("\r\n", "\n")


def assert_same(letter: RenderedLetter) -> None:
    ours, theirs = read(composed(letter)), by_the_library(letter)
    assert [str(ours[name]) for name in HEADERS] == [str(theirs[name]) for name in HEADERS]
    assert ours.get_content_type() == theirs.get_content_type() == "multipart/alternative"
    assert [*contents(ours)] == [*contents(theirs)]
    assert not ours.defects
    assert not any(ours[name].defects for name in HEADERS if ours[name])


def assert_carried_by_any_server(content: bytes) -> None:
    assert content.isascii()
    lines = content.split(b"\r\n")
    # RFC 5322: 998 for all, and 78 for whatever can be folded; an address in one word cannot.
    assert max(map(len, lines)) <= 998
    assert all(len(line) <= 78 for line in lines if not line.startswith(b"List-Unsubscribe: <"))
    assert all(b"\r" not in line and b"\n" not in line for line in lines)
    assert content.endswith(b"\r\n")


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
@pytest.mark.parametrize("name", samples())
def test_every_letter_says_what_the_librarys_would_say(name, language):
    about, letter, correlation_id, number = samples(language)[name]
    rendered = render(about, letter, correlation_id=correlation_id, number=number, base_url=BASE)
    assert_same(rendered)
    assert_carried_by_any_server(composed(rendered))
    assert composed(rendered) == composed(replace(rendered))


@pytest.mark.parametrize("name", samples())
def test_parts_written_as_a_whole_are_those_written_line_by_line(name, monkeypatch):
    """With a file as well, whose lines are made by the library."""
    about, letter, correlation_id, number = samples("fi")[name]
    rendered = render(about, letter, correlation_id=correlation_id, number=number, base_url=BASE)
    file = Attachment(name="a.pdf", kind="application/pdf", content=bytes(range(256)) * 3)
    every = [rendered, replace(rendered, attachments=[file])]
    ours = [composed(one) for one in every]
    monkeypatch.setattr(mime, "_Whole", BytesGenerator)
    assert ours == [composed(one) for one in every]


WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Co"]), max_size=120
)
LINES = st.lists(st.text("ab =.-_\t\u20ac\u00e4", max_size=120), min_size=1, max_size=6)


@given(WORDS.map(str.strip), LINES, st.sampled_from(["Shop", "Talvi \u00c4\u00d6", "S, T & <U>"]))
def test_whatever_is_written_is_read_again(subject, lines, name):
    body = "\n".join(lines) + "\n"
    letter = replace(PLAIN, subject=subject, text=body, html=body, from_name=name)
    message = read(composed(letter))
    assert message["Subject"] == subject
    assert message["From"].addresses[0].display_name == name
    assert [content for _, content in contents(message)] == [body, body]
    assert_carried_by_any_server(composed(letter))


@pytest.mark.parametrize(
    "to",
    [
        "a@b.example",
        "A.b+c-d_e@b.example",
        "o'hara@b.example",
        '"a b"@c.example',
        "a@localhost",
        f"{'a' * 60}@{'b' * 60}.example",
    ],
)
def test_an_address_is_written_as_the_library_writes_it(to):
    assert_same(replace(PLAIN, to=to))


@pytest.mark.parametrize(
    "to", ["a..b@c.example", "a@b..example", ".a@b.example", "a@b.example.", "a b@c.example", "@b"]
)
def test_an_address_that_is_none_is_refused_where_the_library_refuses_it(to):
    try:
        by_the_library(replace(PLAIN, to=to))
    except Exception:
        with pytest.raises(Unwritable):
            composed(replace(PLAIN, to=to))
    else:
        assert_same(replace(PLAIN, to=to))


def test_a_long_name_of_a_letter_stands_on_one_line():
    name = f"<5d0c8a4e-27f5-4f0b-9d4e-0b7f1c1f6a11@{'long.' * 20}example>"
    content = compose(PLAIN, name, mail_from=FROM, at=AT)
    assert f"\r\nMessage-ID: {name}\r\n".encode() in content


@pytest.mark.parametrize("name", ["a@b", "<a b@c>", "<a@b> <c@d>", "", "<\u00e4@b>"])
def test_what_is_no_name_of_a_letter_is_refused(name):
    with pytest.raises(Unwritable):
        compose(PLAIN, name, mail_from=FROM, at=AT)


def test_a_long_subject_is_cut_between_its_characters():
    subject = "\U0001f3ab\u00e4" * 30
    content = composed(replace(PLAIN, subject=subject))
    words = [line for line in content.split(b"\r\n") if b"=?utf-8?b?" in line]
    assert len(words) > 2
    assert read(content)["Subject"] == subject
    for one in words:
        assert read(b"Subject: " + one.removeprefix(b"Subject:").strip() + b"\r\n\r\n")["Subject"]


def test_what_looks_like_an_encoded_word_is_taken_at_its_word():
    subject = "=?utf-8?q?Free?="
    assert read(composed(replace(PLAIN, subject=subject)))["Subject"] == subject


def test_the_parts_cannot_end_early():
    """What ends a part cannot stand in one."""
    bad = "--=_letter--\n--=_letter\n"
    message = read(composed(replace(PLAIN, text=bad, html=bad)))
    assert [content for _, content in contents(message)] == [bad, bad]


@pytest.mark.parametrize("octets", [0, 1, 56, 57, 58, 5_000])
def test_a_file_of_any_length_is_read_again_behind_the_words(octets):
    """A line of base64 holds 57 octets."""
    content = bytes(n % 256 for n in range(octets))
    files = [Attachment(name=f"{n}.pdf", kind="application/pdf", content=content) for n in "ab"]
    written = composed(replace(PLAIN, attachments=files))
    words, *carried = read(written).iter_parts()
    assert isinstance(words, EmailMessage)
    assert [text for _, text in contents(words)] == [PLAIN.text, PLAIN.html]
    assert [(one.get_filename(), one.get_content()) for one in carried] == [
        ("a.pdf", content),
        ("b.pdf", content),
    ]
    assert_carried_by_any_server(written)


def test_all_moments_of_a_day_are_told():
    for one, other in pairwise(range(24)):
        at = AT.replace(hour=other)
        content = compose(PLAIN, NAME, mail_from=FROM, at=at)
        assert read(content)["Date"].datetime == at
        assert one < other
