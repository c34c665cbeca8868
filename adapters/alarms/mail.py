"""Alarms by mail, to the people who run the shops."""

from dataclasses import dataclass
from html import escape
from typing import Protocol

from adapters.mail.letters import RenderedLetter
from adapters.mail.smtp import Delivery, Sent
from adapters.worker.reactors.alarms import Alarm


class MailServer(Protocol):
    """A mail server, as far as alarms need one."""

    def send(self, letter: RenderedLetter, message_id: str) -> Delivery: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmMail:
    """Mails each alarm to one address. The same alarm always has the same Message-ID."""

    mail: MailServer
    to: str
    mail_domain: str
    name: str = "mail"

    def tell(self, alarm: Alarm) -> bool:
        """Whether the mail server took it. Of unknown fate it is told again, recognizably."""
        answer = self.mail.send(letter_of(alarm, to=self.to), f"<{alarm.case}@{self.mail_domain}>")
        return isinstance(answer, Sent)


def letter_of(alarm: Alarm, *, to: str) -> RenderedLetter:
    """The mail about a case. Operators read English; the words are those of the runbooks."""
    lines = [
        alarm.text,
        "",
        f"Kind: {alarm.kind}",
        *([f"Provider: {alarm.provider} {alarm.provider_reference}"] if alarm.provider else []),
        *([f"Amount: {alarm.amount}"] if alarm.amount else []),
        f"Opened: {alarm.opened_at:%Y-%m-%d %H:%M} UTC",
        *(_cases(alarm) if alarm.many > 1 else [f"Case: {alarm.case}"]),
        "",
        "What to do stands in docs/runbooks. `stampledger cases list` shows what is open.",
    ]
    text = "\n".join(lines)
    return RenderedLetter(
        subject=f"Stampledger needs a person: {alarm.kind}{_times(alarm)}",
        text=text + "\n",
        html=f"<pre>{escape(text)}</pre>",
        to=to,
        reply_to="",
        from_name="Stampledger",
    )


def _cases(alarm: Alarm) -> list[str]:
    more = alarm.many - len(alarm.cases)
    listed = [f"  {one}" for one in alarm.cases]
    return [f"Cases: {alarm.many}", *listed, *([f"  and {more} more"] if more else [])]


def _times(alarm: Alarm) -> str:
    return f" ({alarm.many} cases)" if alarm.many > 1 else ""
