"""The levers behind the scenes, for tests and demonstrations. JSON in, JSON out."""

import json
import random
from typing import Any

from flask import Blueprint, Response, jsonify, request

from adapters.sandbox import disputes, payouts, refunds
from adapters.sandbox import pay as paying
from adapters.sandbox.by_itself import catch_up
from adapters.sandbox.chaos import (
    Arrival,
    Chaos,
    add,
    calm_down,
    elsewhere,
    set_chaos,
    trouble_spec,
)
from adapters.sandbox.errors import Json, WireError, malformed
from adapters.sandbox.world import World

_PAGE_ACTS = {"pay": paying.pay, "decline": paying.decline, "pay-later": paying.pay_later}
_PAYOUT_STATES = ("pending", "in_transit", "paid", "failed", "canceled")
_REFUND_ACTS = {"settle": refunds.settle, "require-action": refunds.require_action}


class Levers:
    """Each lever is one POST below /sandbox."""

    def __init__(self, world: World) -> None:
        self._world = world

    def session(self, session_id: str, act: str) -> Json:
        """What a customer would do on the hosted page: pay, decline, pay-later."""
        session = self._world.get("checkout.session", session_id)
        _choose(_PAGE_ACTS, act)(self._world, session)
        return session.body

    def payment(self, payment_id: str, act: str) -> Json:
        """A slow bank's answer, settle or fail. A session's id will do for its payment."""
        if payment_id.startswith("cs_"):
            session = self._world.get("checkout.session", payment_id)
            payment_id = session.body["payment_intent"] or ""
        intent = self._world.get("payment_intent", payment_id)
        if act not in ("settle", "fail"):
            raise malformed("Choose one of settle, fail.", "act")
        paying.settle(self._world, intent, succeeded=act == "settle")
        return intent.body

    def refund(self, refund_id: str, act: str) -> Json:
        refund = self._world.get("refund", refund_id)
        if act == "fail":
            refunds.fail(self._world, refund, reason=str(_asked().get("reason", "unknown")))
        else:
            _choose(_REFUND_ACTS, act)(self._world, refund)
        return refund.body

    def next_refunds(self) -> Json:
        """How the next so many refunds shall go."""
        asked = _asked()
        behaviour = asked.get("behaviour")
        if behaviour not in refunds.BEHAVIOURS:
            raise malformed(f"Choose one of {', '.join(refunds.BEHAVIOURS)}.", "behaviour")
        times = int(asked.get("count", 1))
        self._world.books.plan("refund", {"behaviour": behaviour}, times=times)
        return {"behaviour": behaviour, "count": times}

    def next_calls(self) -> Json:
        """What shall go wrong with the next so many API calls."""
        asked = _asked()
        spec, times = trouble_spec(asked), int(asked.get("count", 1))
        self._world.books.plan("trouble", spec, times=times)
        return spec | {"count": times}

    def open_dispute(self) -> Json:
        asked = _asked()
        payment = str(asked.get("payment_intent", ""))
        charge_id = (
            asked.get("charge") or self._world.get("payment_intent", payment).body["latest_charge"]
        )
        dispute = disputes.open_dispute(
            self._world,
            self._world.get("charge", str(charge_id)),
            amount=asked.get("amount"),
            reason=str(asked.get("reason", "fraudulent")),
            inquiry=bool(asked.get("inquiry", False)),
        )
        return dispute.body

    def close_dispute(self, dispute_id: str) -> Json:
        outcome = _asked().get("outcome")
        if outcome not in disputes.OUTCOMES:
            raise malformed(f"Choose one of {', '.join(disputes.OUTCOMES)}.", "outcome")
        dispute = self._world.get("dispute", dispute_id)
        disputes.close_dispute(self._world, dispute, outcome=outcome)
        return dispute.body

    def pay_out(self) -> Json:
        """All that is on the balance of a currency; or an `amount` of it, as if by hand."""
        asked = _asked()
        by_hand = asked.get("amount")
        payout = payouts.pay_out(
            self._world,
            currency=str(asked.get("currency", "eur")),
            by_hand=None if by_hand is None else int(by_hand),
        )
        return payout.body

    def payout(self, payout_id: str) -> Json:
        """How a payout stands: pending, in_transit, paid, failed or canceled."""
        status = _asked().get("status")
        if status not in _PAYOUT_STATES:
            raise malformed(f"Choose one of {', '.join(_PAYOUT_STATES)}.", "status")
        payout = self._world.get("payout", payout_id)
        payouts.become(self._world, payout, status=str(status))
        return payout.body

    def clock(self) -> Json:
        """Advance by seconds, or set the sandbox's own offset."""
        asked = _asked()
        clock = self._world.clock
        clock.offset = float(asked.get("offset", clock.offset + float(asked.get("advance", 0))))
        self._world.books.set("clock_offset", clock.offset)
        catch_up(self._world)
        return {"now": clock.seconds(), "offset": clock.offset}

    def chaos(self) -> Json:
        return knobs(set_chaos(self._world.books, _asked()))

    def calm(self) -> Json:
        """Chaos off, plans forgotten."""
        return knobs(calm_down(self._world.books))

    def redeliver(self) -> Json:
        """Send events again: all, or those named by id or type; each so many times; shuffled."""
        asked = _asked()
        events = self._events(asked) * int(asked.get("times", 1))
        if asked.get("shuffle"):
            random.Random(asked.get("seed", 1)).shuffle(events)  # noqa: S311 (repeatable)
        deliveries = [add(self._world, Arrival(event=event)) for event in events]
        return {"deliveries": deliveries}

    def _events(self, asked: Json) -> list[Json]:
        sql = "select body from objects where kind = 'event' order by place"
        rows = self._world.books.rows(sql)
        events = [json.loads(row["body"]) for row in rows]
        if "ids" in asked:
            events = [event for event in events if event["id"] in asked["ids"]]
        if "types" in asked:
            events = [event for event in events if event["type"] in asked["types"]]
        return events

    def elsewhere(self, event_id: str) -> Json:
        """Send a copy of an event that names another order, well signed."""
        event = self._world.get("event", event_id).body
        stranger = elsewhere(self._world, event, metadata=_asked().get("metadata"))
        add(self._world, Arrival(event=stranger, trick="elsewhere"))
        return stranger


def control(world: World) -> Blueprint:
    blueprint, levers = Blueprint("control", __name__, url_prefix="/sandbox"), Levers(world)
    for path, lever in {
        "/sessions/<session_id>/<act>": levers.session,
        "/payments/<payment_id>/<act>": levers.payment,
        "/refunds/next": levers.next_refunds,
        "/refunds/<refund_id>/<act>": levers.refund,
        "/calls/next": levers.next_calls,
        "/disputes": levers.open_dispute,
        "/disputes/<dispute_id>/close": levers.close_dispute,
        "/payouts": levers.pay_out,
        "/payouts/<payout_id>": levers.payout,
        "/clock": levers.clock,
        "/chaos.json": levers.chaos,
        "/calm": levers.calm,
        "/redeliver": levers.redeliver,
        "/events/<event_id>/elsewhere": levers.elsewhere,
    }.items():
        view = _pulling(world, lever)
        blueprint.add_url_rule(path, endpoint=lever.__name__, view_func=view, methods=["POST"])
    blueprint.add_url_rule("/deliveries", view_func=lambda: _deliveries(world))
    blueprint.add_url_rule(
        "/calls/next",
        endpoint="planned",
        view_func=lambda: {"data": [spec for _, spec in world.books.planned("trouble")]},
    )
    blueprint.add_url_rule("/happened", endpoint="happened", view_func=world.books.counted)
    blueprint.add_url_rule("/clock", endpoint="now", view_func=lambda: {"now": world.now()})
    blueprint.add_url_rule(
        "/chaos.json", endpoint="knobs", view_func=lambda: knobs(Chaos.of(world.books))
    )
    return blueprint


def _pulling(world: World, lever: Any) -> Any:
    def view(**path: str) -> Response | tuple[Json, int]:
        try:
            catch_up(world)
            with world.books.acting():
                return jsonify(lever(**path))
        except WireError as error:
            return error.body("control"), error.status
        except (TypeError, ValueError):
            return malformed("A value has the wrong type.", "body").body("control"), 400

    return view


def _asked() -> Json:
    asked = request.get_json(silent=True) if request.data else {}
    if not isinstance(asked, dict):
        raise malformed("Send a JSON object.", "body")
    return asked


def _choose(acts: dict[str, Any], act: str) -> Any:
    if act not in acts:
        raise malformed(f"Choose one of {', '.join(acts)}.", "act")
    return acts[act]


def knobs(chaos: Chaos) -> Json:
    return {name: getattr(chaos, name) for name in chaos.__slots__ if name != "since"}


def _deliveries(world: World) -> Json:
    wanted = request.args.get("state", "")
    rows = world.books.rows(
        "select id, event_id, type, state, trick, tries, due_at, last_status, last_error"
        " from deliveries where ? in ('', state) order by id",
        (wanted,),
    )
    deliveries = [dict(row) for row in rows]
    return {"data": deliveries, "pending": sum(d["state"] == "pending" for d in deliveries)}
