"""One of two people at the back office, in a process of their own: acts when told to, at once.

Reads lines `ORDER VERSION ACTION KEY`, says `ready`, waits for `go`, then says what it came to.
"""

import sys
from uuid import UUID

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.kernel.refusals import Refusal
from ledger.order.commands import Wanted
from ledger.order.part_policy import all_pieces
from tests.kits.product import open_shop
from web.actions.back_office import carry_out
from web.actions.staff_wishes import ACTIONS, Typed
from web.actions.swap import Instead
from web.actions.wish import Wish


def main(url: str, actor: str) -> None:
    house = open_shop(make=lambda clock: PostgresStampRecorder(url, clock=clock), seats=1000)
    parts = house.parts
    for line in sys.stdin:
        order, version, action, key = line.split()
        wish = Wish(correlation_id=UUID(key), actor=actor, at=parts.clock())
        found = parts.orders.get(UUID(order))
        instead = Instead(
            order=found,
            pieces=all_pieces(found),
            wanted=(Wanted(product="weekend", quantity=2),),
        )
        typed = Typed(reason="asked at the counter", version=int(version), instead=instead)
        command = ACTIONS[action].command(parts, wish, typed)
        print("ready", flush=True)
        assert sys.stdin.readline() == "go\n"
        try:
            carry_out(parts, UUID(order), command)
            print("done", flush=True)
        except Refusal as refusal:
            print(type(refusal).__name__, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
