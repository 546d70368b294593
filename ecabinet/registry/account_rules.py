"""Rules of accounts: logins, how long things hold, delegations, failures of the second step. Plain values only."""

import re
from datetime import datetime, timedelta

from documents.errors import Problem

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,59}")
INVITATION_LENGTH = timedelta(days=7)
SECOND_STEP_LENGTH = timedelta(minutes=5)
DELEGATION_LENGTH = timedelta(days=366)
SEEN_EVERY = timedelta(minutes=1)
RECOVERY_CODES = 10
PASSKEYS = 20
CODES_PER_ACCOUNT = 50

BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("coc_coc", "Cốc Cốc"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
            ("CriOS/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
SYSTEMS = (("iPad", "iPad"), ("iPhone", "iPhone"), ("Android", "Android"), ("Windows", "Windows"),
           ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def login_faults(login: str) -> dict[str, Problem]:
    """What is wrong with a chosen login: people must be able to type and say it."""
    return {} if LOGIN.fullmatch(login) else {"login": Problem("bad_login")}


def too_many_codes(failures_of_account: int) -> bool:
    """Whether codes of an authenticator are refused for a while, wherever they come from.

    Six digits can be guessed from many addresses at once, so their failures count for the account as a whole. Only
    someone who knows the password gets this far, and the owner still has recovery codes and passkeys: those are too
    long to be guessed and are held back by address alone.
    """
    return failures_of_account >= CODES_PER_ACCOUNT


def check_delegation(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """The dates of a delegation; raises :class:`Problem`."""
    if starts_at is None:
        raise Problem("not_a_time", field="starts_at")
    if ends_at is None:
        raise Problem("not_a_time", field="ends_at")
    if ends_at <= starts_at:
        raise Problem("ends_before_start", field="ends_at")
    if ends_at <= now:
        raise Problem("already_over", field="ends_at")
    if ends_at - starts_at > DELEGATION_LENGTH:
        raise Problem("delegation_too_long", field="ends_at", days=DELEGATION_LENGTH.days)
    return starts_at, ends_at


def device(user_agent: str) -> str:
    """A browser's description of itself in two words: "Chrome · Android"; empty when it says nothing known."""
    found = (next((name for mark, name in table if mark in user_agent), "") for table in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, found))
