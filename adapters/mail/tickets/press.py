"""Tickets are printed once: ahead where it is known that they will be asked for, else when asked.

What was printed is kept by its content for a while, in memory only: whoever has it can get in.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from threading import Lock

from cachetools import LRUCache

from adapters.mail.letters.letter import Attachment
from adapters.mail.tickets.event import event_ics
from adapters.mail.tickets.sheet import TicketSheet, sheet_of
from ledger.order.order import Order

Print = Callable[[TicketSheet], bytes]
_KEPT = 128


def printed_here(sheet: TicketSheet) -> bytes:
    """Printed by this process. Whoever never prints need not know how."""
    from adapters.mail.tickets.pdf import ticket_pdf

    return ticket_pdf(sheet)


class Press:
    """Prints sheets by `print`, on a thread of `executor` if there is one. Threads may share it."""

    def __init__(self, print: Print = printed_here, *, executor: Executor | None = None) -> None:
        self._print, self._executor = print, executor
        self._kept, self._lock = LRUCache[bytes, Future[bytes]](_KEPT), Lock()

    def ahead(self, sheet: TicketSheet) -> None:
        """Begin to print what will be asked for in a moment. Without an executor nothing is."""
        if self._executor is not None:
            self._begun(sheet)

    def pdf(self, sheet: TicketSheet) -> bytes:
        """The sheet as a PDF; raises what printing raised, and prints anew when asked again."""
        begun = self._begun(sheet)
        try:
            return begun.result()
        except BaseException:
            with self._lock:
                self._kept.pop(sheet.content_hash, None)
            raise

    def pdf_of(self, order: Order, only: int | None = None) -> bytes | None:
        """The buyer's tickets, or `only` one by its number; None if there are none valid."""
        sheet = sheet_of(order, only=only)
        return self.pdf(sheet) if sheet else None

    def attachments(self, order: Order, only: int | None = None) -> Sequence[Attachment]:
        """What goes along with a letter that brings tickets; nothing where none are valid."""
        printed = self.pdf_of(order, only)
        if printed is None:
            return ()
        return (
            Attachment(name="tickets.pdf", kind="application/pdf", content=printed),
            Attachment(
                name="event.ics",
                kind='text/calendar; charset="utf-8"; method=PUBLISH',
                content=event_ics(order),
            ),
        )

    def _begun(self, sheet: TicketSheet) -> Future[bytes]:
        key = sheet.content_hash
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                return known
            if self._executor is not None:
                begun = self._executor.submit(self._print, sheet)
            else:
                begun = Future[bytes]()
            self._kept[key] = begun
        if self._executor is None:
            _fulfil(begun, self._print, sheet)
        return begun


def _fulfil(begun: Future[bytes], print: Print, sheet: TicketSheet) -> None:
    try:
        begun.set_result(print(sheet))
    except BaseException as error:
        begun.set_exception(error)
