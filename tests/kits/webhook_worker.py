"""A process that tells integrators, to be killed while it does."""

import sys
from datetime import UTC, datetime

from adapters.keys.key_ring import Keyring
from adapters.postgres.connections import Connections
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.working.webhooks import PostgresWebhooks
from adapters.store.ledger import StampLedger
from adapters.webhooks.post import WebhookPost
from adapters.webhooks.public_network import LOOPBACK, AllowedPlaces
from adapters.worker.reactors.webhooks import Webhooks
from ledger.cases.service import Cases


def now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    recorder = PostgresStampRecorder(sys.argv[1])
    keyring = Keyring(bytes(32), ledger=recorder.ledger_id, store=recorder.keys)
    ledger = StampLedger(recorder, keyring=keyring)
    webhooks = Webhooks(
        ledger=ledger,
        waiting=PostgresWebhooks(Connections(sys.argv[1]), seal=keyring),
        send=WebhookPost(AllowedPlaces(also=LOOPBACK), clock=now, plain=True, patience=60),
        cases=Cases(ledger),
        clock=now,
    )
    while True:
        webhooks.run()


if __name__ == "__main__":
    main()
