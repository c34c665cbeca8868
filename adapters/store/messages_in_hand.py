"""Messages that are being understood: the first stamp that cites one brings it along."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import get_args

from msgspec.structs import replace

from adapters.store.recorder import SealedMessage
from ledger.inbox.ports import Fact, InHand
from ledger.kernel.events import Draft

# News of an order: whoever follows orders takes every further step. What else a message calls for
# is found again only by reading it to its end.
_FOLLOWED = get_args(Fact)


@dataclass(slots=True)
class Taken:
    """A message in hand, and as what it stands by now: None while nothing brought it along."""

    in_hand: InHand
    message: SealedMessage
    standing: SealedMessage | None = None

    def along_with(self, drafts: Iterable[Draft[object]]) -> SealedMessage:
        """As it is committed together with these."""
        followed = all(isinstance(one.stamp, _FOLLOWED) for one in drafts)
        return replace(self.message, done=self.in_hand.one_fact and followed)


class MessagesInHand:
    """Those of one process, by their hash; of two that say the same, the first."""

    def __init__(self) -> None:
        self._taken: dict[str, Taken] = {}

    @contextmanager
    def taken(self, in_hand: InHand, message: SealedMessage) -> Iterator[Taken]:
        """Within the block, a stamp that cites the message brings it along."""
        ours = Taken(in_hand, message)
        first = self._taken.setdefault(message.evidence_hash, ours)
        try:
            yield ours
        finally:
            if first is ours:
                del self._taken[message.evidence_hash]

    def cited_by(self, drafts: Sequence[Draft[object]]) -> Sequence[SealedMessage]:
        """What these drafts were read from, as far as nobody has kept it yet."""
        if not self._taken:
            return ()
        cited = {draft.evidence for draft in drafts if draft.evidence}
        found = (self._taken.get(one) for one in cited)
        return [one.along_with(drafts) for one in found if one and one.standing is None]

    def stand(self, messages: Iterable[SealedMessage]) -> None:
        """They were committed."""
        for message in messages:
            taken = self._taken.get(message.evidence_hash)
            if taken and taken.message.id == message.id:
                taken.standing = message
