"""How fast one member may change annotations: a storm from one tablet leaves room for the others."""

import threading
from collections.abc import Callable
from time import monotonic

from documents.errors import Problem

AT_ONCE = 1_000
"""So many changes a tablet may bring along from where it had no network."""
A_SECOND = 40.0
"""And so many a second from then on: the quickest pen makes ten strokes."""
FORGOTTEN_AFTER = 10_000
"""Members who are counted; who has rested long enough need not be."""


class Pace:
    """Counts the changes of each member in this process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[int, tuple[float, float]] = {}

    def take(self, member_id: int, changes: int) -> None:
        """Count ``changes`` in; refused (``too_fast``, to be tried again) when they are too many for now."""
        now = self._clock()
        with self._lock:
            left, at = self._left.get(member_id, (float(AT_ONCE), now))
            left = min(float(AT_ONCE), left + (now - at) * A_SECOND) - changes
            if left < 0:
                raise Problem("too_fast")
            if len(self._left) >= FORGOTTEN_AFTER:
                rested = AT_ONCE / A_SECOND
                self._left = {who: one for who, one in self._left.items() if now - one[1] < rested}
            self._left[member_id] = left, now
