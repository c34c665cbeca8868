"""Known bugs, put back one at a time in a copy of the tree: the tests must notice each.

`python -m tests.mutations [NAME…]`; with `--random N [--seed S] [--in FILE…] [--processes P]`
so many small bugs are made by the machine, in the rules, and tried on the rules' own tests.
"""

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.kits.broken_tree import FAILED, copy_of_the_tree, status_of_tests
from tests.random_mutations import chosen, try_all

# Seconds. The tests of one bug take far less, also on a busy machine.
PATIENCE = 900


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A bug as a patch of one file, and the tests that must fail with it."""

    name: str
    file: str
    old: str
    new: str
    tests: Sequence[str]


MUTATIONS = (
    Mutation(
        name="picture-is-decoded-before-its-size-is-looked-at",
        file="adapters/pictures.py",
        old="            if opened.width * opened.height > PICTURE_PIXELS:\n",
        new="            if opened.width * opened.height < 0:\n",
        tests=("tests/adapters/test_pictures.py",),
    ),
    Mutation(
        name="colour-of-a-shop-is-taken-as-it-is",
        file="web/pages/shop_colour.py",
        old="    for step in range(_STEPS + 1):\n",
        new="    for step in range(1):\n",
        tests=("tests/web/pages/test_shop_colour.py",),
    ),
    Mutation(
        name="another-encoder-makes-another-shop",
        file="ledger/shop/shop.py",
        old="wanted.source not in (known.source, known.hash):\n",
        new="wanted.hash != known.hash:\n",
        tests=("tests/ledger/shop/test_shop.py",),
    ),
    Mutation(
        name="field-without-its-label",
        file="web/templates/components/forms.html",
        old='  <label for="{{ one.id }}">{{ one.label.text }}</label>\n',
        new="  <p>{{ one.label.text }}</p>\n",
        tests=("tests/web/pages/test_accessible.py",),
    ),
    Mutation(
        name="letter-of-a-free-order-has-a-payment-reference",
        file="adapters/mail/letters/context.py",
        old='at.order.payment_reference if at.order.terms.total else ""',
        new="at.order.payment_reference",
        tests=("tests/adapters/mail/test_letters.py",),
    ),
    Mutation(
        name="receipt-is-dated-when-it-is-sent-again",
        file="adapters/mail/letters/context.py",
        old="next((one.numbered_at for one in found",
        new="next((one.started_at for one in found",
        tests=("tests/adapters/worker/reactors/test_letters_written_again.py",),
    ),
    Mutation(
        name="caught-attachment-is-whatever-its-sender-says",
        file="adapters/mail_catcher/inbox.py",
        old="kind = found.kind if found.kind in _FILES else _BYTES",
        new="kind = found.kind",
        tests=("tests/adapters/test_mail_catcher.py",),
    ),
    Mutation(
        name="page-answers-by-itself-who-may-cancel",
        file="web/pages/order.py",
        old="        told_cancellation=told_cancellation,\n",
        new="        told_cancellation=told_cancellation,\n"
        "        days=found.terms.cancellation.period_days,\n",
        tests=("tests/ledger/order/test_cancellation_policy.py",),
    ),
    Mutation(
        name="deadline-itself-is-in-time",
        file="ledger/order/cancellation_policy.py",
        old="    if now >= until:\n",
        new="    if now > until:\n",
        tests=("tests/ledger/order/test_cancellation_policy.py",),
    ),
    Mutation(
        name="a-move-takes-time-to-cancel-away",
        file="ledger/order/cancellation_policy.py",
        old="order.placed_at, order.latest_start)\n",
        new="order.placed_at, order.starts_at)\n",
        tests=("tests/ledger/order/test_shop_change.py",),
    ),
    Mutation(
        name="a-shop-asks-again-for-a-refund-that-was-refused",
        file="ledger/order/decisions/shop_change.py",
        old="attempt.provider != MANUAL and attempt.correlation_id not in asked:",
        new="attempt.provider != MANUAL:",
        tests=("tests/ledger/order/test_shop_change.py",),
    ),
    Mutation(
        name="a-cancelled-shop-keeps-a-fee",
        file="ledger/order/decisions/shop_change.py",
        old="        fee=zero(held.currency),\n",
        new="        fee=held,\n",
        tests=("tests/simulation/test_machine.py",),
    ),
    Mutation(
        name="a-choice-after-its-date-still-counts",
        file="ledger/order/decisions/shop_change.py",
        old="    if at >= until:\n",
        new="    if at > until:\n",
        tests=("tests/simulation/test_machine.py",),
    ),
    Mutation(
        name="who-took-the-money-is-told-of-the-new-start",
        file="ledger/order/letters_due.py",
        old="    if move is None or not order.alive or not (order.confirmed or order.reserved):\n",
        new="    if move is None or not (order.confirmed or order.reserved or order.cancelled):\n",
        tests=("tests/simulation/test_machine.py",),
    ),
    Mutation(
        name="what-a-bank-took-is-still-counted-as-held",
        file="ledger/order/order.py",
        old="        gone = self.refunded + self.refund_pending + self.lost + self.disputed\n",
        new="        gone = self.refunded + self.refund_pending + self.disputed\n",
        tests=("tests/simulation/test_machine.py",),
    ),
    Mutation(
        name="seats-are-sold-again-for-money-that-a-bank-took",
        file="ledger/order/decisions/corrections.py",
        old="    if order.sold and order.lost and not order.confirmed:\n",
        new="    if False:\n",
        tests=("tests/ledger/order/test_corrections.py",),
    ),
    Mutation(
        name="the-rest-of-what-a-shop-owes-is-forgotten",
        file="ledger/order/issues.py",
        old="        elif owed and _stopped_half_way(order, attempt):\n",
        new="        elif False:\n",
        tests=("tests/ledger/order/test_shop_change.py",),
    ),
    Mutation(
        name="a-cancelled-shop-takes-late-orders-up-again",
        file="ledger/order/service.py",
        old="            if isinstance(step, RetakeSeats) and self._sells_no_more(order):\n",
        new="            if isinstance(step, RetakeSeats) and False:\n",
        tests=("tests/adapters/worker/reactors/test_shop_changes.py",),
    ),
    Mutation(
        name="a-cancelled-shop-floods-a-provider-that-is-away",
        file="adapters/worker/reactors/shop_changes.py",
        old="            if self.rate.held:\n",
        new="            if False:\n",
        tests=("tests/adapters/worker/reactors/test_shop_changes.py",),
    ),
    Mutation(
        name="deadline-is-by-the-clock-on-the-wall",
        file="ledger/order/cancellation_policy.py",
        old="    return min(after(placed_at, days=policy.period_days), within(start))\n",
        new="    from zoneinfo import ZoneInfo\n\n"
        '    there = ZoneInfo("Europe/Helsinki")\n'
        "    wall = placed_at.astimezone(there) + timedelta(days=policy.period_days)\n"
        "    return min(wall, within(start))\n",
        tests=("tests/ledger/order/test_cancellation_policy.py",),
    ),
    Mutation(
        name="letter-says-it-in-other-words",
        file="adapters/mail/letters/confirmed.py",
        old='    return f"{told} {kept}" if fee else told\n',
        new="    return told\n",
        tests=("tests/web/pages/test_cancellation.py",),
    ),
    Mutation(
        name="seats-of-the-living-are-freed",
        file="ledger/order/cancellation_policy.py",
        old="    if order.released or order.alive:\n",
        new="    if order.released:\n",
        tests=("tests/ledger/order/test_decide.py", "tests/ledger/order/test_transitions.py"),
    ),
    Mutation(
        name="seats-are-taken-again-for-money-that-left",
        file="ledger/order/payable.py",
        old="    return timed_out and max(order.held, order.reserved) >= order.due\n",
        new="    return timed_out\n",
        tests=("tests/ledger/order/test_decide.py", "tests/ledger/order/test_transitions.py"),
    ),
    Mutation(
        name="money-of-the-living-goes-back",
        file="ledger/order/decide.py",
        old="    return not order.alive\n",
        new="    return True\n",
        tests=("tests/ledger/order/test_decide.py", "tests/ledger/order/test_transitions.py"),
    ),
    Mutation(
        name="part-keeps-the-fixed-fee-each-time",
        file="ledger/order/cancellation_policy.py",
        old="    return _fee(order, before + share) - _fee(order, before)\n",
        new="    return _fee(order, share)\n",
        tests=("tests/ledger/order/test_parts.py",),
    ),
    Mutation(
        name="part-frees-the-seats-of-all",
        file="ledger/order/evolve.py",
        old="    if not stamp.pieces:\n        return replace(order, released=True)\n",
        new="    if True:\n        return replace(order, released=True)\n",
        tests=("tests/ledger/order/test_parts.py",),
    ),
    Mutation(
        name="part-leaves-the-price",
        file="ledger/order/order.py",
        old="        return price - self._amended if self.amendments else price\n",
        new="        return price\n",
        tests=("tests/ledger/order/test_parts.py",),
    ),
    Mutation(
        name="failed-part-is-a-surplus",
        file="ledger/order/order.py",
        old="        return self.held - self.due - total(owed, self.currency)\n",
        new="        return self.held - self.due\n",
        tests=("tests/ledger/order/test_parts.py",),
    ),
    Mutation(
        name="part-of-pieces-that-are-gone",
        file="ledger/order/decisions/part.py",
        old="    if not fits(order.lines, request.pieces):\n        return _NOTHING\n",
        new="",
        tests=("tests/ledger/order/test_parts.py",),
    ),
    Mutation(
        name="part-returns-its-vat-by-itself",
        file="ledger/kernel/money.py",
        old="    vat = vat_included(kept, rate) - vat_included(kept - back, rate)\n",
        new="    vat = vat_included(back, rate)\n",
        tests=("tests/ledger/order/test_parts.py",),
    ),
    Mutation(
        name="auditor-overlooks-pieces-that-never-were",
        file="ledger/audit/check_orders.py",
        old="        if cause not in order.amendments and not fits(order.lines, said.pieces):\n",
        new="        if False:\n",
        tests=("tests/ledger/audit/test_planted.py",),
    ),
    Mutation(
        name="surplus-that-is-gone-goes-back",
        file="ledger/order/decide.py",
        old="        return amount <= order.surplus\n",
        new="        return True\n",
        tests=("tests/ledger/order/test_decide.py",),
    ),
    Mutation(
        name="table-of-transitions-is-wrong",
        file="ledger/order/transitions.py",
        old='_silent(*_GONE),\n        _refuses(no.LateCancel, "late_cancel"),\n',
        new='_silent(*_LATE),\n        _refuses(no.LateCancel, "late_cancel"),\n',
        tests=("tests/ledger/order/test_transitions.py",),
    ),
    Mutation(
        name="a-cart-is-ordered-under-any-key",
        file="web/pages/checkout.py",
        old="    empty.of_cart(group.group.key)\n",
        new='    empty.renew()\n    empty.cart.data = "1"\n',
        tests=("tests/web/pages/test_cart.py",),
    ),
    Mutation(
        name="an-order-leaves-the-cart-twice",
        file="ledger/cart/cart.py",
        old="        if any(one.key == key for one in self.orders):\n            return self\n",
        new="",
        tests=("tests/ledger/cart/test_cart.py",),
    ),
    Mutation(
        name="lines-of-one-quota-do-not-see-each-other",
        file="ledger/cart/appraisal.py",
        old="free_seats(seats, one) - taken[one]",
        new="free_seats(seats, one)",
        tests=("tests/ledger/cart/test_appraisal.py",),
    ),
    Mutation(
        name="what-one-visitor-brings-is-drawn-for-all",
        file="web/http/kept_answers.py",
        old="request.cookies.keys() <= harmless and ",
        new="",
        tests=("tests/web/pages/test_kept_pages.py",),
    ),
    Mutation(
        name="a-page-tells-what-was-left-before-our-own-commit",
        file="adapters/postgres/views/brief_seats.py",
        old="            if commits == self._commits:\n",
        new="            if True:\n",
        tests=("tests/adapters/postgres/test_brief_seats.py",),
    ),
    Mutation(
        name="at-rest-a-hint-wakes-nobody",
        file="adapters/worker/daemon.py",
        old="                bed.wait(at_rest)\n",
        new="                self.stopping.wait(at_rest)\n",
        tests=("tests/adapters/worker/test_daemon.py",),
    ),
    Mutation(
        name="figures-are-those-of-one-process",
        file="web/http/shared_figures.py",
        old="    if _FOLDER not in os.environ:\n        return own\n",
        new="    return own\n",
        tests=("tests/web/test_processes.py",),
    ),
    Mutation(
        name="a-browser-brings-the-word-of-its-cart",
        file="web/http/visitor_cart.py",
        old="    if word is None or not parts().carts.read(_hash(word))[0]:\n",
        new="    if word is None:\n",
        tests=("tests/web/pages/test_cart.py",),
    ),
    Mutation(
        name="a-link-is-used-up-by-being-opened",
        file="web/actions/sign_in.py",
        old="    link = parts.sign_in_links.look(code)\n",
        new="    link = parts.sign_in_links.look(code)\n    parts.sign_in_links.take(code)\n",
        tests=("tests/web/pages/test_sign_in.py",),
    ),
    Mutation(
        name="a-link-signs-in-for-ever",
        file="web/actions/sign_in.py",
        old="parts.clock() < link.until",
        new="link.until",
        tests=("tests/web/pages/test_sign_in.py",),
    ),
    Mutation(
        name="an-owner-gives-up-what-is-at-the-bank",
        file="ledger/order/decide.py",
        old="    if not payable(order) or order.received or order.under_way:\n",
        new="    if not payable(order):\n",
        tests=("tests/ledger/order/test_transitions.py",),
    ),
    Mutation(
        name="a-list-says-whose-an-order-is",
        file="web/actions/account.py",
        old="if one in known and account.has(known[one])",
        new="if one in known",
        tests=("tests/web/pages/test_me.py",),
    ),
    Mutation(
        name="whoever-typed-an-address-may-claim-by-it",
        file="ledger/accounts/account.py",
        old="return order.placed.account is None and order",
        new="return order",
        tests=("tests/web/pages/test_me.py",),
    ),
    Mutation(
        name="a-passkey-answers-as-often-as-it-likes",
        file="adapters/store/memory_sessions.py",
        old="return self._challenges.pop(challenge_hash, None)",
        new="return self._challenges.get(challenge_hash)",
        tests=("tests/web/actions/test_passkeys.py",),
    ),
    Mutation(
        name="a-guest-buys-where-one-must-sign-in",
        file="ledger/order/decisions/place.py",
        old="is SignIn.REQUIRED and command.account is None",
        new="is SignIn.REQUIRED and command.account is command",
        tests=("tests/web/pages/test_me.py",),
    ),
    Mutation(
        name="of-two-tabs-the-last-one-wins",
        file="adapters/postgres/working/sql/keep_cart.sql",
        old="where carts.version = $2\n",
        new="where carts.version >= $2\n",
        tests=("tests/contract/test_carts.py",),
    ),
    Mutation(
        name="evidence-is-not-opened",
        file="adapters/postgres/keys/data_keys.py",
        old="            yield from self._messages(run)\n",
        new="",
        tests=("tests/adapters/audit/test_tampered_evidence.py",),
    ),
    Mutation(
        name="flipped-bit-is-erased",
        file="adapters/postgres/working/inbox.py",
        old='        raise Tampered(f"message {id} is sealed under another key than its own")\n',
        new="        return None\n",
        tests=("tests/adapters/audit/test_tampered_evidence.py",),
    ),
    Mutation(
        name="machine-clock-is-not-looked-at",
        file="adapters/postgres/ledger/batch.py",
        old='("check_clock", [moment(machine)]), ',
        new="",
        tests=("tests/adapters/postgres/test_clocks.py",),
    ),
    Mutation(
        name="settings-of-a-database-decide",
        file="adapters/postgres/sessions.py",
        old="    said = {**COMMON, **settings}\n",
        new="    said = {**settings}\n",
        tests=("tests/adapters/postgres/test_settings.py",),
    ),
    Mutation(
        name="edited-migration-passes",
        file="adapters/postgres/migrate.py",
        old="    if edited:\n",
        new="    if edited and not kept:\n",
        tests=("tests/adapters/postgres/test_migrate.py",),
    ),
    Mutation(
        name="one-machine-alone-is-enough",
        file="adapters/postgres/sessions.py",
        old="            self.unconfirmed = True\n",
        new="            self.unconfirmed = False\n",
        tests=("tests/adapters/postgres/test_standby.py",),
    ),
    Mutation(
        name="numbers-again-after-a-backup",
        file="adapters/store/append_conditions.py",
        old="max(self._known.numbers.get(name, 0), floor) + 1",
        new="self._known.numbers.get(name, 0) + 1",
        tests=("tests/ledger/audit/test_resume.py",),
    ),
    Mutation(
        name="what-providers-know-is-asked-of-people",
        file="ledger/audit/resume.py",
        old="all(capability(one.provider).by_hand for one in paid)",
        new="True",
        tests=("tests/adapters/postgres/test_restored_backup.py",),
    ),
    Mutation(
        name="resumed-list-is-of-the-backup",
        file="web/wiring/composition.py",
        old="        rows.run()\n",
        new="        pass\n",
        tests=("tests/adapters/postgres/test_restored_backup.py",),
    ),
    Mutation(
        name="keys-are-lost-without-erasure",
        file="adapters/postgres/migrations/0082_guarded_keys.sql",
        old="    if tg_op = 'DELETE' and keys.is_erased(old.subject) then\n",
        new="    if tg_op = 'DELETE' then\n",
        tests=("tests/adapters/postgres/test_keys_guarded.py",),
    ),
    Mutation(
        name="encoded-words-are-addresses",
        file="ledger/shop/mail_address.py",
        old="        and _plain(text)\n        and _is_written(text)\n",
        new="        and _is_written(text)\n",
        tests=("tests/ledger/order/test_place.py", "tests/adapters/mail/test_mail_addresses.py"),
    ),
    Mutation(
        name="domains-go-out-in-unicode",
        file="adapters/mail/smtp.py",
        old="            letter = replace(letter, to=deliverable(letter.to))\n",
        new="",
        tests=("tests/adapters/mail/test_mail_addresses.py",),
    ),
    Mutation(
        name="language-cookie-by-the-request",
        file="web/i18n/languages.py",
        old='        secure = current_app.config["SESSION_COOKIE_SECURE"]\n',
        new="        secure = request.is_secure\n",
        tests=("tests/web/pages/test_languages.py",),
    ),
    Mutation(
        name="tls-only-for-a-password",
        file="adapters/mail/smtp.py",
        old='        if server.has_extn("starttls"):\n',
        new='        if self._user and server.has_extn("starttls"):\n',
        tests=("tests/adapters/mail/test_smtp.py",),
    ),
    Mutation(
        name="visitors-are-remembered-for-ever",
        file="adapters/postgres/working/sql/hit_rate_limit.sql",
        old="        where ends_at < now()\n",
        new="        where ends_at < now() and key_hash = $1\n",
        tests=("tests/adapters/postgres/test_rate_limits.py",),
    ),
    Mutation(
        name="visitors-are-hashed-without-a-key",
        file="web/http/rate_limit.py",
        old='    key = str(current_app.config["SECRET_KEY"]).encode()\n',
        new="    key = str(current_app.name).encode()\n",
        tests=("tests/web/test_public_writes.py",),
    ),
    Mutation(
        name="short-secret-starts",
        file="web/wiring/settings.py",
        old="len(secret.strip().encode()) < SHORTEST_SECRET",
        new="len(secret.strip().encode()) < 1",
        tests=("tests/web/wiring/test_settings.py",),
    ),
    Mutation(
        name="an-unreadable-message-names-nothing",
        file="adapters/worker/reactors/inbox.py",
        old="named = named_ids(message.body) if message is not None else NamedIds()",
        new="named = NamedIds()",
        tests=("tests/adapters/worker/reactors/test_inbox.py",),
    ),
    Mutation(
        name="one-payment-pays-two-orders",
        file="adapters/store/append_conditions.py",
        old="            if holder != claim.holder:\n",
        new="            if False:\n",
        tests=(
            "tests/ledger/order/test_payment_claims.py",
            "tests/contract/test_payments_claimed.py",
        ),
    ),
    Mutation(
        name="a-contradiction-leaves-its-payment-free",
        file="ledger/inbox/receive.py",
        old='keeps_payment=payment_of(report) if two_named else "",',
        new='keeps_payment="",',
        tests=("tests/ledger/order/test_payment_claims.py",),
    ),
    Mutation(
        name="a-second-claim-is-dropped",
        file="ledger/order/service.py",
        old="            self._desk.second_claim(order_id, draft)\n",
        new="            pass\n",
        tests=("tests/ledger/order/test_payment_claims.py",),
    ),
    Mutation(
        name="money-of-an-order-goes-back-from-a-case",
        file="ledger/cases/service.py",
        old="named = case.opened.payment_reference if asked and case.opened else",
        new='named = "" if case.opened else',
        tests=("tests/ledger/order/test_payment_claims.py",),
    ),
    Mutation(
        name="the-auditor-believes-in-claims",
        file="adapters/store/memory.py",
        old="return sorted({*twice, *counted_twice(stamps), *_ticketed_twice(stamps)})",
        new="return twice",
        tests=("tests/ledger/order/test_payment_claims.py",),
    ),
    Mutation(
        name="two-tickets-have-one-code",
        file="adapters/store/memory.py",
        old="return sorted({*twice, *counted_twice(stamps), *_ticketed_twice(stamps)})",
        new="return sorted({*twice, *counted_twice(stamps)})",
        tests=("tests/adapters/worker/reactors/test_tickets.py",),
    ),
    Mutation(
        name="a-letter-sent-again-brings-other-tickets",
        file="ledger/order/order.py",
        old="if self.placed is None or self.tickets is not None or not self.admits:",
        new="if self.placed is None or not self.admits:",
        tests=("tests/ledger/order/test_tickets.py",),
    ),
    Mutation(
        name="tickets-outlast-their-seats",
        file="ledger/order/order.py",
        old="return self.placed is not None and self.sold and not self.released",
        new="return self.placed is not None and self.sold",
        tests=("tests/ledger/order/test_tickets.py",),
    ),
    Mutation(
        name="tickets-of-cancelled-pieces-stay-valid",
        file="ledger/order/order.py",
        old="return tuple(one for one in every if one.outlasts(self.freed_pieces))",
        new="return tuple(every)",
        tests=("tests/ledger/order/test_tickets.py",),
    ),
    Mutation(
        name="a-letter-is-claimed-without-its-tickets",
        file="ledger/order/decide.py",
        old="    if not may_be_issued(command.tickets, wanted=wanted):\n        raise LetterNotDue",
        new="    if not may_be_issued(command.tickets, wanted=wanted):\n        return _NOTHING",
        tests=("tests/ledger/order/test_tickets.py",),
    ),
    Mutation(
        name="a-check-sign-that-misses-what-changed-places",
        file="ledger/tickets/code.py",
        old="return sum(weight * place for weight, place in enumerate(places, 2)) % len(SIGNS)",
        new="return sum(places) % len(SIGNS)",
        tests=("tests/ledger/tickets/test_code.py",),
    ),
    Mutation(
        name="a-pdf-that-knows-when-it-was-made",
        file="adapters/mail/tickets/pdf.py",
        old="invariant=1, ",
        new="",
        tests=("tests/adapters/mail/tickets/test_pdf.py",),
    ),
    Mutation(
        name="letters-that-no-font-has-are-left-out",
        file="adapters/mail/tickets/typefaces.py",
        old="sign if ord(sign) in known else _BOX for sign in composed",
        new='sign if ord(sign) in known else "" for sign in composed',
        tests=("tests/adapters/mail/tickets/test_pdf.py",),
    ),
    Mutation(
        name="tickets-of-an-order-without-seats-are-served",
        file="web/pages/tickets.py",
        old="    if not found.valid_tickets:\n        raise UnknownOrder",
        new="    if not found.valid_tickets:\n        pass",
        tests=("tests/web/pages/test_tickets.py",),
    ),
    Mutation(
        name="money-that-left-again-revives-an-order",
        file="ledger/order/payable.py",
        old="    return timed_out and max(order.held, order.reserved) >= order.due\n",
        new="    return timed_out and max(order.received, order.reserved) >= order.due\n",
        tests=("tests/ledger/order/test_held_money.py",),
    ),
    Mutation(
        name="money-that-left-again-pays-beside-other-money",
        file="ledger/order/order.py",
        old="(one for one in self.paid_attempts if self._stands(one.correlation_id))",
        new="(self.paid_attempts)",
        tests=("tests/ledger/order/test_held_money.py",),
    ),
    Mutation(
        name="refunded-dead-order-stays-underpaid",
        file="ledger/order/order.py",
        old="        return self.alive and came and not self.confirmed\n",
        new="        return bool(self.received) and self.received < self.due\n",
        tests=("tests/ledger/order/test_held_money.py",),
    ),
    Mutation(
        name="lost-dispute-reads-as-returned",
        file="ledger/order/status.py",
        old="    if order.lost and order.refunded + order.lost >= order.received:\n",
        new="    if False:\n",
        tests=("tests/ledger/order/test_held_money.py",),
    ),
    Mutation(
        name="page-and-ledger-differ-about-payable",
        file="ledger/order/payable.py",
        old="status(order) in _WAITS and bool(order.missing)",
        new="status(order) in _WAITS and not order.received",
        tests=("tests/ledger/order/test_held_money.py",),
    ),
    Mutation(
        name="only-the-expected-word-is-waited-for",
        file="web/pages/pay.py",
        old="    if order.reserved or not order.missing:\n        return False\n",
        new="    if status(order) is not Status.PENDING:\n        return False\n",
        tests=("tests/web/pages/test_paid_while_closed.py",),
    ),
    Mutation(
        name="what-closing-tells-is-thrown-away",
        file="ledger/payments/payment_pages.py",
        old="self.look(order, attempt) in (PageState.EXPIRED, PageState.COMPLETE) or closed\n",
        new="closed\n",
        tests=("tests/adapters/providers/stripe/test_in_doubt.py",),
    ),
    Mutation(
        name="a-second-page-while-the-first-is-open",
        file="web/actions/pay.py",
        old="    if mine.redirect_url and (left or not payable(order)):\n",
        new="    if not mine.redirect_url:\n",
        tests=("tests/web/pages/test_paid_while_closed.py",),
    ),
    Mutation(
        name="a-second-page-while-money-is-under-way",
        file="web/actions/pay.py",
        old="    if order.under_way and payable(order):\n        return order, None\n",
        new="",
        tests=("tests/web/api/test_payments.py",),
    ),
    Mutation(
        name="the-account-is-another-providers",
        file="ledger/order/decisions/place.py",
        old="command.accounts.get(shop.terms.provider, _NO_ACCOUNT)",
        new="next(iter(command.accounts.values()), _NO_ACCOUNT)",
        tests=("tests/web/api/test_payments.py",),
    ),
    Mutation(
        name="every-order-of-an-outage-alarms",
        file="adapters/worker/reactors/alarms.py",
        old="told_at is None or told_at + self.together <= self.clock()",
        new="True",
        tests=("tests/adapters/worker/reactors/test_alarms.py",),
    ),
    Mutation(
        name="provider-times-are-the-ledgers",
        file="ledger/order/service.py",
        old="command.at if isinstance(stamp, INTENTS) else None",
        new="None",
        tests=("tests/adapters/providers/stripe/test_in_doubt.py",),
    ),
    Mutation(
        name="a-courtesy-decides",
        file="adapters/providers/stripe/sessions.py",
        old="    if not isinstance(answer, CreatePaymentFailure):\n        return answer\n",
        new="    if answer:\n        return answer\n",
        tests=("tests/adapters/providers/stripe/test_courtesies.py",),
    ),
    Mutation(
        name="an-answer-of-another-shape-is-trusted",
        file="adapters/providers/stripe/client.py",
        old="    try:\n        found = call().to_dict()\n    except stripe.StripeError:\n",
        new="    try:\n        found = call().to_dict()\n    except Exception:\n",
        tests=("tests/adapters/providers/stripe/test_shapes.py",),
    ),
    Mutation(
        name="captured-in-parts-is-nothing",
        file="adapters/providers/stripe/facts.py",
        old='    if status == "succeeded" or intent.get("amount_received"):\n',
        new='    if status == "succeeded":\n',
        tests=("tests/adapters/providers/stripe/test_captures.py",),
    ),
    Mutation(
        name="a-page-for-no-money-is-silence",
        file="adapters/providers/stripe/facts.py",
        old="        return _without_money(session, told)\n",
        new="        return []\n",
        tests=("tests/adapters/providers/stripe/test_in_doubt.py",),
    ),
    Mutation(
        name="refunds-in-doubt-are-not-looked-up",
        file="ledger/inbox/ports.py",
        old="door.refunds_in_doubt(body) if isinstance(door, DoubtfulDoor) else None\n",
        new="None\n",
        tests=("tests/adapters/providers/stripe/test_in_doubt.py",),
    ),
    Mutation(
        name="returned-already-is-a-plain-refusal",
        file="adapters/providers/stripe/refunds.py",
        old="        return _looked_up(client, ask, refused) if why in _IN_DOUBT else refused\n",
        new="        return refused\n",
        tests=("tests/adapters/providers/stripe/test_in_doubt.py",),
    ),
    Mutation(
        name="reminder-before-its-time",
        file="ledger/order/letters_due.py",
        old="        begun = self.begin is None or self.begin <= now\n",
        new="        begun = True\n",
        tests=("tests/ledger/order/test_how_to_pay.py",),
    ),
    Mutation(
        name="clock-cancels-what-a-bank-is-paying",
        file="ledger/order/decide.py",
        old="    if order.under_way or order.placed_at is None or command.at < pay_by(order):\n",
        new="    if order.placed_at is None or command.at < pay_by(order):\n",
        tests=("tests/adapters/worker/reactors/test_under_way.py",),
    ),
    Mutation(
        name="page-asks-for-money-under-way",
        file="web/templates/order.html",
        old="      {% if payable and not order.received and not pending %}\n",
        new="      {% if payable and not order.received %}\n",
        tests=("tests/web/pages/test_withdrawal.py",),
    ),
    Mutation(
        name="story-as-it-was-heard",
        file="web/pages/order_timeline.py",
        old="        for each in (*sorted(causes, key=_step), one):\n",
        new="        for each in (one,):\n",
        tests=("tests/web/pages/test_causal_order.py",),
    ),
    Mutation(
        name="withdrawal-looks-up-before-it-answers",
        file="web/pages/withdrawal.py",
        old="    wired.aside(lambda: send_link(wired, slug, number=number, email=email))\n",
        new="    send_link(wired, slug, number=number, email=email)\n",
        tests=("tests/web/pages/test_withdrawal.py",),
    ),
    Mutation(
        name="errors-are-nobodys-pages",
        file="web/http/errors.py",
        old="onward=onward, shop=shop_here())",
        new="onward=onward, shop=None)",
        tests=("tests/web/pages/test_problem_pages.py",),
    ),
    Mutation(
        name="errors-lead-to-where-only-buttons-lead",
        file="web/http/errors.py",
        old="        read_again_at(onward.address)\n",
        new="        pass\n",
        tests=("tests/web/pages/test_problem_pages.py",),
    ),
    Mutation(
        name="a-date-to-pay-by-that-is-too-late",
        file="ledger/order/payable.py",
        old="ends - timedelta(minutes=1) if (there.hour, there.minute)",
        new="ends if (there.hour, there.minute)",
        tests=("tests/web/pages/test_by_hand.py",),
    ),
    Mutation(
        name="one-decline-is-told-twice",
        file="web/pages/order_timeline.py",
        old="PaymentFailed) and apart <= _AT_ONCE\n",
        new="PaymentFailed) and apart < timedelta(0)\n",
        tests=("tests/web/pages/test_order_timeline.py",),
    ),
    Mutation(
        name="lines-of-a-seller-without-end",
        file="web/templates/components/seller.html",
        old="{{ seller.address|cut }}",
        new="{{ seller.address }}",
        tests=("tests/web/pages/test_long_texts.py",),
    ),
    Mutation(
        name="a-withdrawal-that-cannot-be",
        file="ledger/shop/shop.py",
        old="        return self.gives_away or not capability(self.preferences.provider).by_hand\n",
        new="        return True\n",
        tests=("tests/web/pages/test_by_hand.py",),
    ),
    Mutation(
        name="too-often-loses-what-was-typed",
        file="web/pages/checkout.py",
        old='    too_often = pressed_too_often("checkout", limit=20)\n',
        new='    slow_down("checkout", limit=20)\n    too_often = False\n',
        tests=("tests/web/pages/test_withdrawal.py",),
    ),
    Mutation(
        name="withdrawn-payment-is-asked-for",
        file="ledger/order/payment_attempt.py",
        old="        told = self.authorization is not None or self.withdrawn is not None\n",
        new="        told = self.authorization is not None\n",
        tests=("tests/ledger/order/test_corrections.py",),
    ),
    Mutation(
        name="way-back-in-unguarded",
        file="adapters/postgres/views/owner.py",
        old="            refused = self._refused({stream: derived})\n",
        new="            refused: list[Poison] = []\n"
        "            self._replace({stream: derived})\n",
        tests=("tests/adapters/worker/projector/test_poisoned.py",),
    ),
    Mutation(
        name="too-long-for-an-index-ends-the-owner",
        file="adapters/postgres/views/tables.py",
        old='_OF_ROWS = ("22", "23", "44", "54", "P0")',
        new='_OF_ROWS = ("22", "23")',
        tests=("tests/adapters/worker/projector/test_poisoned.py",),
    ),
    Mutation(
        name="cases-about-cases-without-end",
        file="adapters/worker/projector/reactor.py",
        old="        if self._is_ours(poison.stream):\n",
        new="        if self._is_ours(poison.stream) and poison.position < 0:\n",
        tests=("tests/adapters/worker/projector/test_poisoned.py",),
    ),
    Mutation(
        name="lag-is-always-well",
        file="web/http/health.py",
        old='        "ok": not stopped and seconds <= LATE.total_seconds(),\n',
        new='        "ok": True,\n',
        tests=("tests/web/http/test_readiness.py",),
    ),
    Mutation(
        name="standstill-is-as-derived",
        file="web/cli/audit.py",
        old="    clean = not (found or stopped or late)\n",
        new="    clean = not found\n",
        tests=("tests/web/cli/test_audit.py",),
    ),
    Mutation(
        name="head-of-the-list-starves-the-rest",
        file="adapters/worker/reactor.py",
        old="        found = self.look(self._offset)\n",
        new="        found = self.look(0)\n",
        tests=("tests/adapters/worker/test_turns.py",),
    ),
    Mutation(
        name="captures-behind-payment-intents",
        file="adapters/postgres/views/sql/views_read_open_intents.sql",
        old="kind = any($3)",
        new="$3::text[] is not null",
        tests=("tests/adapters/worker/test_lanes.py",),
    ),
    Mutation(
        name="one-lane-for-all-providers",
        file="adapters/postgres/views/sql/views_read_unpaid_due.sql",
        old="    ) = $4\n",
        new="    ) is not null and $4 is not null\n",
        tests=("tests/adapters/worker/test_lanes.py",),
    ),
    Mutation(
        name="patience-for-ever",
        file="adapters/worker/reactor.py",
        old="(waits[1] + longest)",
        new="(waits[1] + 99 * longest)",
        tests=("tests/adapters/worker/test_turns.py",),
    ),
    Mutation(
        name="no-answer-is-nobodys-trouble",
        file="adapters/worker/open_cases.py",
        old="        late = overdue(order, now) if now else ()\n",
        new="        late = overdue(order, now) if order.disputed and now else ()\n",
        tests=("tests/adapters/worker/reactors/test_overdue.py",),
    ),
    Mutation(
        name="revoked-key-waits-like-any-other",
        file="adapters/worker/reactors/open_payments.py",
        old="            if answer.person:\n",
        new="            if answer.person and order.disputed:\n",
        tests=("tests/adapters/worker/reactors/test_overdue.py",),
    ),
    Mutation(
        name="asked-again-is-not-failed-any-more",
        file="ledger/order/payment_attempt.py",
        old="        return CallState.REFUSED in kept.voids.values()\n",
        new="        return self.void_refused\n",
        tests=("tests/adapters/worker/reactors/test_overdue.py",),
    ),
    Mutation(
        name="alert-on-a-name-that-nobody-tells",
        file="web/http/metrics.py",
        old='        stopped = _gauge("stopped_lanes",',
        new='        stopped = _gauge("lanes_stopped",',
        tests=("tests/web/http/test_ledger_metrics.py",),
    ),
    Mutation(
        name="one-provider-takes-all-the-room",
        file="adapters/providers/calls.py",
        old="            if name in _UNGATED:\n",
        new="            if name:\n",
        tests=("tests/web/http/test_ledger_metrics.py",),
    ),
    Mutation(
        name="own-approver",
        file="ledger/order/decisions/corrections.py",
        old="    if not approver or approver.casefold() in _names(actor):\n",
        new="    if not approver or approver == actor:\n",
        tests=("tests/ledger/order/test_corrections.py",),
    ),
    Mutation(
        name="correction-after-money-went-back",
        file="ledger/order/decisions/corrections.py",
        old="    if order.held_by(marked.correlation_id) != marked.received:\n"
        "        raise MoneyReturned\n",
        new="",
        tests=("tests/ledger/order/test_corrections.py",),
    ),
    Mutation(
        name="transfer-counts-once-per-order",
        file="ledger/payments/mark_paid.py",
        old='    return uuid5(_TRANSFERS, f"{transfer}/{number}")\n',
        new='    return uuid5(_TRANSFERS, f"{transfer}/{number}/{object()}")\n',
        tests=("tests/ledger/payments/test_mark_paid.py",),
    ),
    Mutation(
        name="times-out-only-once",
        file="adapters/worker/reactors/unpaid_orders.py",
        old='    again = f"/{order.retaken_position}" if order.retaken_position else ""\n',
        new='    again = ""\n',
        tests=("tests/adapters/worker/reactors/test_unpaid_orders.py",),
    ),
    Mutation(
        name="status-is-a-maximum",
        file="ledger/order/status.py",
        old="""    if order.disputed:
        return Status.DISPUTED
    return _with_money(order) if order.received else _without_money(order)
""",
        new="""    if order.disputed:
        return Status.DISPUTED
    words = [Status.NOT_STARTED]
    words += [Status.PENDING] if order.attempts else []
    words += [Status.PAID] if order.received or order.free_confirmed else []
    words += [Status.CANCELLED] if order.cancelled else []
    words += [Status.REFUNDED] if order.refunds else []
    return max(words, key=list(Status).index)
""",
        tests=("tests/ledger/order/test_status.py",),
    ),
    Mutation(
        name="receipt-keyed-by-stamp",
        file="ledger/order/letters_due.py",
        old="        receipts.setdefault(due.correlation_id, due)\n"
        "    return (*receipts.values(), *_corrections(order), *_link(order), *_beside(order))",
        new="        receipts[due.correlation_id] = due\n"
        "    every = (*_paid(order), *_refunded(order), *_cancelled(order))\n"
        "    return (*every, *_corrections(order), *_link(order), *_beside(order))",
        tests=("tests/ledger/order/test_letters_due.py",),
    ),
    Mutation(
        name="refund-without-its-own-key",
        file="ledger/payments/provider.py",
        old='idempotency_key(refund.correlation_id, "refund", refund.last_try)',
        new='f"{id(refund)}"',
        tests=("tests/ledger/order/test_service.py",),
    ),
    Mutation(
        name="link-without-expiry",
        file="ledger/order/cancellation_policy.py",
        old="        and now < link.requested_at + LINK_LIFETIME\n",
        new="",
        tests=("tests/ledger/order/test_decide.py",),
    ),
    Mutation(
        name="link-used-twice",
        file="ledger/order/cancellation_policy.py",
        old="        and not link_is_used(order, link)\n",
        new="",
        tests=("tests/ledger/order/test_decide.py",),
    ),
    Mutation(
        name="another-amount-is-accepted",
        file="ledger/order/stamps.py",
        old='@stamp("PAID", binding=("amount", "provider", "provider_reference"), ',
        new='@stamp("PAID", binding=("provider", "provider_reference"), ',
        tests=("tests/ledger/order/test_service.py", "tests/ledger/inbox/test_receive.py"),
    ),
    Mutation(
        name="test-money-counts-as-real",
        file="ledger/inbox/bind.py",
        old='        "mode": (attempt.live, report.live),\n',
        new="",
        tests=("tests/ledger/inbox/test_receive.py",),
    ),
    Mutation(
        name="a-payment-s-own-word-is-enough",
        file="ledger/inbox/bind.py",
        old='    return Untied("no payment page of ours bears it out")\n',
        new="    return attempt\n",
        tests=("tests/ledger/inbox/test_bind.py",),
    ),
    Mutation(
        name="any-page-will-do",
        file="ledger/inbox/bind.py",
        old="        return attempt if ours else Unbound",
        new="        return attempt if report.page else Unbound",
        tests=("tests/ledger/inbox/test_bind.py",),
    ),
    Mutation(
        name="nobody-looks-a-payment-up",
        file="adapters/worker/reactors/inbox.py",
        old="            self.look_up(report)\n",
        new="",
        tests=("tests/adapters/providers/stripe/test_bind.py",),
    ),
    Mutation(
        name="outcome-of-a-refund-lost",
        file="ledger/payments/provider.py",
        old="orders.record(order_id, accepted.outcome, correlation_id=refund_id, actor=actor)\n",
        new="pass\n",
        tests=("tests/ledger/order/test_service.py",),
    ),
    Mutation(
        name="an-old-key-refunds-again",
        file="adapters/worker/reactors/open_payments.py",
        old="        return asked_at is not None and asked_at + REMEMBERED <= self.clock()\n",
        new="        return False\n",
        tests=("tests/adapters/worker/reactors/test_open_payments.py",),
    ),
    Mutation(
        name="a-killed-sender-leaves-silence",
        file="adapters/worker/reactors/deliver_letter.py",
        old="            return Forgotten(tries) if age >= policy.lease else None\n",
        new="            return None\n",
        tests=("tests/adapters/worker/reactors/test_letters.py",),
    ),
    Mutation(
        name="anybodys-claim-is-ours",
        file="ledger/order/batch_service.py",
        old="    if not ours or outcome",
        new="    if outcome",
        tests=("tests/adapters/worker/reactors/test_letters.py",),
    ),
    Mutation(
        name="claims-are-sent-however-late",
        file="adapters/worker/reactors/deliver_letter.py",
        old="if claimed_at is None or self.clock() >= claimed_at + self.lease / 2:",
        new="if claimed_at is None:",
        tests=("tests/adapters/worker/reactors/test_letters.py",),
    ),
    Mutation(
        name="a-dead-line-is-a-no",
        file="adapters/mail/smtp.py",
        old="        if isinstance(answer, Sent | Unknown) or (answer and answer.permanent):\n",
        new="        if answer is not None:\n",
        tests=("tests/adapters/mail/test_smtp_connections.py",),
    ),
    Mutation(
        name="handed-over-without-an-answer-is-a-no",
        file="adapters/mail/smtp.py",
        old="            return Unknown(_name(error))\n",
        new="            return Rejected(_name(error), permanent=False)\n",
        tests=("tests/adapters/mail/test_smtp_connections.py", "tests/adapters/mail/test_smtp.py"),
    ),
    Mutation(
        name="a-letter-for-nobody-is-handed-over",
        file="adapters/mail/smtp.py",
        old="        _agreed(_OK, server.rcpt(to))\n",
        new="        server.rcpt(to)\n",
        tests=("tests/adapters/mail/test_smtp_connections.py",),
    ),
    Mutation(
        name="underpaid-is-paid",
        file="ledger/order/order.py",
        old="self.covered.amount >= self.due.amount",
        new="self.covered.amount > 0",
        tests=("tests/ledger/order/test_status.py",),
    ),
    Mutation(
        name="a-late-failure-is-forgotten",
        file="ledger/order/refund.py",
        old="kept = [money for name, money in self.settled.items() if name not in self.gone]",
        new="kept = [*self.settled.values()]",
        tests=("tests/ledger/order/test_order_independence.py",),
    ),
    Mutation(
        name="outside-refunds-depend-on-their-order",
        file="ledger/order/refund.py",
        old="known_before = one.request is not None and other.",
        new="known_before = other.",
        tests=("tests/ledger/order/test_order_independence.py",),
    ),
    Mutation(
        name="what-is-being-captured-is-given-up",
        file="ledger/order/decisions/capture.py",
        old="    late = capture_under_way(order) or not in_grace(order, at)\n",
        new="    late = not in_grace(order, at)\n",
        tests=("tests/ledger/order/test_capture.py",),
    ),
    Mutation(
        name="a-capture-is-asked-for-twice",
        file="ledger/order/decisions/capture.py",
        old=" or kept.capture_unanswered or _another_is_asked(order, attempt):\n",
        new=" or _another_is_asked(order, attempt):\n",
        tests=("tests/ledger/order/test_capture.py",),
    ),
    Mutation(
        name="a-late-void-is-forgotten",
        file="ledger/order/authorization.py",
        old="        return turned_down(self.voids) and not self.gone\n",
        new="        return False\n",
        tests=("tests/ledger/order/test_capture.py",),
    ),
    Mutation(
        name="seats-are-not-given-back",
        file="ledger/order/evolve.py",
        old="        return replace(order, released=True)\n",
        new="        return replace(order, released=False)\n",
        tests=("tests/ledger/order/test_status.py", "tests/ledger/order/test_next_step.py"),
    ),
    Mutation(
        name="an-order-that-was-handed-out-is-changed",
        file="ledger/order/evolve.py",
        old="    return replace(order, attempts={**order.attempts, cause: told})\n",
        new="    order.attempts[cause] = told\n    return replace(order)\n",
        tests=("tests/ledger/order/test_fold.py",),
    ),
    Mutation(
        name="the-last-seat-is-sold-twice",
        file="adapters/store/append_conditions.py",
        old="            if after.free < 0:\n",
        new="            if after.free < -1:\n",
        tests=("tests/ledger/order/test_service.py",),
    ),
    Mutation(
        name="readers-go-on-from-the-highest-position-seen",
        file="adapters/store/recorder.py",
        old="        if row.id != expected:\n",
        new="        if row.id < expected:\n",
        tests=("tests/adapters/postgres/test_recorder.py",),
    ),
    Mutation(
        name="committers-take-no-turns",
        file="adapters/postgres/ledger/sql/take_turn.sql",
        old="select pg_advisory_xact_lock(21332, 1)",
        new="select 1",
        tests=("tests/crash/test_interleavings.py",),
    ),
    Mutation(
        name="a-hole-is-waited-for-and-then-skipped",
        file="adapters/postgres/ledger/recorder.py",
        old='        return dense(self._rows("read_positions", after, limit), after=after)\n',
        new='        rows = self._rows("read_positions", after, limit)\n'
        "        try:\n"
        "            return dense(rows, after=after)\n"
        "        except PositionMissing:\n"
        "            __import__('time').sleep(0.1)\n"
        '            return self._rows("read_positions", after, limit)\n',
        tests=("tests/adapters/postgres/test_recorder.py",),
    ),
    Mutation(
        name="projections-wait-to-be-woken",
        file="adapters/worker/projector/projector.py",
        old="                stop.wait(pause)\n",
        new="                stop.wait(3600)\n",
        tests=("tests/adapters/worker/projector/test_projector.py",),
    ),
    Mutation(
        name="hashed-without-a-length",
        file="ledger/proof/leaf.py",
        old="            _length(len(state)),\n",
        new="",
        tests=("tests/ledger/proof/test_leaf.py",),
    ),
    Mutation(
        name="positions-come-from-a-sequence",
        file="adapters/store/append_conditions.py",
        old="        self._position = known.head.frontier.size\n",
        # A sequence does not take back what a transaction that failed has drawn.
        new="        global _SEQUENCE\n"
        "        drawn = globals().get('_SEQUENCE', {})\n"
        "        self._position = max(drawn.get(ledger, 0), known.head.frontier.size)\n"
        "        _SEQUENCE = {**drawn, ledger: self._position + 1}\n",
        tests=("tests/contract/test_stamp_recorder.py",),
    ),
    Mutation(
        name="rows-are-written-and-their-checkpoint-is-not",
        file="adapters/postgres/views/sql/views_insert_step.sql",
        old="values ($1, $2, $3)",
        new="select $1, $2::bigint, $3::bigint where $3::bigint < 0",
        tests=("tests/adapters/worker/projector/test_projector.py",),
    ),
    Mutation(
        name="two-owners-and-no-epoch",
        file="adapters/postgres/views/sql/views_claim_epoch.sql",
        old="where name = $1 and epoch = $2 for",
        new="where name = $1 and $2::bigint > 0 for",
        tests=("tests/adapters/worker/projector/test_projector.py",),
    ),
    Mutation(
        name="the-checkpoint-is-committed-before-its-rows",
        file="adapters/postgres/views/owner.py",
        old="""        with self._writing(position):
            self._replace(changed)
""",
        new="""        with self._writing(position):
            pass
        with self._writing(position):
            self._replace(changed)
""",
        tests=("tests/crash/test_interleavings.py",),
    ),
    Mutation(
        name="answered-before-the-disk-has-it",
        file="adapters/postgres/sessions.py",
        old='    "synchronous_commit": "on",\n',
        new='    "synchronous_commit": "off",\n',
        tests=("tests/crash/test_crash_table.py",),
    ),
    Mutation(
        name="totals-beside-a-commit-are-believed",
        file="ledger/audit/check_totals.py",
        old='            text = "stands twice" if key in seen else self._fault(key, value)\n',
        # All that is told is what is missing.
        new='            text = ""\n',
        tests=("tests/ledger/audit/test_tampered.py",),
    ),
    Mutation(
        name="an-auditor-that-is-gone-found-nothing",
        file="adapters/audit/processes.py",
        old="    except (EOFError, pickle.UnpicklingError) as error:\n"
        "        raise _gone(process) from error\n",
        new="    except (EOFError, pickle.UnpicklingError):\n        return Report([], [])\n",
        tests=("tests/adapters/audit/test_processes.py",),
    ),
    Mutation(
        name="nobody-looks-which-rows-an-auditor-read",
        file="adapters/audit/processes.py",
        old="            if report.leaves != leaves:\n",
        new="            if report.leaves is None:\n",
        tests=("tests/adapters/audit/test_processes.py",),
    ),
    Mutation(
        name="a-row-with-another-binding-is-as-it-was-written",
        file="ledger/audit/verify_streams.py",
        old="        and row[7] == again.binding\n",
        new="",
        tests=("tests/ledger/audit/test_shortcuts.py",),
    ),
    Mutation(
        name="released-seats-are-not-counted",
        file="ledger/audit/check_seats.py",
        old="        PaymentWithdrawn,\n        SeatsReleased,\n",
        new="        PaymentWithdrawn,\n",
        tests=("tests/ledger/audit/test_shortcuts.py",),
    ),
    Mutation(
        name="anybody-signs-for-paytrail",
        file="adapters/providers/paytrail/door.py",
        old="        if not is_signed(self._secret, _target(body).query):\n",
        new="        if not _target(body).query:\n",
        tests=("tests/adapters/providers/paytrail/test_door.py",),
    ),
    Mutation(
        name="paytrails-address-is-believed",
        file="adapters/providers/paytrail/facts.py",
        old='    return _ELSEWHERE if ours is not None and ours.order != address_of else ""\n',
        new='    return ""\n',
        tests=("tests/adapters/providers/paytrail/test_door.py",),
    ),
    Mutation(
        name="an-unsigned-answer-of-paytrails-counts",
        file="adapters/providers/paytrail/client.py",
        old="        if not is_signed(self._secret, headers, body):\n",
        new="        if not body:\n",
        tests=("tests/adapters/providers/paytrail/test_payments.py",),
    ),
    Mutation(
        name="a-refund-at-paytrail-is-posted-again",
        file="adapters/providers/paytrail/refunds.py",
        old="    if not once.take(ask.idempotency_key):\n        return unknown()\n",
        new="    once.take(ask.idempotency_key)\n",
        tests=("tests/adapters/providers/paytrail/test_payments.py",),
    ),
    Mutation(
        name="another-reference-is-accepted",
        file="ledger/inbox/bind.py",
        old="            report.payment_reference or order.payment_reference,\n",
        new="            order.payment_reference,\n",
        tests=("tests/adapters/providers/paytrail/test_door.py",),
    ),
    Mutation(
        name="anybody-brings-paytrails-report",
        file="adapters/providers/paytrail/request_report.py",
        old="        if not is_signed(self._secret, headers, body):\n",
        new="        if not headers:\n",
        tests=("tests/web/inbox/test_paytrail_reports.py",),
    ),
    Mutation(
        name="a-report-is-brought-anywhere",
        file="adapters/providers/paytrail/request_report.py",
        old="        if not hmac.compare_digest(self._mark(until, nonce), mark):\n",
        new="        if not mark:\n",
        tests=("tests/web/inbox/test_paytrail_reports.py",),
    ),
    Mutation(
        name="an-address-for-a-report-lives-for-ever",
        file="adapters/providers/paytrail/request_report.py",
        old="        if until < now.timestamp():\n",
        new="        if until < 0:\n",
        tests=("tests/web/inbox/test_paytrail_reports.py",),
    ),
    Mutation(
        name="a-row-without-a-transaction-is-believed",
        file="adapters/providers/paytrail/parse_report.py",
        old="        attempt=None,\n        correlation_id=news_id(number),\n",
        new="        attempt=getattr(ours, 'attempt', None),\n"
        "        correlation_id=getattr(ours, 'attempt', news_id(number)),\n",
        tests=("tests/web/cli/test_reconcile_paytrail.py",),
    ),
    Mutation(
        name="a-refund-by-hand-is-its-payment",
        file="ledger/reconciliation/by_reference.py",
        old="        names = ((row.kind, name) for name in row.names)\n",
        new="        names = ((Kind.PAYMENT, name) for name in row.names)\n",
        tests=("tests/web/cli/test_reconcile_paytrail.py",),
    ),
    Mutation(
        name="a-full-report-is-taken-for-all",
        file="web/cli/reconcile_books.py",
        old="        if len(rows) < self.reporting.most_rows:\n",
        new="        if rows is not None:\n",
        tests=("tests/web/cli/test_reconcile_paytrail.py",),
    ),
    Mutation(
        name="a-payout-forgets-what-went-back",
        file="ledger/reconciliation/payouts.py",
        old="        return self.payments - self.refunds\n",
        new="        return self.payments\n",
        tests=("tests/web/cli/test_reconcile_paytrail.py",),
    ),
    Mutation(
        name="a-known-checkout-is-looked-at-without-end",
        file="web/inbox/webhooks.py",
        old='    kinds = ((f"sumup/{subject}", 20), ("sumup/known", 1200))',
        new='    kinds = (("sumup/known", 9000),)',
        tests=("tests/web/inbox/test_sumup_attacked.py",),
    ),
    Mutation(
        name="a-sale-at-a-till-is-ours",
        file="adapters/providers/sumup/books.py",
        old='_AT_A_TILL = ("POS", "CASH")',
        new='_AT_A_TILL = ("NONE",)',
        tests=("tests/web/cli/test_reconcile_sumup.py",),
    ),
    Mutation(
        name="a-known-refund-at-sumup-proves-another",
        file="adapters/providers/sumup/refunds.py",
        old="if _name(one, ask) not in ask.known]",
        new="if _name(one, ask)]",
        tests=("tests/adapters/providers/sumup/test_payments.py",),
    ),
    Mutation(
        name="a-refused-try-hides-behind-its-acceptance",
        file="ledger/order/refund.py",
        old="        return frozenset({*self.failed, *(accepted - standing)})\n",
        new="        return frozenset({*self.failed, *(accepted - accepted)})\n",
        tests=("tests/adapters/providers/paytrail/test_refund_news.py",),
    ),
    Mutation(
        name="any-later-refund-replaces-one-that-fails",
        file="ledger/order/refund.py",
        old="        return 0 < one.failed_position < other.first_position\n",
        new="        return one.first_position < other.first_position\n",
        tests=("tests/adapters/providers/paytrail/test_refund_news.py",),
    ),
    Mutation(
        name="a-refund-is-of-whatever-amount-is-told",
        file="ledger/inbox/bind.py",
        old="    return asked is not None and told is not None and asked.amount != told\n",
        new="    return False\n",
        tests=("tests/adapters/providers/paytrail/test_refund_news.py",),
    ),
    Mutation(
        name="any-text-is-an-address-of-a-page",
        file="ledger/payments/provider.py",
        old="    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):\n",
        new="    if not isinstance(value, str):\n",
        tests=("tests/adapters/providers/paytrail/test_payments.py",),
    ),
    Mutation(
        name="a-foreign-stamp-is-as-good-as-none",
        file="adapters/providers/paytrail/facts.py",
        old='_strayed(ours, address_of) if ours else _FOREIGN if stamp else ""',
        new='_strayed(ours, address_of) if ours else ""',
        tests=("tests/adapters/providers/paytrail/test_door.py",),
    ),
    Mutation(
        name="claims-are-not-compared-with-stamps",
        file="ledger/audit/verify.py",
        old="        for faulty in self._ledger.faulty_claims():\n",
        new="        for faulty in self._ledger.faulty_claims()[1:]:\n",
        tests=("tests/ledger/order/test_payment_claims.py",),
    ),
    Mutation(
        name="what-a-case-sends-back-is-not-counted",
        file="adapters/store/memory.py",
        old="_sent_back(row, opened.get(row.originator_id))",
        new="_sent_back(row, None)",
        tests=("tests/ledger/order/test_payment_claims.py",),
    ),
    Mutation(
        name="a-claim-of-any-holder-will-do",
        file="adapters/postgres/ledger/sql/read_claim_faults.sql",
        old="when counted.holder <> claim.holder then 'changed'",
        new="when counted.holder is null then 'changed'",
        tests=("tests/adapters/audit/test_tampered_postgres.py",),
    ),
    Mutation(
        name="bytes-that-are-no-text-end-the-auditor",
        file="ledger/codec/decode.py",
        old="AttributeError, UnicodeDecodeError, msgspec",
        new="AttributeError, msgspec",
        tests=("tests/ledger/codec/test_codec.py",),
    ),
    Mutation(
        name="foreign-metadata-is-as-good-as-none",
        file="adapters/providers/stripe/metadata.py",
        old="    return any(one and uuid_or_none(one) is None for one in names)\n",
        new="    return len(names) == 1 and bool(names[0]) and uuid_or_none(names[0]) is None\n",
        tests=("tests/adapters/providers/stripe/test_receive.py",),
    ),
    Mutation(
        name="a-foreign-reference-is-as-good-as-none",
        file="adapters/providers/sumup/facts.py",
        old='        contradiction="" if ours else foreign(checkout.get("checkout_reference")),\n',
        new="",
        tests=("tests/web/inbox/test_sumup.py",),
    ),
    Mutation(
        name="a-price-that-nobody-saw-is-paid",
        file="ledger/order/decisions/place.py",
        old="    if shown is not None and shown != placed.total:\n",
        new="    if shown is not None and shown == object():\n",
        tests=("tests/web/pages/test_price_changed.py",),
    ),
    Mutation(
        name="a-catalogue-never-grows-old",
        file="ledger/shop/cache.py",
        old="        return all(0 <= age < self._seconds for age in ages)\n",
        new="        return bool(ages)\n",
        tests=("tests/ledger/shop/test_cache.py",),
    ),
    Mutation(
        name="a-no-is-said-by-an-old-catalogue",
        file="ledger/order/service.py",
        old="            if newest.version == shop.version:\n",
        new="            if newest.version >= shop.version:\n",
        tests=("tests/ledger/shop/test_cache.py",),
    ),
    Mutation(
        name="one-unreadable-object-at-sumup-stops-the-books",
        file="adapters/providers/sumup/books.py",
        old="        return read()\n    except BadMessage as",
        new="        return read()\n    except ZeroDivisionError as",
        tests=("tests/web/cli/test_reconcile_unreadable.py",),
    ),
    Mutation(
        name="one-unreadable-object-at-stripe-stops-the-books",
        file="adapters/providers/stripe/books.py",
        old="        return [*read(thing)]\n    except BadMessage as error:",
        new="        return [*read(thing)]\n    except ZeroDivisionError as error:",
        tests=("tests/adapters/providers/stripe/test_reconcile.py",),
    ),
    Mutation(
        name="one-unreadable-row-stops-the-report",
        file="adapters/providers/paytrail/parse_report.py",
        old="            row = _row(one)\n        except BadMessage as trouble:",
        new="            row = _row(one)\n        except ZeroDivisionError as trouble:",
        tests=("tests/adapters/providers/paytrail/test_reports.py",),
    ),
    Mutation(
        name="what-cannot-be-read-agrees",
        file="ledger/reconciliation/compare.py",
        old="return not self.findings and not self.unread",
        new="return not self.findings",
        tests=("tests/web/cli/test_reconcile_unreadable.py",),
    ),
    Mutation(
        name="an-unreadable-answer-is-turned-away-for-ever",
        file="adapters/providers/sumup/provider.py",
        old="            return unreadable(facts.unread(checkout, reference))\n",
        new='            raise ProviderAway("unreadable") from None\n',
        tests=("tests/web/inbox/test_sumup.py",),
    ),
    Mutation(
        name="a-refused-refund-may-be-of-any-amount",
        file="adapters/providers/paytrail/facts.py",
        old="    refused = isinstance(fact, CreateRefundFailure) and order is not None\n",
        new="    refused = False\n",
        tests=("tests/adapters/providers/paytrail/test_refund_news.py",),
    ),
    Mutation(
        name="an-unreadable-page-of-stripes-is-an-outage",
        file="adapters/providers/stripe/sessions.py",
        old="        return unreadable(unread(session, session_id))\n",
        new='        raise ProviderAway("unreadable") from None\n',
        tests=("tests/adapters/providers/stripe/test_shapes.py",),
    ),
    Mutation(
        name="an-unreadable-page-is-nameless",
        file="ledger/payments/repair_pages.py",
        old="    if page.state is PageState.UNREADABLE:\n",
        new="    if page.state is PageState.EXPIRED:\n",
        tests=("tests/adapters/providers/stripe/test_repair_pages.py",),
    ),
    Mutation(
        name="a-page-of-sumups-that-may-be-open-is-closed",
        file="adapters/providers/sumup/checkouts.py",
        old="    except (Lost, BadMessage):\n        return False\n",
        new="    except (Lost, BadMessage):\n        return True\n",
        tests=("tests/web/pages/test_sumup_pages.py",),
    ),
    Mutation(
        name="a-paid-page-of-sumups-is-taken-for-open",
        file="adapters/providers/sumup/provider.py",
        old='_STATES = {"PAID": PageState.COMPLETE, ',
        new='_STATES = {"PAID": PageState.OPEN, ',
        tests=("tests/web/pages/test_sumup_pages.py",),
    ),
    Mutation(
        name="an-answer-without-end-is-read",
        file="adapters/providers/http.py",
        old="            if len(content) > LONGEST or monotonic() > until:\n",
        new="            if len(content) < 0:\n",
        tests=("tests/adapters/providers/test_http.py",),
    ),
    Mutation(
        name="an-unsigned-event-of-sumups-comes-in",
        file="adapters/providers/sumup/door.py",
        old="""        if "type" in told or "event_type" not in told:
""",
        new="""        if not told:
""",
        tests=("tests/web/inbox/test_sumup.py",),
    ),
    Mutation(
        name="nobody-looks-before-cancelling",
        file="adapters/worker/reactors/unpaid_orders.py",
        old="            if not self.look(before) and not self._waited_long(before):\n",
        new="            if self.clock() < before.placed_at:\n",
        tests=("tests/adapters/worker/reactors/test_unpaid_orders.py",),
    ),
    Mutation(
        name="a-guess-is-taken-for-the-truth",
        file="adapters/postgres/ledger/batch.py",
        old="    except Exception:\n",
        new="    except ZeroDivisionError:\n",
        tests=("tests/adapters/postgres/test_optimistic.py",),
    ),
    Mutation(
        name="a-key-binds-nothing",
        file="ledger/kernel/idempotency_key.py",
        old="            if one.request != request:\n",
        new="            if one.actor != history[at].actor:\n",
        tests=("tests/web/api/test_actions.py",),
    ),
    Mutation(
        name="what-a-key-asked-for-is-not-appended",
        file="ledger/codec/encode.py",
        old="(*binding, request)",
        new="binding",
        tests=("tests/ledger/codec/test_codec.py",),
    ),
    Mutation(
        name="a-case-and-its-order-are-two-appends",
        file="ledger/order/service.py",
        old="        if also is None:\n",
        new="        if also is None or also.drafts:\n",
        tests=("tests/ledger/cases/test_resolve.py",),
    ),
    Mutation(
        name="a-waiting-letter-is-asked-for-again",
        file="ledger/order/decisions/staff.py",
        old='.state == "due"',
        new='.state == "waiting"',
        tests=("tests/ledger/order/test_resend.py",),
    ),
    Mutation(
        name="one-rate-written-twice-is-two",
        file="ledger/kernel/money.py",
        old="        rate = Decimal(written)\n",
        new="        rate = Decimal(written) + Decimal(len(written)) / 10**9\n",
        tests=("tests/ledger/kernel/test_vat.py",),
    ),
    Mutation(
        name="seats-are-missed-without-their-product",
        file="ledger/order/service.py",
        old="raise NotEnoughSeats(product=self._full(order_id, outcome))",
        new='raise NotEnoughSeats(product="")',
        tests=("tests/web/api/test_corrections.py",),
    ),
    Mutation(
        name="only-bare-numbers-name-an-order",
        file="web/actions/find_orders.py",
        old='text.strip().removeprefix("#")',
        new="text.strip()",
        tests=("tests/web/cli/test_orders.py",),
    ),
    Mutation(
        name="whatever-is-typed-is-text",
        file="web/cli/main.py",
        old="        require_text(arguments)\n",
        new="",
        tests=("tests/web/cli/test_bad_arguments.py",),
    ),
    Mutation(
        name="ports-have-no-end",
        file="web/cli/ports.py",
        old="LAST = 65_535",
        new="LAST = 1_000_000",
        tests=("tests/web/cli/test_bad_arguments.py",),
    ),
    Mutation(
        name="secrets-are-not-read-from-files",
        file="web/wiring/settings.py",
        old='.get(f"STAMPLEDGER_{name}_FILE") if name in SECRETS else None',
        new=".get(name)",
        tests=("tests/web/wiring/test_settings_in_files.py",),
    ),
    Mutation(
        name="nobody-knows-when-a-token-was-used",
        file="adapters/postgres/working/sql/read_token.sql",
        old="set last_used_at = now()",
        new="set last_used_at = last_used_at",
        tests=("tests/adapters/postgres/test_rate_limits.py",),
    ),
    Mutation(
        name="a-visitor-is-not-told-what-is-left",
        file="web/app.py",
        old="    app.after_request(tell_allowance)\n",
        new="",
        tests=("tests/web/test_public_writes.py",),
    ),
    Mutation(
        name="wait-longer-than-was-told",
        file="web/http/rate_limit.py",
        old="    g.over_for = None if hit else hit.seconds\n",
        new="",
        tests=("tests/web/test_public_writes.py",),
    ),
    Mutation(
        name="metrics-port-is-taken-on-trust",
        file="web/cli/main.py",
        old="        require_usable(LOOPBACK, metrics_port,",
        new="        (lambda *_, **__: None)(LOOPBACK, metrics_port,",
        tests=("tests/web/cli/test_bad_arguments.py",),
    ),
    Mutation(
        name="what-has-a-default-must-be-sent",
        file="web/api/openapi.py",
        old='field.pop("default", None)',
        new='field.get("default")',
        tests=("tests/web/api/test_openapi.py",),
    ),
    Mutation(
        name="a-body-is-described-by-hand",
        file="web/api/openapi.py",
        old="    RefundBody,\n    PaidBody,",
        new="    PaidBody,",
        tests=("tests/web/api/test_openapi.py",),
    ),
    Mutation(
        name="stored-without-reading-back",
        file="adapters/store/mapper.py",
        old="    encoded = faithful(draft)\n",
        new='    encoded = __import__("ledger.codec").codec.encode(draft)\n',
        tests=("tests/ledger/shop/test_unreadable.py", "tests/ledger/codec/test_bounds.py"),
    ),
    Mutation(
        name="no-bounds-before-storing",
        file="ledger/codec/bounds.py",
        old="        require_bounds(draft, encoded)\n",
        new="",
        tests=("tests/ledger/codec/test_bounds.py",),
    ),
    Mutation(
        name="long-texts-are-short",
        file="ledger/codec/bounds.py",
        old="    checks = _CHECKS if size > TEXT else",
        new="    checks = _CHECKS if size > 9 * TEXT else",
        tests=("tests/ledger/codec/test_bounds.py",),
    ),
    Mutation(
        name="imported-without-reading",
        file="adapters/store/ledger.py",
        old="                    require_readable(one.topic, one.state)\n",
        new="                    pass\n",
        tests=("tests/contract/test_stamp_ledger.py",),
    ),
    Mutation(
        name="providers-take-any-little",
        file="ledger/payments/capabilities.py",
        old="    if asked < least:\n",
        new="    if asked < 0:\n",
        tests=("tests/adapters/shop_file/test_strict.py",),
    ),
    Mutation(
        name="an-order-may-cost-more-than-can-be-paid",
        file="ledger/order/decisions/place.py",
        old="    if reason := hindrance(shop.terms.provider, placed.total):\n",
        new="    if reason := hindrance(shop.terms.provider, lines[0].unit_price):\n",
        tests=("tests/ledger/order/test_place.py",),
    ),
    Mutation(
        name="replay-stops-at-what-cannot-be-read",
        file="ledger/audit/replay.py",
        old="        except (Unreadable, Misplaced):\n",
        new="        except Misplaced:\n",
        tests=("tests/ledger/shop/test_unreadable.py",),
    ),
    Mutation(
        name="an-unread-quota-moved-nothing",
        file="ledger/audit/check_seats.py",
        old="    if type != _QUOTA_SET:\n",
        new="    if type:\n",
        tests=("tests/ledger/shop/test_unreadable.py",),
    ),
    Mutation(
        name="a-title-that-nobody-sees",
        file="ledger/shop/faults.py",
        old="any(map(_visible, text))",
        new="text.strip()",
        tests=("tests/adapters/shop_file/test_strict.py",),
    ),
    Mutation(
        name="unreadable-shop-stays-unreadable",
        file="ledger/shop/service.py",
        old="            one for one in unread if one.version not in shop.void\n",
        new="            one for one in unread if one.version\n",
        tests=("tests/ledger/shop/test_unreadable.py",),
    ),
    Mutation(
        name="quoted-text-is-a-number",
        file="adapters/shop_file/fields.py",
        old='node.means == "whole" and _WHOLE.fullmatch(node.text)',
        new="_WHOLE.fullmatch(node.text)",
        tests=("tests/adapters/shop_file/test_strict.py",),
    ),
    Mutation(
        name="last-of-two-equal-keys",
        file="adapters/shop_file/strict_yaml.py",
        old="        if name in keys.values:\n",
        new="        if name is keys.values:\n",
        tests=("tests/adapters/shop_file/test_strict.py",),
    ),
    Mutation(
        name="deadline-beyond-the-calendar",
        file="ledger/kernel/clocks.py",
        old="    except OverflowError:\n",
        new="    except LookupError:\n",
        tests=("tests/ledger/order/test_old_ledger.py",),
    ),
    Mutation(
        name="digits-by-habit",
        file="adapters/currency_format.py",
        old="currency_digits=False",
        new="currency_digits=True",
        tests=("tests/adapters/test_currency_digits.py",),
    ),
    Mutation(
        name="isk-asked-for-in-kronur",
        file="ledger/payments/capabilities.py",
        old='    digits={"ISK": 2, "UGX": 2, "MGA": 0},\n',
        new='    digits={"UGX": 2, "MGA": 0},\n',
        tests=("tests/adapters/test_currency_digits.py",),
    ),
)


def survives(mutation: Mutation, tree: Path) -> bool:
    """Whether the tests pass although the bug is there."""
    file = tree / mutation.file
    sound = file.read_text()
    if sound.count(mutation.old) != 1:
        raise LookupError(f"{mutation.name}: {mutation.file} does not hold the patched text once")
    file.write_text(sound.replace(mutation.old, mutation.new))
    try:
        answer = status_of_tests(
            tree, mutation.tests, seconds=PATIENCE, PYTHONDONTWRITEBYTECODE="1"
        )
        return answer not in (FAILED, None)
    finally:
        file.write_text(sound)


def put_back(names: Sequence[str]) -> int:
    """Tells which of the known bugs are caught; the status is of all."""
    unknown = set(names) - {one.name for one in MUTATIONS}
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_of_the_tree(Path(folder))
        for mutation in MUTATIONS:
            if not names or mutation.name in names:
                alive = survives(mutation, tree)
                survivors += [mutation.name] if alive else []
                print(f"{'SURVIVED' if alive else 'caught  '}  {mutation.name}", flush=True)
    return 1 if survivors else 0


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="known bugs; all without a name")
    parser.add_argument("--random", type=int, metavar="N", help="so many mutants of the rules")
    parser.add_argument("--seed", type=int, default=0, help="the same seed, the same mutants")
    parser.add_argument("--in", dest="files", nargs="+", default=[], metavar="FILE")
    parser.add_argument("--processes", type=int, default=2, metavar="P")
    asked = parser.parse_args(arguments)
    if asked.random is None:
        return put_back(asked.names)
    mutants = chosen(asked.random, seed=asked.seed, files=asked.files)
    return try_all(mutants, processes=asked.processes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
