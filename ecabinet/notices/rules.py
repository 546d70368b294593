"""Rules of telling people: when a letter is tried again, what a server's answer means, quiet hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ecabinet.clock import ZONE


class MailState(StrEnum):
    """The life of a letter. A claimed one is SENDING until its worker says how it went, or its claim runs out."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Fault(StrEnum):
    """Why a letter has not gone out; stored in place of the server's words, which may hold the address."""

    NO_SERVER = "no_server"  # none is configured
    UNREACHABLE = "unreachable"  # down, too slow, or its certificate is wrong
    SIGN_IN = "sign_in"  # it does not take our name and password
    REFUSED = "refused"  # it does not take this address
    LATER = "later"  # it asks to try again later
    REJECTED = "rejected"  # it does not take this letter


FOR_GOOD = frozenset({Fault.NO_SERVER, Fault.REFUSED, Fault.REJECTED})
"""Trying again would change nothing."""

OF_THE_SERVER = frozenset({Fault.UNREACHABLE, Fault.SIGN_IN})
"""No letter would get through now: the others are not tried either."""

TRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3),
         timedelta(hours=6), timedelta(hours=12))  # fmt: skip
"""How long after each failure a letter is tried again; after the last it is given up."""

REST = timedelta(seconds=30)
"""How long a server that cannot be reached is left alone."""

CLAIM = timedelta(minutes=5)
"""A letter whose worker died is taken up by another after this long: longer than all of :data:`LETTER_SECONDS`."""

AT_ONCE = 10
SERVER_SECONDS = 10.0
"""How long each answer of the server is waited for."""


def try_again(fault: Fault, attempts: int, now: datetime) -> datetime | None:
    """When to try a letter again that has failed ``attempts`` times; None to give it up."""
    if fault in FOR_GOOD or attempts > len(TRIES):
        return None
    return now + TRIES[max(attempts, 1) - 1]


def fault_of_answer(code: int) -> Fault:
    """What an SMTP answer to an address or a letter means: 4xx is for now, 5xx for good."""
    return Fault.LATER if 400 <= code < 500 else Fault.REFUSED


@dataclass(frozen=True)
class Quiet:
    """Hours of the office's clock in which nobody is reminded; 22 to 6 runs over midnight. Equal: no such hours."""

    since: int = 22
    until: int = 6

    def covers(self, at: datetime) -> bool:
        """Whether a moment lies in the quiet hours."""
        hour = at.astimezone(ZONE).hour
        if self.since <= self.until:
            return self.since <= hour < self.until
        return hour >= self.since or hour < self.until

    def end(self, at: datetime) -> datetime:
        """When the quiet hours that cover ``at`` are over."""
        here = at.astimezone(ZONE)
        over = here.replace(hour=self.until, minute=0, second=0, microsecond=0)
        return over if over > here else over + timedelta(days=1)

    def beginning(self, at: datetime) -> datetime:
        """When the quiet hours that cover ``at`` began."""
        here = at.astimezone(ZONE)
        began = here.replace(hour=self.since, minute=0, second=0, microsecond=0)
        return began if began <= here else began - timedelta(days=1)
