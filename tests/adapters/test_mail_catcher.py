import contextlib
import re
import signal
import smtplib
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from adapters.mail.letters import RenderedLetter
from adapters.mail.letters.letter import Attachment, Picture
from adapters.mail.smtp import Sent, SmtpMail
from adapters.mail_catcher.letterbox import Letterbox
from tests.kits.patience import PATIENCE

PICTURE = b"\x89PNG\r\n\x1a\n and the rest"
LETTER = RenderedLetter(
    subject="Confirmation of your order #000423",
    text="Hello Ada,\nthank you.\n",
    html="<!doctype html><html><head><title>x</title></head><body>Hello Ada"
    '<img src="cid:code"><img src="cid:unknown"></body></html>',
    to="ada@example.org",
    reply_to="tickets@winterfest.example",
    from_name="Winterfest",
    pictures=(Picture(name="code", png=PICTURE, side=21, meaning="A code"),),
    attachments=(
        Attachment(name="tickets.pdf", kind="application/pdf", content=b"%PDF-1.7"),
        Attachment(name="sly.html", kind="text/html", content=b"<script>alert(1)</script>"),
    ),
)


@contextlib.contextmanager
def catching(home: Path) -> Iterator[tuple[str, str]]:
    """A mail catcher in a process of its own; its SMTP address and its inbox."""
    command = [sys.executable, "-m", "adapters.mail_catcher", "--home", str(home)]
    process = subprocess.Popen(
        [*command, "--smtp-port", "0", "--web-port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        _, smtp, _, inbox = process.stdout.readline().split()
        yield smtp, inbox
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, rest) == (0, "")


@pytest.fixture(scope="module")
def catcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with catching(tmp_path_factory.mktemp("mail")) as addresses:
        smtp, _ = addresses
        assert SmtpMail(smtp, "shop@tickets.example").send(LETTER, "<1.paid@x>") == Sent()
        yield addresses


def test_a_caught_letter_is_listed_for_programs(catcher):
    _, inbox = catcher
    (letter,) = httpx2.get(f"{inbox}messages.json").json()
    assert letter["to"] == "ada@example.org"
    assert letter["subject"] == LETTER.subject
    assert letter["text"] == LETTER.text
    assert letter["html"].strip() == LETTER.html
    assert letter["message_id"] == "<1.paid@x>"
    age = datetime.now(UTC) - datetime.fromisoformat(letter["received_at"])
    assert 0 <= age.total_seconds() < 600


def test_a_caught_letter_is_shown_to_people(catcher):
    _, inbox = catcher
    page = httpx2.get(inbox)
    assert LETTER.subject in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script" not in page.text
    (letter,) = httpx2.get(f"{inbox}messages.json").json()
    assert "thank you." in httpx2.get(f"{inbox}messages/{letter['id']}").text


def test_a_letter_is_framed_without_any_power(catcher):
    _, inbox = catcher
    (letter,) = httpx2.get(f"{inbox}messages.json").json()
    page = httpx2.get(f"{inbox}messages/{letter['id']}/html")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "Hello Ada" in page.text


def test_pictures_in_a_letter_are_shown_and_nothing_is_fetched(catcher):
    _, inbox = catcher
    (letter,) = httpx2.get(f"{inbox}messages.json").json()
    page = httpx2.get(f"{inbox}messages/{letter['id']}/html")
    shown = f'src="data:image/png;base64,{b64encode(PICTURE).decode()}"'
    assert shown in page.text
    assert "cid:code" not in page.text
    assert 'src="cid:unknown"' in page.text
    assert "img-src data:;" in page.headers["content-security-policy"]


def test_attachments_are_saved_and_never_opened_here(catcher):
    _, inbox = catcher
    (letter,) = httpx2.get(f"{inbox}messages.json").json()
    assert letter["attachments"] == ["tickets.pdf", "sly.html"]
    page = httpx2.get(f"{inbox}messages/{letter['id']}").text
    links = re.findall(r'href="(/messages/[^"]+/attachments/\d)" download', page)
    files = [httpx2.get(f"{inbox.rstrip('/')}{one}") for one in links]
    assert [one.content for one in files] == [b"%PDF-1.7", b"<script>alert(1)</script>"]
    kinds = [one.headers["content-type"] for one in files]
    assert kinds == ["application/pdf", "application/octet-stream"]
    for one in files:
        assert one.headers["content-disposition"].startswith("attachment; ")
        assert one.headers["content-security-policy"].startswith("sandbox; ")
        assert one.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("place", ["2", "-1", "x", "9" * 5000, "٣"])
def test_an_attachment_that_is_not_there_is_not_found(catcher, place):
    _, inbox = catcher
    (letter,) = httpx2.get(f"{inbox}messages.json").json()
    address = f"{inbox}messages/{letter['id']}/attachments/{place}"
    assert httpx2.get(address).status_code == 404


def test_letters_outlive_the_process(tmp_path):
    with catching(tmp_path) as (smtp, _):
        SmtpMail(smtp, "shop@tickets.example").send(LETTER, "<1@x>")
    with catching(tmp_path) as (smtp, inbox):
        SmtpMail(smtp, "shop@tickets.example").send(LETTER, "<2@x>")
        letters = httpx2.get(f"{inbox}messages.json").json()
    assert [letter["message_id"] for letter in letters] == ["<2@x>", "<1@x>"]


def test_an_empty_inbox_says_what_to_do(tmp_path):
    with catching(tmp_path) as (_, inbox):
        assert "No letters yet" in httpx2.get(inbox).text
        assert httpx2.get(f"{inbox}messages.json").json() == []


def test_what_is_not_a_letter_does_not_break_the_inbox(tmp_path):
    with catching(tmp_path) as (smtp, inbox):
        host, port = smtp.removeprefix("smtp://").split(":")
        with smtplib.SMTP(host, int(port), "me") as server:
            for junk in (
                b"",
                b"\xff\xfe",
                b"Content-Type: text/plain; charset=nope\n\n\xff",
                b"To: <<>\nSubject: =?x?q?=ff?=\n\n<script>",
            ):
                server.sendmail("a@x.example", "b@x.example", junk)
        page = httpx2.get(inbox)
        assert page.status_code == 200
        letters = httpx2.get(f"{inbox}messages.json").json()
        assert len(letters) == 4
        for letter in letters:
            assert "<script" not in httpx2.get(f"{inbox}messages/{letter['id']}").text


@pytest.mark.parametrize("path", ["nothing", "messages/0", "messages/0/html", "messages/../x"])
def test_an_unknown_address_is_not_found(catcher, path):
    assert httpx2.get(f"{catcher[1]}{path}").status_code == 404


def test_another_site_cannot_read_the_inbox(catcher):
    answer = httpx2.get(catcher[1], headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert LETTER.subject not in answer.text


def test_only_reading_is_possible(catcher):
    assert httpx2.post(catcher[1]).status_code == 501
    assert httpx2.head(catcher[1]).content == b""


def test_its_readiness_reads_no_letter(tmp_path):
    box = Letterbox(tmp_path)
    (tmp_path / "letters" / f"{0:020d}-00000000.eml").mkdir()  # whoever opened it would stumble
    assert box.count() == 1
    with catching(tmp_path) as (_, inbox):
        assert httpx2.get(f"{inbox}healthz").text == "ok"


def test_a_full_inbox_is_shown_page_by_page(tmp_path):
    box = Letterbox(tmp_path)
    for number in range(450):
        box.put(f"Subject: letter {number:03d}\n\nhello".encode())
    with catching(tmp_path) as (_, inbox):
        seen, path = [], "/"
        while path:
            page = httpx2.get(f"{inbox.rstrip('/')}{path}").text
            assert "450 letters caught" in page
            seen += re.findall(r'class="subject">letter (\d+)', page)
            older = re.search(r'href="(/\?before=[^"]+)"', page)
            path = older[1] if older else ""
    assert seen == [f"{number:03d}" for number in reversed(range(450))]


def test_letters_are_nobody_else_s_on_this_machine(tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir(mode=0o755)
    Letterbox(tmp_path)
    assert folder.stat().st_mode & 0o077 == 0
