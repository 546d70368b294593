"""Rules of comments on papers before a meeting. Plain values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from documents.errors import Invalid, Problem
from ecabinet.meetings.rules import MeetingState


class Verdict(StrEnum):
    """What the secretariat answers to a comment: taken up, not taken up, explained."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPLAINED = "explained"


LONGEST = 4000
LAST_PAGE = 99_999
TAKES_COMMENTS = frozenset({MeetingState.INVITED})
"""Comments are asked for with the invitation and end when the meeting begins."""


def open_for_comments(state: str, closes_at: datetime | None, now: datetime) -> bool:
    """Whether comments are taken, changed and deleted now."""
    return state in TAKES_COMMENTS and (closes_at is None or now < closes_at)


def check_open(state: str, closes_at: datetime | None, now: datetime) -> None:
    """Raise ``comments_closed`` when they are not."""
    if not open_for_comments(state, closes_at, now):
        raise Problem("comments_closed")


@dataclass(frozen=True)
class Words:
    """What a comment says. ``page`` counts from 1, None is the whole paper; ``page_given``: a page was meant, whether
    it could be read or not.
    """

    text: str
    page: int | None = None
    page_given: bool = False


def check_comment(said: Words) -> None:
    """A comment has a text; its page, if it names one, is a number from 1."""
    faults: dict[str, Problem] = {}
    if not said.text:
        faults["text"] = Problem("missing")
    elif len(said.text) > LONGEST:
        faults["text"] = Problem("too_long", limit=LONGEST)
    unread = said.page_given and said.page is None
    if unread or (said.page is not None and not 1 <= said.page <= LAST_PAGE):
        faults["page"] = Problem("not_in_range", low=1, high=LAST_PAGE)
    if faults:
        raise Invalid(faults)


def check_reply(parent_is_reply: bool, parent_deleted: bool) -> None:
    """Replies go one level deep, and not to what was deleted."""
    if parent_is_reply:
        raise Problem("reply_to_reply")
    if parent_deleted:
        raise Problem("comment_deleted")


def check_own(author_id: int, member_id: int, deleted: bool, answered: bool) -> None:
    """Only the author changes or deletes a comment, and not once the secretariat has answered it."""
    if author_id != member_id:
        raise Problem("forbidden", "somebody else's comment")
    if deleted:
        raise Problem("comment_deleted")
    if answered:
        raise Problem("comment_answered")


def check_verdict(verdict: Verdict, text: str, *, is_reply: bool, deleted: bool) -> None:
    """Whoever does not take a comment up, or explains, says why; replies and deleted comments get no answer."""
    if is_reply:
        raise Problem("reply_to_reply")
    if deleted:
        raise Problem("comment_deleted")
    if verdict != Verdict.ACCEPTED and not text:
        raise Invalid({"verdict_text": Problem("missing")})
    if len(text) > LONGEST:
        raise Invalid({"verdict_text": Problem("too_long", limit=LONGEST)})
