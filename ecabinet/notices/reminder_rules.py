"""When people are reminded of a deadline: of opinions asked for, of tasks. Plain values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from ecabinet.clock import ZONE


class Reminder(StrEnum):
    """When who is awaited is reminded, as the offices want it."""

    DAY_BEFORE = "day_before"
    HOURS_BEFORE = "hours_before"
    DUE = "due"
    OVERDUE = "overdue"
    LONG_OVERDUE = "long_overdue"


REMINDERS: Mapping[Reminder, timedelta] = {
    Reminder.DAY_BEFORE: timedelta(days=-1),
    Reminder.HOURS_BEFORE: timedelta(hours=-2),
    Reminder.DUE: timedelta(0),
    Reminder.OVERDUE: timedelta(days=1),
    Reminder.LONG_OVERDUE: timedelta(days=3),
}
"""From the deadline. What falls after the deadline is only for what is still awaited then."""
QUIET_FROM, QUIET_UNTIL = time(22), time(6)


@dataclass(frozen=True)
class Clock:
    """The times of what is awaited: since when this deadline holds, the deadline, when nothing is taken any more, and
    the reminders sent for this deadline.
    """

    since: datetime
    deadline: datetime
    closes: datetime
    sent: frozenset[Reminder] = field(default=frozenset())

    def steps(self) -> list[tuple[datetime, Reminder]]:
        """The reminders with their moments, quiet hours waited out; a moment after the closing is none.

        A reminder that would come before the deadline held is none either; and one that waits through the night until
        the next one is due makes way for it.
        """
        found = []
        for reminder, after in REMINDERS.items():
            at = awake(self.deadline + after)
            if self.deadline + after > self.since and at < self.closes:
                found.append((at, reminder))
        return [pair for n, pair in enumerate(found) if n + 1 == len(found) or pair[0] < found[n + 1][0]]


def awake(at: datetime) -> datetime:
    """The moment itself, or six o'clock after it when it falls into the quiet hours."""
    here = at.astimezone(ZONE)
    if QUIET_UNTIL <= here.time() < QUIET_FROM:
        return at
    morning = here.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
    return (morning + timedelta(days=1) if here.time() >= QUIET_FROM else morning).astimezone(at.tzinfo)


def reminder_due(clock: Clock, now: datetime) -> Reminder | None:
    """The reminder to send now. Of several that were missed, only the last: nobody is told three things at once."""
    past = [reminder for at, reminder in clock.steps() if at <= now]
    return past[-1] if past and past[-1] not in clock.sent else None


def wake_at(clock: Clock, now: datetime) -> datetime:
    """When to look again: at the next reminder, or at the closing."""
    return min([at for at, _reminder in clock.steps() if at > now] + [clock.closes])
