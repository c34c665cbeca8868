"""What happens by itself when time passes."""

from adapters.sandbox import intents, sessions
from adapters.sandbox import pay as paying
from adapters.sandbox.books import Entry
from adapters.sandbox.world import World


def catch_up(world: World) -> None:
    """Sessions expire, held amounts lapse, slow banks answer."""
    if not world.books.due(world.clock.now()):
        return
    with world.books.acting():
        for entry in world.books.due(world.clock.now()):
            _act(world, entry)


def _act(world: World, entry: Entry) -> None:
    match entry.kind, entry.body["status"]:
        case "checkout.session", "open":
            sessions.end(world, entry)
        case "payment_intent", "requires_capture":
            intents.lapse(world, entry)
        case "payment_intent", "processing":
            paying.settle(world, entry)
        case _:
            # Whatever it was waiting for has been overtaken.
            entry.due_at = None
            world.books.write(entry)
