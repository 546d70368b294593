"""Rules of saved searches, from plain values: what may be saved, when it is looked at again."""

from datetime import datetime, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem
from ecabinet.clock import ZONE
from ecabinet.notices.rules import Quiet

NAME_CHARACTERS = 100
QUESTION_CHARACTERS = 300
MOST_SAVED = 50
AT_ONCE_EVERY = timedelta(minutes=1)
DAILY_HOUR = 7
WHILE_BROKEN = timedelta(minutes=5)
"""When a search is looked at again after the index could not answer."""

Chosen = dict[str, list[str]]
"""Field → the values chosen, any of which will do; as in the address of the page."""


class Alert(StrEnum):
    """How its owner hears of what a saved search finds anew."""

    NONE = "none"
    DAILY = "daily"
    AT_ONCE = "at_once"


def next_look(alert: Alert, now: datetime, quiet: Quiet) -> datetime | None:
    """When the worker looks next; None for a search that nobody is told of. No one is told in the quiet hours."""
    if alert == Alert.NONE:
        return None
    if alert == Alert.DAILY:
        here = now.astimezone(ZONE)
        morning = here.replace(hour=DAILY_HOUR, minute=0, second=0, microsecond=0)
        wanted = morning if morning > here else morning + timedelta(days=1)
    else:
        wanted = now + AT_ONCE_EVERY
    return quiet.end(wanted) if quiet.covers(wanted) else wanted


def check_saved(name: str, question: str, filters: Chosen, others: int) -> None:
    """Refuse a search without a name or without anything to look for; ``others``: how many the person has already."""
    if not name:
        raise Invalid({"name": Problem("missing")})
    if len(name) > NAME_CHARACTERS:
        raise Invalid({"name": Problem("too_long", limit=NAME_CHARACTERS)})
    if not question and not filters:
        raise Invalid({"name": Problem("search_empty")})
    if others >= MOST_SAVED:
        raise Invalid({"name": Problem("too_many_searches", limit=MOST_SAVED)})
