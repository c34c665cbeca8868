"""A person is erased: the data keys of a stream are destroyed, and this stamp tells it for ever."""

from enum import StrEnum
from uuid import UUID

from ledger.kernel.events import stamp


class Ground(StrEnum):
    """Why: the person asked, nothing needs them any more, or they should not have been kept."""

    ASKED = "asked"
    DUE = "due"
    UNLAWFUL = "unlawful"


@stamp("ERASED", occurrence=("subject",), binding=("ground",))
class Erased:
    """The data key of this stream is destroyed in the commit of this stamp (law 12).

    `subject` is the stream itself: one erasure, under one correlation id, is stamped on each stream
    that held something of the person. With a stream go the keys of the messages that its stamps
    cite; a kept message that none cites is a subject, and so a stream, of its own.
    """

    subject: UUID
    ground: Ground
