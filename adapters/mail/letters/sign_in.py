"""The letter with a link to sign in. It is the same whether or not there is an account."""

from urllib.parse import urlsplit

from adapters.mail.letters.language import Speech
from adapters.mail.letters.letter import Action, Body, RenderedLetter, one_line
from adapters.mail.letters.render import laid_out
from ledger.accounts.link import LINK_LIVES
from ledger.shop.stamps import Seller
from ledger.shop.texts import cut

_MINUTES = int(LINK_LIVES.total_seconds()) // 60


def sign_in_letter(*, to: str, url: str, language: str, device: str) -> RenderedLetter:
    """In the language of whoever asked. `url` is the link; `device` theirs, as far as it told."""
    speech = Speech(language, timezone="UTC")
    site = urlsplit(url).netloc
    body = _body(speech, site=site, url=url, to=to, device=device)
    nobody = Seller(name=site, email="")
    return RenderedLetter(
        subject=cut(one_line(body.subject)),
        text=laid_out("letter.txt", body, speech, seller=nobody, shop=site, page=""),
        html=laid_out("letter.html", body, speech, seller=nobody, shop=site, page=""),
        to=to,
        reply_to="",
        from_name=cut(one_line(site)),
    )


def _body(speech: Speech, *, site: str, url: str, to: str, device: str) -> Body:
    say = speech.say
    asked = [(say("Asked for on"), device)] if device else []
    return Body(
        subject=say("Your link to sign in to %(site)s", site=site),
        mark=say("One-time link"),
        tone="calm",
        heading=say("Sign in"),
        paragraphs=(
            say("Somebody, most likely you, asked for a link to sign in with this address."),
            say(
                "If you have no account yet, signing in opens one: there is no password to choose."
            ),
        ),
        facts=((say("Your email address"), to), *asked),
        action=Action(
            label=say("Sign in"),
            url=url,
            note=say(
                "The link works once, for %(minutes)s minutes, best on the device where you asked "
                "for it. It opens a page with a button: nothing happens before you press it.",
                minutes=_MINUTES,
            ),
        ),
        notes=(
            say("If you did not ask for this, ignore this letter: nobody is signed in."),
            say("Never forward this letter: whoever has the link can sign in as you."),
        ),
        timed=False,
    )
