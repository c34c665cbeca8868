"""A subscription that polls: often while there is news, seldom while there is none."""

from collections import deque
from collections.abc import Sequence
from threading import Event

from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription

_SHORTEST, _LONGEST = 0.005, 0.25
_PAGE = 500


class PollingSubscription(Subscription[ApplicationRecorder]):
    """An iterator over a recorder's notifications that waits for more, until it is stopped."""

    def __init__(
        self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._stopped = Event()
        self._ahead: deque[Notification] = deque()

    def stop(self) -> None:
        """End the iteration, also one that waits."""
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        pause = _SHORTEST
        while not self._ahead and not self._stopped.is_set():
            self._look()
            if not self._ahead:
                self._stopped.wait(pause)
                pause = min(2 * pause, _LONGEST)
        if self._stopped.is_set():
            raise StopIteration
        return self._ahead.popleft()

    def _look(self) -> None:
        found = self._recorder.select_notifications(
            self._last_notification_id, _PAGE, inclusive_of_start=False
        )
        if found:
            self._last_notification_id = found[-1].id
        self._ahead.extend(one for one in found if not self._topics or one.topic in self._topics)
